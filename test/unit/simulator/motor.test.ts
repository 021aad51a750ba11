import assert from 'node:assert/strict';
import { alive } from '../../../src/protocol/messages/identity';
import {
  appDisableOutput,
  DetectMode,
  motorEstop,
  setCurrent,
  setCurrentBrake,
  setCurrentRel,
  setDetect,
  setDuty,
  setHandbrake,
  setOdometer,
  setPos,
  setRpm,
} from '../../../src/protocol/messages/motor';
import { getValues, getValuesSelective, getValuesSetup } from '../../../src/protocol/messages/telemetry';
import type { TestHost } from './testHost';
import { bench } from './upload';

const STEADY_MS = 900;

async function erpm(host: TestHost): Promise<number> {
  return (await host.ask(getValuesSelective(['erpm'])))!.erpm;
}

describe('the motor of the simulated controller', () => {
  it('nears the speed it is told, uses current for it, and counts', async () => {
    const { host } = bench();
    const atRest = (await host.ask(getValues()))!;
    assert.deepEqual([atRest.erpm, atRest.motorCurrent_A, atRest.timeoutActive], [0, 0, true]);
    await host.exchange(setRpm(6000), 100);
    const starting = (await host.ask(getValues()))!;
    assert.ok(starting.erpm > 1000 && starting.erpm < 6000, `${starting.erpm}`);
    assert.equal(starting.timeoutActive, false);
    await host.exchange(alive(), STEADY_MS);
    const steady = (await host.ask(getValues()))!;
    assert.ok(steady.erpm > 5700 && steady.erpm <= 6000, `${steady.erpm}`);
    assert.ok(steady.motorCurrent_A > 0 && steady.inputCurrent_A > 0);
    assert.ok(steady.duty > 0.1 && steady.duty < 0.2, `${steady.duty}`);
    assert.ok(steady.tachometer > 300 && steady.charge_Ah >= 0);
    assert.ok(steady.tempMotor_C > atRest.tempMotor_C);
    const setup = (await host.ask(getValuesSetup()))!;
    assert.ok(setup.speed_mps > 1 && setup.distance_m > 0);
  });

  it('turns either way by duty and by current', async () => {
    for (const [command, sign] of [
      [setDuty(0.1), 1],
      [setDuty(-0.1), -1],
      [setCurrent(2), 1],
      [setCurrentRel(-0.05), -1],
    ] as const) {
      const { host } = bench();
      await host.exchange(command, STEADY_MS);
      assert.equal(Math.sign(await erpm(host)), sign);
    }
  });

  it('is released when nobody repeats the command for a second', async () => {
    const { controller, host } = bench();
    await host.exchange(setRpm(6000), 999);
    assert.equal(controller.firmware!.motor(0).isReleased, false);
    await host.exchange(alive(), 999);
    assert.equal(controller.firmware!.motor(0).isReleased, false);
    await host.exchange(Uint8Array.of(0), 1);
    assert.equal(controller.firmware!.motor(0).isReleased, true);
    const coasting = await erpm(host);
    await host.exchange(Uint8Array.of(0), 3000);
    assert.ok((await erpm(host)) < coasting / 2);
    assert.equal((await host.ask(getValues()))?.timeoutActive, true);
  });

  it('stops faster with a brake than by coasting, and holds with a handbrake', async () => {
    const slowed = async (command: Uint8Array): Promise<number> => {
      const { host } = bench();
      await host.exchange(setRpm(6000), STEADY_MS);
      await host.exchange(command, 500);
      return erpm(host);
    };
    assert.ok((await slowed(setCurrentBrake(20))) < (await slowed(setCurrent(0))));
    const { host } = bench();
    await host.exchange(setHandbrake(5), 100);
    assert.ok((await host.ask(getValues()))!.motorCurrent_A !== 0);
    await host.exchange(setPos(90), 100);
    assert.equal((await host.ask(getValues()))?.pidPosition_deg, 90);
  });

  it('averages currents since they were last read', async () => {
    const { host } = bench();
    await host.exchange(setRpm(6000), 500);
    const first = (await host.ask(getValuesSelective(['motorCurrent_A'])))!.motorCurrent_A;
    await host.exchange(setRpm(6000), 400);
    // The start took more than going on does; had the first average not been reset, this would be near it.
    const second = (await host.ask(getValuesSelective(['motorCurrent_A'])))!.motorCurrent_A;
    assert.ok(second < first * 0.9, `${first} ${second}`);
    // Reading something else does not disturb it.
    await host.ask(getValuesSelective(['iq_A']));
    await host.exchange(setRpm(-6000), 50);
    await host.ask(getValuesSelective(['fault', 'erpm', 'voltage_V', 'motorCurrent_A']));
    await host.exchange(setRpm(-6000), 800);
    // Turned round long ago, but the average still knows.
    const turning = (await host.ask(getValuesSelective(['iq_A'])))!.iq_A;
    await host.exchange(setRpm(-6000), 100);
    const steady = (await host.ask(getValuesSelective(['iq_A'])))!.iq_A;
    assert.ok(turning < steady - 0.1, `${turning} ${steady}`);
  });

  it('ignores commands after an emergency stop, and while a fault is active', async () => {
    const { clock, controller, host } = bench();
    await host.exchange(motorEstop(500), 100);
    await host.exchange(setRpm(6000), 100);
    assert.equal(await erpm(host), 0);
    await clock.advance(400);
    await host.exchange(setRpm(6000), 100);
    assert.ok((await erpm(host)) > 0);
    controller.setFault('OVER_TEMP_FET', { held: true });
    assert.equal(controller.firmware!.motor(0).isReleased, true);
    await host.exchange(setRpm(6000));
    assert.equal(controller.firmware!.motor(0).isReleased, true);
    assert.equal((await host.ask(getValuesSelective(['fault'])))?.fault, 5);
    controller.clearFault();
    await clock.advance(500);
    await host.exchange(setRpm(6000));
    assert.equal(controller.firmware!.motor(0).isReleased, false);
  });

  it('streams its position while asked to', async () => {
    const { host } = bench();
    const came = await host.exchange(setDetect(DetectMode.observer), 100);
    assert.deepEqual([...new Set(came.map(([id]) => id))], [22]);
    assert.equal(came.length, 10);
    await host.exchange(setDetect(DetectMode.none), 20);
    assert.deepEqual(await host.exchange(alive(), 100), []);
  });

  it('keeps the odometer and the time for which inputs are off', async () => {
    const { controller, host } = bench();
    await host.exchange(setOdometer(12_345));
    assert.equal((await host.ask(getValuesSetup()))?.odometer_m, 12_345);
    await host.exchange(appDisableOutput({ forwardCan: false, duration_ms: 1000 }));
    assert.ok(controller.firmware!.outputDisabledUntil_ms > 0);
    await host.exchange(appDisableOutput({ forwardCan: false, duration_ms: -1 }));
    assert.equal(controller.firmware!.outputDisabledUntil_ms, Infinity);
  });

  it('is two motors on a dual board', async () => {
    const { controller, host } = bench({ canId: 10, dualMotor: true });
    await host.exchange(Uint8Array.of(34, 11, ...setRpm(3000)), STEADY_MS);
    assert.equal(await erpm(host), 0);
    assert.ok(controller.firmware!.motor(1).values().erpm > 2000);
  });
});
