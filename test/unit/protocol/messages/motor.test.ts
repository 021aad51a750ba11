import assert from 'node:assert/strict';
import * as motor from '../../../../src/protocol/messages/motor';
import { exchange, sends } from './exchange';

describe('motor control', () => {
  it('sends the firmware its units', () => {
    sends(motor.setDuty(0.1), '05 00002710');
    sends(motor.setDuty(-1), '05 fffe7960');
    sends(motor.setCurrent(-2.5), '06 fffff63c');
    sends(motor.setCurrentBrake(0.29), '07 00000122');
    sends(motor.setRpm(3000), '08 00000bb8');
    sends(motor.setPos(123.456789), '09 075bcd15');
    sends(motor.setHandbrake(2), '0a 000007d0');
    sends(motor.setCurrentRel(0.5), '54 0000c350');
    sends(motor.setServoPos(0.29), '0c 0122');
    sends(motor.setDetect(motor.DetectMode.observer), '0b 02');
    sends(motor.setOdometer(7654321), '6e 0074cbb1');
  });

  it('numbers the rotor positions as the firmware does', () => {
    assert.deepEqual(Object.entries(motor.DetectMode), [
      ['none', 0],
      ['inductance', 1],
      ['observer', 2],
      ['encoder', 3],
      ['pidPosition', 4],
      ['pidPositionError', 5],
      ['encoderObserverError', 6],
      ['hallObserverError', 7],
    ]);
  });

  it('plays a remote', () => {
    const data = { x: 128, y: 255, c: true, z: false, accelerationX: 1, accelerationY: -1, accelerationZ: 2 };
    sends(motor.setChuckData(data), '23 80 ff 01 00 0001 ffff 0002');
    sends(
      motor.setChuckData({ ...data, c: false, z: true, reverse: true }),
      '23 80 ff 00 01 0001 ffff 0002 01 01',
    );
    sends(motor.setChuckData({ ...data, reverse: false }), '23 80 ff 01 00 0001 ffff 0002 01 00');
  });

  it('holds inputs back', () => {
    sends(motor.appDisableOutput({ forwardCan: true, duration_ms: 5000 }), '3f 01 00001388');
    sends(motor.appDisableOutput({ forwardCan: false, duration_ms: -1 }), '3f 00 ffffffff');
    sends(motor.motorEstop(2000), '9f 07d0');
  });
});

describe('limits', () => {
  it('of the battery are set and acknowledged', () => {
    const cut = { start_V: 10, end_V: 8, store: true, forwardCan: false };
    exchange(motor.setBatteryCut(cut), '56 00002710 00001f40 01 00', '56', true);
    exchange(
      motor.setBatteryCut({ ...cut, store: false, forwardCan: true }),
      '56 00002710 00001f40 00 01',
      '56',
      true,
    );
  });

  const limits = {
    currentMinScale: 1,
    currentMaxScale: 0.5,
    minDuty: 0.25,
    maxDuty: 0.75,
    minPower_W: -100,
    maxPower_W: 100,
    minInputCurrent_A: -10,
    maxInputCurrent_A: 10,
  };
  const AROUND = ['3f800000 3f000000', '3e800000 3f400000 c2c80000 42c80000 c1200000 41200000'] as const;

  it('are set in ERPM', () => {
    const options = { store: true, forwardCan: false, divide: true };
    const request = motor.setMcconfTemp({ ...limits, minErpm: -1000, maxErpm: 1000 }, options);
    exchange(request, `30 01 00 01 01 ${AROUND[0]} c47a0000 447a0000 ${AROUND[1]}`, '30', true);
  });

  it('are set in m/s', () => {
    const options = { store: false, forwardCan: true, divide: false };
    const request = motor.setMcconfTempSetup({ ...limits, minSpeed_mps: -2, maxSpeed_mps: 2 }, options);
    exchange(request, `31 00 01 01 00 ${AROUND[0]} c0000000 40000000 ${AROUND[1]}`, '31', true);
  });
});
