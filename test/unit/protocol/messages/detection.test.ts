import assert from 'node:assert/strict';
import * as detection from '../../../../src/protocol/messages/detection';
import { bytes, exchange, refuses } from './exchange';

describe('detection', () => {
  it('of BLDC parameters', () => {
    const reply = '18 0000f230 00000258 ff 01 03 02 05 06 04 ff 00';
    exchange(detection.detectMotorParam(5, 600, 0.125), '18 00001388 000927c0 0000007d', reply, {
      cycleIntegratorLimit: 62,
      couplingK: 0.6,
      hallTable: [255, 1, 3, 2, 5, 6, 4, 255],
      hallResult: 0,
    });
  });

  it('of resistance and inductance', () => {
    exchange(detection.detectMotorRL(), '19', '19 00003a98 00003039 000003e8', {
      resistance_Ohm: 0.015,
      inductance_uH: 12.345,
      inductanceDifference_uH: 1,
    });
  });

  it('of the flux linkage', () => {
    const request = detection.detectMotorFluxLinkage({
      ...{ current_A: 5, minErpm: 600, duty: 0.5, resistance_Ohm: 0.015 },
    });
    exchange(request, '1a 00001388 000927c0 000001f4 00003a98', '1a 00010000', { fluxLinkage_Wb: 0.0065536 });
  });

  it('of the flux linkage in open loop', () => {
    const options = { current_A: 5, acceleration_erpmps: 600, duty: 0.5, resistance_Ohm: 0.015 };
    const sent = '39 00001388 000927c0 000001f4 00003a98';
    exchange(detection.detectMotorFluxLinkageOpenloop(options), sent, '39 00010000', {
      fluxLinkage_Wb: 0.0065536,
    });
    exchange(
      detection.detectMotorFluxLinkageOpenloop({ ...options, inductance_H: 0.00001 }),
      `${sent} 000003e8`,
      '39 00010000 05f5e100 006acfc0 01',
      { fluxLinkage_Wb: 0.0065536, encoder: { offset_deg: 100, ratio: 7, inverted: true } },
    );
  });

  it('of the encoder and the hall sensors', () => {
    exchange(detection.detectEncoder(5), '1b 00001388', '1b 3baa0c40 00000000 00', {
      offset_deg: 1001,
      ratio: 0,
      inverted: false,
    });
    exchange(detection.detectHallFoc(5), '1c 00001388', '1c ff 21 55 3d c3 06 a4 ff 00', {
      table: [255, 33, 85, 61, 195, 6, 164, 255],
      result: 0,
    });
  });

  it('of everything', () => {
    const options = {
      ...{ detectCan: true, maxPowerLoss_W: 50, minInputCurrent_A: -10, maxInputCurrent_A: 20 },
      ...{ openloopErpm: 700, sensorlessErpm: 4000 },
    };
    const sent = '0000c350 ffffd8f0 00004e20 000aae60 003d0900';
    exchange(detection.detectApplyAllFoc(options), `3a 01 ${sent}`, '3a 0001', 1);
    exchange(detection.detectApplyAllFoc({ ...options, detectCan: false }), `3a 00 ${sent}`, '3a fff6', -10);
  });

  it('of how the inertial sensor sits', () => {
    const nine = Array.from({ length: 9 }, () => '000f4240').join(' ');
    exchange(
      detection.getImuCalibration(90),
      '5a 00015f90',
      `5a ${nine}`,
      Array.from({ length: 9 }, () => 1),
    );
  });
});

describe('pairing a radio remote', () => {
  it('tells how far it got', () => {
    exchange(detection.nrfStartPairing(5000), '25 00001388', '25 00', 'started');
    assert.equal(detection.decodeNrfPairing(bytes('25 01')), 'paired');
    assert.equal(detection.decodeNrfPairing(bytes('25 02')), 'failed');
    assert.equal(detection.decodeNrfPairing(bytes('26 00')), undefined);
    refuses(detection.nrfStartPairing(5000), '25 07', '25');
  });
});
