import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bmsForceBalance,
  bmsGetValues,
  bmsResetCounters,
  bmsSetBalanceOverride,
  bmsSetChargeAllowed,
  type BmsValues,
  bmsZeroCurrentOffset,
  encodeBmsValues,
  encodeImuData,
  encodeMcconfTemp,
  encodeSetupValues,
  encodeValues,
  getImuData,
  getMcconfTemp,
  getStats,
  getValues,
  getValuesSelective,
  getValuesSetup,
  getValuesSetupSelective,
  type McconfTemp,
  setupValueFields,
  type Values,
  valueFields,
} from '../../../../src/protocol/messages/telemetry';
import { decodeReply, type Request } from '../../../../src/protocol/request';
import { IMU, SETUP_VALUES, VALUES } from '../recordedController';
import { bytes, exchange, refuses, sends } from './exchange';

describe('the values', () => {
  it('fill 74 and 70 bytes', () => {
    assert.equal(encodeValues(VALUES).length, 74);
    assert.equal(encodeSetupValues(SETUP_VALUES).length, 70);
    assert.equal(valueFields.all, 0x3fffff);
    assert.equal(setupValueFields.all, 0x3fffff);
  });

  it('of the vehicle have the scales of the firmware', () => {
    const sums = { charge_Ah: 1.5, chargeRegenerated_Ah: 0.5, energy_Wh: 75.25, energyRegenerated_Wh: 12.5 };
    exchange(
      getValuesSetupSelective(['charge_Ah', 'chargeRegenerated_Ah', 'energy_Wh', 'energyRegenerated_Wh']),
      '33 00001e00',
      '33 00001e00 00003a98 00001388 000b7b74 0001e848',
      sums,
    );
  });

  it('keep their two status flags apart', () => {
    for (const timeoutActive of [false, true]) {
      for (const killSwitchActive of [false, true]) {
        const values = { ...VALUES, timeoutActive, killSwitchActive };
        assert.deepEqual(decodeReply(getValues(), encodeValues(values)), values);
      }
    }
  });

  it('come back as the same bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 74, maxLength: 74 }), (payload) => {
        payload[0] = 4;
        payload[73] = payload[73]! & 3;
        assert.deepEqual(encodeValues(decodeReply(getValues(), payload)!), payload);
        const setup = payload.slice(0, 70);
        setup[0] = 47;
        assert.deepEqual(encodeSetupValues(decodeReply(getValuesSetup(), setup)!), setup);
      }),
    );
  });

  it('are told apart by their mask', () => {
    const request = getValuesSelective(['fault']);
    sends(request.payload, '32 00008000');
    refuses(request, '32 00008001 0100 00', '32 00008000', '32 0000');
    refuses(getValuesSetupSelective(['fault']), '33 00020000 00', '32 00010000 00');
    exchange(getValuesSetupSelective(['fault', 'uptime_ms']), '33 00210000', '33 00210000 07 00000400', {
      fault: 7,
      uptime_ms: 1024,
    });
  });

  it('bring both flags when one is wanted', () => {
    const request: Request<Partial<Values>> = getValuesSelective(['killSwitchActive']);
    exchange(request, '32 00200000', '32 00200000 02', { timeoutActive: false, killSwitchActive: true });
  });
});

describe('the statistics', () => {
  it('are asked for with a narrow mask and answered with a wide one', () => {
    exchange(getStats(['speedMax_mps', 'counted_s']), '80 0402', '80 00000402 3f800000 40000000', {
      speedMax_mps: 1,
      counted_s: 2,
    });
    refuses(getStats(['speedMax_mps']), '80 00000402 3f800000 40000000');
  });
});

describe('the inertial values', () => {
  it('lack the controller id before 6.05', () => {
    exchange(getImuData(['roll_rad']), '41 0001', '41 0001 3f800000', { roll_rad: 1 });
    exchange(getImuData(['roll_rad']), '41 0001', '41 0001 3f800000 0b', { roll_rad: 1, controllerId: 11 });
    refuses(getImuData(['roll_rad']), '41 0002 3f800000 0b');
    sends(encodeImuData({ ...IMU, roll_rad: 1 }, 1), '41 0001 3f800000');
  });
});

describe('the battery', () => {
  const values: BmsValues = {
    voltage_V: 50.123456,
    chargeVoltage_V: 0.5,
    current_A: -1.25,
    currentIc_A: -1.5,
    charge_Ah: 2.5,
    energy_Wh: 125.125,
    cells_V: [4.125, 3.875],
    balancing: [true, false],
    temps_C: [20.25, 21.5, -3.75],
    tempIc_C: 30.25,
    tempHumidity_C: 25.5,
    humidity_percent: 45.75,
    tempHottestCell_C: 21.5,
    stateOfCharge: 0.755,
    stateOfHealth: 1,
    canId: 15,
    chargedTotal_Ah: 100.5,
    chargedTotal_Wh: 5000.25,
    dischargedTotal_Ah: 90.5,
    dischargedTotal_Wh: 4500.75,
  };
  const V605 = { ...values, pressure_Pa: 101_320 };
  const V606 = { ...V605, dataVersion: 1, status: 'Charging' };
  const HEAD = '60 02fcd2c0 0007a120 ffeced30 ffe91ca0 000009c4 0001e8c5';
  const CELLS = '02 101d 0f23 01 00 03 07e9 0866 fe89';
  const TAIL = '0bd1 09f6 11df 0866 02f3 03e8 0f 42c90000 459c4200 42b50000 458ca600';

  it('is read from and written as every version sends it', () => {
    const base = `${HEAD} ${CELLS} ${TAIL}`;
    for (const [version, reply] of [
      [values, base],
      [V605, `${base} 2794`],
      [V606, `${base} 2794 01 "Charging" 00`],
    ] as const) {
      exchange(bmsGetValues(), '60', reply, version);
      sends(encodeBmsValues(version), reply);
    }
    exchange(bmsGetValues(), '60', `${base} 2794 01`, { ...V605, dataVersion: 1 });
    refuses(bmsGetValues(), base.slice(0, -2), `${HEAD} 02 101d`);
  });

  it('is told what to do', () => {
    sends(bmsSetChargeAllowed(true), '61 01');
    sends(bmsSetChargeAllowed(false), '61 00');
    sends(bmsSetBalanceOverride(3, 2), '62 03 02');
    sends(bmsResetCounters({ charge: true, energy: false }), '63 01 00');
    sends(bmsResetCounters({ charge: false, energy: true }), '63 00 01');
    sends(bmsForceBalance(true), '64 01');
    sends(bmsForceBalance(false), '64 00');
    sends(bmsZeroCurrentOffset(), '65');
  });
});

describe('the limits in force', () => {
  it('come with what turns ERPM into speed', () => {
    const limits: McconfTemp = {
      currentMinScale: 1,
      currentMaxScale: 0.5,
      minErpm: -1000,
      maxErpm: 1000,
      minDuty: 0.25,
      maxDuty: 0.75,
      minPower_W: -100,
      maxPower_W: 100,
      minInputCurrent_A: -10,
      maxInputCurrent_A: 10,
      motorPoles: 14,
      gearRatio: 3,
      wheelDiameter_m: 0.125,
    };
    const reply =
      '5b 3f800000 3f000000 c47a0000 447a0000 3e800000 3f400000 c2c80000 42c80000 c1200000 41200000 0e 40400000 3e000000';
    exchange(getMcconfTemp(), '5b', reply, limits);
    assert.deepEqual(encodeMcconfTemp(limits), bytes(reply));
  });
});
