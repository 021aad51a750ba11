import assert from 'node:assert/strict';
import { Session } from '../../../src/links/session';
import { CommandId } from '../../../src/protocol/commandId';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { findSecondMotor } from '../../../src/settings/secondMotor';
import { takeSnapshot } from '../../../src/settings/settingsReader';
import {
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../../src/simulator/simulatedController';
import { identifyController } from '../../../src/update/controllerIdentity';
import { connectThrough, LINK_MODELS } from '../../support/linkModels';
import { VirtualClock } from '../../support/virtualClock';

/** There and back. */
const ROUND_TRIP_MS = 2 * LINK_MODELS.tcp50.latency_ms;
/** Where the second motor would be nobody answers, twice. */
const SEARCH_MS = 2 * 500;

describe('on a link that takes its time', () => {
  let controller: SimulatedController;
  let session: Session;
  let clock: VirtualClock;
  const connect = (options: SimulatedControllerOptions): void => {
    clock = new VirtualClock();
    controller = new SimulatedController({ canId: 7, ...options }, clock);
    session = new Session(connectThrough(LINK_MODELS.tcp50, controller, clock), clock);
  };
  afterEach(() => {
    session.dispose();
    controller.dispose();
  });
  const timed = async <T>(work: Promise<T>): Promise<{ result: T; duration_ms: number }> => {
    const start_ms = clock.now();
    const result = await clock.run(work);
    return { result, duration_ms: clock.now() - start_ms };
  };

  it('a controller is identified in one round trip', async () => {
    connect({ commit: 'abcdef1', userCommit: `vb1-${'7'.repeat(40)}` });
    const { result, duration_ms } = await timed(identifyController(session, { attempts: 3 }));
    assert.equal(duration_ms, ROUND_TRIP_MS);
    assert.equal(result.canId, 7);
    assert.deepEqual([result.firmware.commit, result.firmware.buildId], ['abcdef1', `vb1-${'7'.repeat(40)}`]);
  });

  it('what an older firmware or another kind of controller does not answer is not waited for', async () => {
    connect({ version: { major: 5, minor: 3 } });
    const old = await timed(identifyController(session));
    assert.equal(old.duration_ms, ROUND_TRIP_MS);
    assert.equal(old.result.firmware.commit, undefined);
    session.dispose();
    controller.dispose();
    connect({ hardwareType: 'bms' });
    const { result, duration_ms } = await timed(
      identifyController(session, { signal: AbortSignal.timeout(9e6) }),
    );
    assert.equal(duration_ms, ROUND_TRIP_MS);
    assert.equal(result.canId, undefined);
  });

  it('nothing is asked that the version, where it is known, says is not there', async () => {
    connect({ version: { major: 6, minor: 0 } });
    const asked: number[] = [];
    controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller') asked.push(payload[0]!);
      return undefined;
    };
    const version = await clock.run(session.request(fwVersion()));
    asked.length = 0;
    const { firmware } = await clock.run(identifyController(session, { version }));
    assert.ok(firmware.commit);
    assert.equal(asked.length, 2, 'values, and the terminal');
  });

  it('a controller that keeps its source to itself is identified all the same', async () => {
    connect({});
    controller.interference = ({ payload }) => (payload[0] === CommandId.FW_INFO ? 'drop' : undefined);
    const silent = await timed(identifyController(session));
    assert.deepEqual([silent.result.firmware.commit, silent.result.firmware.buildId], [undefined, undefined]);
    const asked = identifyController(session, { tellsSource: true });
    await assert.rejects(clock.run(asked), { code: 'no-answer' });
  });

  it('a controller that answers nothing at all is told once', async () => {
    connect({});
    controller.interference = () => 'drop';
    await assert.rejects(clock.run(identifyController(session, { timeout_ms: 1000 })), { code: 'no-answer' });
  });

  it('its settings are read while it looks for a second motor', async () => {
    connect({});
    const version = await clock.run(session.request(fwVersion()));
    const access = { endpoint: session, node: (canId: number) => session.node(canId) };
    const searching = await timed(takeSnapshot(access, version, { clock }));
    assert.equal(searching.duration_ms, SEARCH_MS + ROUND_TRIP_MS);
    const known = await timed(takeSnapshot(access, version, { clock, secondMotor: 'none' }));
    assert.ok(known.duration_ms <= 3 * ROUND_TRIP_MS, `${known.duration_ms} ms`);
    assert.deepEqual(known.result.motors, searching.result.motors);
  });

  it('a second motor that is known is read without looking for it', async () => {
    connect({ dualMotor: true });
    const version = await clock.run(session.request(fwVersion()));
    const access = { endpoint: session, node: (canId: number) => session.node(canId) };
    const { result, duration_ms } = await timed(takeSnapshot(access, version, { clock, secondMotor: 8 }));
    assert.equal(result.motors[1]?.canId, 8);
    assert.ok(duration_ms < SEARCH_MS);
  });

  it('a custom configuration that is there and is not given out is missing, and said to be', async () => {
    connect({});
    const version = await clock.run(session.request(fwVersion()));
    const access = { endpoint: session, node: (canId: number) => session.node(canId) };
    const reading = takeSnapshot(access, { ...version, customConfigs: 1 }, { clock, secondMotor: 'none' });
    await assert.rejects(clock.run(reading), { code: 'snapshot-failed' });
  });

  it('a second motor is looked for at the id behind its own, which is 0 after 254, and nowhere else', async () => {
    const access = {
      get endpoint() {
        return session;
      },
      node: (canId: number) => session.node(canId),
    };
    const find = async (): Promise<number | undefined> => {
      const { uuid } = await clock.run(session.request(fwVersion()));
      return clock.run(findSecondMotor(access, uuid));
    };
    connect({ dualMotor: true, canId: 254 });
    assert.equal(await find(), 0);
    session.dispose();
    controller.dispose();
    // Another controller has that id.
    connect({ canNodes: [{ canId: 8 }] });
    assert.equal(await find(), undefined);
  });
});
