import assert from 'node:assert/strict';
import type { Clock } from '../../../src/base/clock';
import type { Disposable } from '../../../src/base/disposable';
import type { Controller } from '../../../src/controllers/controller';
import { ControllerRegistry } from '../../../src/controllers/controllerRegistry';
import { motorCommand, rangeOf } from '../../../src/controllers/motorCommand';
import { type MotorLimits, readMotorLimits } from '../../../src/controllers/motorLimits';
import {
  BEAT_MS,
  type Hold,
  MotorTest,
  type MotorTestState,
  whyUnsafe,
} from '../../../src/controllers/motorTest';
import type { Endpoint } from '../../../src/links/endpoint';
import { ByteReader } from '../../../src/protocol/bytes';
import { CommandId } from '../../../src/protocol/commandId';
import { getConfiguration } from '../../../src/protocol/messages/configuration';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

/** The clock of a process that can stand still: what is due meanwhile runs when it goes on. */
class StallingClock implements Clock {
  private held: (() => void)[] | undefined;

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }
  date(): Date {
    return this.clock.date();
  }
  schedule(delay_ms: number, action: () => void): Disposable {
    let wanted = true;
    const run = (): void => void (wanted && action());
    this.clock.schedule(delay_ms, () => (this.held ? this.held.push(run) : run()));
    return { dispose: () => (wanted = false) };
  }
  stall(): void {
    this.held = [];
  }
  resume(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const run of held) run();
  }
}

