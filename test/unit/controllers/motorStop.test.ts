import assert from 'node:assert/strict';
import {
  allowInputs,
  type StopOutcome,
  stopMotors,
  type StopTarget,
} from '../../../src/controllers/motorStop';
import type { Session } from '../../../src/links/session';
import { CommandId } from '../../../src/protocol/commandId';
import { setDuty, setRpm } from '../../../src/protocol/messages/motor';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const LOCAL: StopTarget = { name: '60', canId: undefined };

describe('stopping the motors', () => {
  let bench: UpdateBench;
  let session: Session;

  async function start(options: SimulatedControllerOptions = {}): Promise<void> {
    bench = new UpdateBench(options);
    ({ session } = await bench.pool.acquire(ADDRESS));
  }
  afterEach(() => bench.dispose());

  const stop = (...targets: StopTarget[]): Promise<StopOutcome[]> =>
    bench.clock.run(stopMotors(session, targets, bench.clock));
  const motors = () => bench.controller.firmware!.motors;

  it('takes the current away, stops in an emergency, and switches the throttle off, in this order', async () => {
    await start();
    const ids: number[] = [];
    bench.controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller') ids.push(payload[0]!);
      return undefined;
    };
    await session.send(setDuty(0.02));
    await bench.clock.advance(500);
    const [outcome] = await stop(LOCAL);
    assert.equal(outcome?.state, 'stopped');
    assert.deepEqual(ids.slice(1, 4), [
      CommandId.SET_CURRENT,
      CommandId.MOTOR_ESTOP,
      CommandId.APP_DISABLE_OUTPUT,
    ]);
    assert.equal(bench.controller.firmware!.outputDisabledUntil_ms, Number.POSITIVE_INFINITY);
    await session.send(setDuty(0.5));
    await bench.clock.advance(500);
    assert.equal(motors()[0]!.isReleased, true, 'input is ignored');
    await allowInputs(session);
    await bench.clock.advance(10);
    assert.ok(bench.controller.firmware!.outputDisabledUntil_ms <= bench.clock.now());
  });

  it('says that a motor runs down, and that one turns on', async () => {
    await start();
    await session.send(setRpm(38_000));
    await bench.clock.advance(900);
    const [coasting] = await stop(LOCAL);
    assert.equal(coasting?.state, 'coasting');
    assert.ok(coasting.erpm! > 100);
    bench.controller.readings.motors[0]!.held = { erpm: 5000 };
    const [driven] = await stop(LOCAL);
    assert.deepEqual(driven, { ...LOCAL, state: 'driven', erpm: 5000 });
  });

  it('stops the second motor and the nodes, those that nobody listed as well', async () => {
    await start({ dualMotor: true, canNodes: 2, version: { major: 6, minor: 5, test: 0 } });
    const [listed, other] = bench.controller.nodes.map((node) => node.firmware!);
    for (const firmware of [bench.controller.firmware!, listed!, other!])
      for (const motor of firmware.motors) motor.command('duty', 0.5);
    const canId = listed!.canIds[0];
    const outcomes = await stop(LOCAL, { name: 'node', canId });
    assert.deepEqual(
      outcomes.map(({ state }) => state === 'stopped' || state === 'coasting'),
      [true, true],
    );
    for (const firmware of [bench.controller.firmware!, listed!, other!]) {
      for (const motor of firmware.motors) assert.equal(motor.isReleased, true);
      assert.equal(firmware.outputDisabledUntil_ms, Number.POSITIVE_INFINITY);
    }
  });

  it('says which it could not read back', async () => {
    await start();
    const [there, missing] = await stop(LOCAL, { name: 'gone', canId: 99 });
    assert.equal(there?.state, 'stopped');
    assert.equal(missing?.state, 'unseen');
    assert.match(missing.reason ?? '', /CAN id 99/);
  });

  it('stops while an update owns the link, and says that it could not be read back', async () => {
    await start();
    motors()[0]!.command('duty', 0.5);
    const claim = session.claim('an update');
    const [outcome] = await stop(LOCAL);
    assert.equal(motors()[0]!.isReleased, true);
    assert.equal(outcome?.state, 'unseen');
    assert.match(outcome.reason ?? '', /an update/);
    claim.dispose();
  });

  it('says so when nothing can be told any more', async () => {
    await start();
    session.dispose();
    const [outcome] = await stop(LOCAL);
    assert.equal(outcome?.state, 'unreached');
  });
});
