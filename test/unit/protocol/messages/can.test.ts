import assert from 'node:assert/strict';
import * as can from '../../../../src/protocol/messages/can';
import { fwVersion } from '../../../../src/protocol/messages/identity';
import { MAX_FORWARDED_WRITE_PAYLOAD, writeStaging } from '../../../../src/protocol/messages/update';
import { bytes, exchange, refuses, sends } from './exchange';

describe('forwardCan', () => {
  it('wraps a command for a node', () => {
    sends(can.forwardCan(57, fwVersion().payload), '22 39 00');
    assert.equal(can.forwardCan(can.BROADCAST_ID, bytes('00'))[1], 255);
    const inner = writeStaging(0, new Uint8Array(MAX_FORWARDED_WRITE_PAYLOAD)).payload;
    assert.equal(can.forwardCan(0, inner).length, 512);
  });

  it('refuses what cannot be forwarded', () => {
    for (const canId of [-1, 256, 1.5, NaN])
      assert.throws(() => can.forwardCan(canId, bytes('00')), /is not the id/);
    assert.throws(() => can.forwardCan(1, new Uint8Array(0)), /0 bytes cannot be forwarded/);
    assert.throws(() => can.forwardCan(1, new Uint8Array(511)), RangeError);
  });
});

describe('the bus', () => {
  it('is searched for nodes', () => {
    exchange(can.pingCan(), '3e', '3e 0b 0c fe', [11, 12, 254]);
    exchange(can.pingCan(), '3e', '3e', []);
    exchange(can.pingCan(), '3e', '3e 0b ff', [11]);
  });

  it('takes and gives bare frames', () => {
    const frame = { id: 0x1fffffff, extended: true, data: Uint8Array.of(1, 2) };
    sends(can.canFwdFrame(frame), '55 1fffffff 01 0102');
    assert.deepEqual(can.decodeCanFwdFrame(bytes('55 1fffffff 01 0102')), frame);
    const short = { id: 0x123, extended: false, data: new Uint8Array(0) };
    assert.deepEqual(can.decodeCanFwdFrame(can.canFwdFrame(short)), short);
    assert.equal(can.decodeCanFwdFrame(bytes('54 1fffffff 01')), undefined);
  });

  it('changes its rate and use', () => {
    exchange(can.canUpdateBaudAll(500, 100), '9e 01f4 0064', '9e 01', true);
    exchange(can.canUpdateBaudAll(123, 100), '9e 007b 0064', '9e 00', false);
    assert.deepEqual(can.CAN_BAUD_RATES_KBIT, [10, 20, 50, 75, 100, 125, 250, 500, 1000]);
    exchange(can.setCanMode(2, { store: true }), '59 01 01 02', '59', true);
    exchange(can.setCanMode(0, { store: false }), '59 00 01 00', '59', true);
  });
});

describe('power switches', () => {
  const REPLY = '6f 0007 0002 3f800000 42480000 42470000 41f00000 01 00 01';
  const status = {
    id: 7,
    count: 2,
    age_s: 1,
    inputVoltage_V: 50,
    outputVoltage_V: 49.75,
    temperature_C: 30,
    outputOn: true,
    precharging: false,
    discharging: true,
  };

  it('are found by id or by place', () => {
    exchange(can.pswGetStatus({ id: 7 }), '6f 01 0007', REPLY, status);
    exchange(can.pswGetStatus({ index: 1 }), '6f 00 0001', REPLY, status);
    refuses(can.pswGetStatus({ id: 8 }), REPLY, REPLY.slice(0, -2));
  });

  it('are switched', () => {
    sends(can.pswSwitch(7, true, false), '70 0007 01 00');
    sends(can.pswSwitch(7, false, true), '70 0007 00 01');
  });
});

describe('input/output boards', () => {
  it('tell what they measured', () => {
    const request = can.ioBoardGetAll(5);
    exchange(request, '7a 0005', '7a 0005', { id: 5 });
    const adc = '3f800000 0064 00c8 012c ff9c';
    const adcValue = { age_s: 1, voltages_V: [1, 2, 3, -1] };
    const states = Array.from({ length: 64 }, (_, input) => input === 0 || input === 63);
    const reply = `7a 0005 01 ${adc} 02 ${adc} 03 40000000 8000000000000001`;
    const board = { id: 5, adc1To4: adcValue, adc5To8: adcValue, inputs: { age_s: 2, states } };
    exchange(request, '7a 0005', reply, board);
    // What stands behind a block of unknown length cannot be read.
    exchange(request, '7a 0005', `7a 0005 02 ${adc} 09 01`, { id: 5, adc5To8: adcValue });
    refuses(request, '7a 0006', `7a 0005 01 3f800000`);
  });

  it('set their outputs', () => {
    sends(can.ioBoardSetPwm(5, 1, 0.5), '7b 0005 0001 3f000000');
    sends(can.ioBoardSetDigital(5, 2, true), '7c 0005 0002 01');
    sends(can.ioBoardSetDigital(5, 2, false), '7c 0005 0002 00');
  });
});