describe('motor test', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;
  let controller: Controller;
  let limits: MotorLimits;
  let test: MotorTest;
  let host: StallingClock;
  let states: MotorTestState[];
  /** Commands as they reached the controller, with the moment. */
  let sent: { id: number; value: number; at_ms: number }[];

  async function start(options: SimulatedControllerOptions = {}): Promise<void> {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
    controller = await clock.run(registry.connect(ADDRESS));
    limits = await clock.run(readMotorLimits(controller.endpoint!));
    sent = [];
    bench.controller.interference = ({ direction, payload }) => {
      const id = payload[0]!;
      if (direction === 'to-controller' && id >= CommandId.SET_DUTY && id <= CommandId.SET_HANDBRAKE)
        sent.push({ id, value: new ByteReader(payload, 1).i32(), at_ms: clock.now() });
      return undefined;
    };
    host = new StallingClock(clock);
    test = new MotorTest(controller, limits, host);
    states = [];
    test.onState((state) => states.push(state));
    await clock.advance(200);
  }
  afterEach(() => {
    test.dispose();
    registry.dispose();
    bench.dispose();
  });

  /** A view that answers every question, until told to stop; the way a held button does. */
  function holdDown(what: Partial<Hold> = {}): { letGo: () => void; answer: boolean } {
    const view = { answer: true, letGo: () => listener.dispose() };
    const listener = test.onBeat((beat) => {
      if (view.answer) test.hold({ press: 1, mode: 'duty', value: 0.3, ...what, beat });
    });
    return view;
  }
  const motor = () => bench.controller.firmware!.motors[0]!;

  it('drives as long as the button is held, and feeds the command timeout', async () => {
    await start();
    const view = holdDown();
    await bench.clock.advance(5000);
    assert.ok(motor().values().erpm > 10_000);
    assert.equal(motor().timeoutActive, false);
    const gaps = sent.slice(1).map(({ at_ms }, i) => at_ms - sent[i]!.at_ms);
    assert.ok(
      gaps.every((gap_ms) => gap_ms <= 2 * BEAT_MS),
      'commands come far faster than the timeout of 1 s',
    );
    assert.deepEqual(states, [{ running: true, mode: 'duty', value: 0.3, isClamped: false }]);
    view.letGo();
    test.release(1);
    await bench.clock.advance(50);
    assert.equal(motor().isReleased, true);
    assert.deepEqual(states.at(-1), { running: false, ended: 'released' });
  });

  it('lets go within a moment when the view dies', async () => {
    await start();
    const view = holdDown();
    await bench.clock.advance(1000);
    view.letGo();
    await bench.clock.advance(600);
    assert.equal(motor().isReleased, true);
    assert.equal(test.state.ended, 'stalled');
  });

  for (const first of ['timers', 'messages'] as const) {
    it(`leaves it to the controller when this side stalls, and does not begin again (${first} first)`, async () => {
      await start();
      const view = holdDown();
      await bench.clock.advance(1000);
      const late: number[] = [];
      const queue = test.onBeat((beat) => late.push(beat));
      view.letGo();
      await bench.clock.advance(BEAT_MS);
      host.stall();
      await bench.clock.advance(1500);
      assert.equal(motor().isReleased, true, 'by its own command timeout');
      queue.dispose();
      const before = sent.length;
      if (first === 'timers') host.resume();
      for (const beat of late) test.hold({ press: 1, beat, mode: 'duty', value: 0.3 });
      if (first === 'messages') host.resume();
      assert.equal(test.state.ended, 'stalled');
      const again = holdDown();
      await bench.clock.advance(1000);
      assert.ok(sent.slice(before).every(({ id, value }) => id === CommandId.SET_CURRENT && value === 0));
      assert.equal(motor().isReleased, true, 'the same press drives nothing any more');
      again.letGo();
      holdDown({ press: 2 });
      await bench.clock.advance(500);
      assert.equal(test.state.running, true, 'a new press does');
    });
  }

  it('lets go when the controller falls silent, and piles up no commands', async () => {
    await start();
    holdDown();
    await bench.clock.advance(500);
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    await bench.clock.advance(800);
    assert.equal(test.state.ended, 'link');
    await bench.clock.advance(100);
    assert.equal(motor().isReleased, true);
  });

  it('lets go when a write hangs', async () => {
    await start();
    holdDown();
    await bench.clock.advance(500);
    const payloads: Uint8Array[] = [];
    const endpoint = controller.endpoint!;
    endpoint.send = (payload) => {
      payloads.push(payload);
      return new Promise(() => undefined);
    };
    await bench.clock.advance(1000);
    assert.equal(test.state.ended, 'link');
    assert.equal(payloads.filter(([id]) => id === CommandId.SET_DUTY).length, 1);
  });

  it('ends with a fault, with the link, with an update, and with the view', async () => {
    await start();
    holdDown({ press: 1 });
    await bench.clock.advance(300);
    bench.controller.setFault('FAULT_CODE_DRV');
    await bench.clock.advance(200);
    assert.deepEqual(test.state, { running: false, ended: 'fault', detail: 'FAULT_CODE_DRV' });
    await bench.clock.advance(1000);
    holdDown({ press: 2 });
    await bench.clock.advance(300);
    assert.equal(test.state.running, true);
    controller.detach('updating');
    assert.equal(test.state.ended, 'disconnected');
    test.hold({ press: 3, beat: 1, mode: 'duty', value: 1 });
    assert.equal(test.state.running, false);
    test.dispose();
    await bench.clock.advance(100);
    assert.equal(states.at(-1)!.running, false);
  });

  it('forgets a press that was let go before it was held', async () => {
    await start();
    test.release(7);
    holdDown({ press: 7 });
    await bench.clock.advance(500);
    assert.deepEqual(sent, []);
    assert.deepEqual(states, []);
  });

  it('reads the limits from the controller, keeps every value within them, and says so', async () => {
    await start();
    assert.deepEqual(limits, {
      duty: { min: -Math.fround(0.95), max: Math.fround(0.95) },
      erpm: { min: -100_000, max: 100_000 },
      current_A: { min: -60, max: 60 },
      commandTimeout_ms: 1000,
    });
    holdDown({ mode: 'current', value: 1000 });
    await bench.clock.advance(200);
    assert.deepEqual(test.state, { running: true, mode: 'current', value: 60, isClamped: true });
    assert.equal(sent.at(-1)!.value, 60_000);
    for (const [mode, value, within] of [
      ['duty', -2, -Math.fround(0.95)],
      ['erpm', 2e9, 100_000],
      ['brake', -5, 0],
      ['brake', 500, 60],
      ['handbrake', 61, 60],
      ['position', 400, 360],
    ] as const)
      assert.equal(motorCommand(mode, value, limits)?.value, within, mode);
    assert.equal(motorCommand('currentRel', 1, limits), undefined);
    assert.equal(motorCommand('duty', Number.NaN, limits), undefined);
  });

  it('does without amperes where the layout of the configuration is not known', async () => {
    await start();
    const endpoint = controller.endpoint!;
    const unknown: Endpoint = Object.create(endpoint) as Endpoint;
    unknown.request = async (asked, options) => {
      const answer = await endpoint.request(asked, options);
      if (asked.payload[0] === getConfiguration('mcconf').payload[0]) (answer as Uint8Array)[0]! ^= 1;
      return answer;
    };
    const { current_A, ...rest } = await bench.clock.run(readMotorLimits(unknown));
    assert.equal(current_A, undefined);
    assert.equal(rangeOf('current', rest), undefined);
    assert.equal(rangeOf('brake', rest), undefined);
    assert.deepEqual(rangeOf('currentRel', rest), { min: -1, max: 1 });
    holdDown({ mode: 'currentRel', value: 3 });
    await bench.clock.advance(100);
    assert.equal(test.state.ended, 'impossible', 'it knows the amperes of this one');
  });

  it('is refused where nothing would stop the motor if the link broke', () => {
    const known: MotorLimits = { duty: { min: -1, max: 1 }, erpm: { min: -1, max: 1 } };
    assert.equal(whyUnsafe(known), undefined);
    assert.equal(whyUnsafe({ ...known, commandTimeout_ms: 1000 }), undefined);
    assert.match(whyUnsafe({ ...known, commandTimeout_ms: 0 }) ?? '', /switched off/);
    assert.match(whyUnsafe({ ...known, commandTimeout_ms: 60_000 }) ?? '', /60 s/);
  });
});
