import assert from 'node:assert/strict';
import { type VescError } from '../../../src/base/errors';
import { type FeedWish, type Reading, ValueFeed } from '../../../src/controllers/valueFeed';
import type { Endpoint } from '../../../src/links/endpoint';
import { setDuty } from '../../../src/protocol/messages/motor';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { VirtualClock } from '../../support/virtualClock';

const CURRENT: FeedWish = { interval_ms: 20, values: ['motorCurrent_A', 'erpm'] };

describe('value feed', () => {
  let bench: UpdateBench;
  let feed: ValueFeed;
  let endpoint: Endpoint;
  let requests: number;

  beforeEach(async () => {
    bench = new UpdateBench();
    feed = new ValueFeed(bench.clock);
    endpoint = (await bench.pool.acquire(ADDRESS)).session;
    requests = 0;
    bench.controller.interference = ({ direction }) => {
      if (direction === 'to-controller') requests++;
      return undefined;
    };
  });
  afterEach(() => {
    feed.dispose();
    bench.dispose();
  });

  const follow = (wish: FeedWish): Reading[] => {
    const readings: Reading[] = [];
    feed.subscribe(wish, (reading) => readings.push(reading));
    return readings;
  };

  it('reads what is wanted as often as it is wanted, and nothing while nobody wants anything', async () => {
    feed.start(endpoint);
    await bench.clock.advance(1000);
    assert.equal(requests, 0);
    const readings = follow(CURRENT);
    await bench.clock.advance(999);
    assert.equal(readings.length, 50);
    assert.deepEqual(Object.keys(readings[0]!.values).sort(), ['erpm', 'motorCurrent_A']);
  });

  it('asks once for everybody: the slower one costs no request of its own', async () => {
    const fast = follow(CURRENT);
    const slow = follow({ interval_ms: 240, values: ['voltage_V'] });
    feed.start(endpoint);
    await bench.clock.advance(999);
    assert.equal(requests, 50);
    assert.equal(fast.length, 50);
    assert.equal(slow.length, 5);
    assert.equal(slow[0]!.values.voltage_V, 48);
  });

  it('gives who looks less often the average since their own last look', async () => {
    const fast = follow(CURRENT);
    const slow = follow({ ...CURRENT, interval_ms: 200 });
    feed.start(endpoint);
    await bench.clock.advance(100);
    await endpoint.send(setDuty(0.5));
    await bench.clock.advance(301);
    const between = fast.filter(({ time_ms }) => time_ms > slow[1]!.time_ms && time_ms <= slow[2]!.time_ms);
    assert.equal(between.length, 10);
    const mean = between.reduce((sum, { values }) => sum + values.motorCurrent_A!, 0) / between.length;
    assert.ok(mean > 1);
    assert.ok(Math.abs(slow[2]!.values.motorCurrent_A! - mean) < 0.01);
    assert.notEqual(slow[2]!.values.motorCurrent_A, between.at(-1)!.values.motorCurrent_A);
    assert.equal(slow[2]!.values.erpm, between.at(-1)!.values.erpm, 'what is no average is as it is');
  });

  it('reads values, setup and statistics as one reading', async () => {
    const readings = follow({
      interval_ms: 100,
      values: ['erpm'],
      setup: ['speed_mps'],
      stats: ['counted_s'],
    });
    feed.start(endpoint);
    await bench.clock.advance(150);
    assert.equal(readings.length, 2);
    const [first] = readings;
    assert.deepEqual(first, {
      time_ms: first!.time_ms,
      values: { erpm: 0 },
      setup: { speed_mps: 0 },
      stats: { counted_s: 0 },
    });
  });

  it('does without a source that this firmware does not have', async () => {
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'to-controller' && payload[0] === 128 ? 'drop' : undefined;
    const readings = follow({ interval_ms: 100, values: ['erpm'], stats: ['counted_s'] });
    feed.start(endpoint);
    await bench.clock.advance(10_000);
    assert.deepEqual(readings.at(-1)!.stats, {});
    assert.ok(readings.length > 60, `${readings.length} readings`);
  });

  it('goes on after a failure, tells of it, and never asks twice at a time', async () => {
    const failures: VescError[] = [];
    feed.onFailure((error) => failures.push(error));
    const readings = follow(CURRENT);
    feed.start(endpoint);
    await bench.clock.advance(100);
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    await bench.clock.advance(3000);
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['no-answer', 'no-answer'],
    );
    const before = readings.length;
    bench.controller.interference = undefined;
    await bench.clock.advance(2000);
    assert.ok(readings.length > before + 10);
  });

  it('is quiet while somebody else owns the link', async () => {
    const failures: VescError[] = [];
    feed.onFailure((error) => failures.push(error));
    const readings = follow(CURRENT);
    feed.start(endpoint);
    const claim = bench.pool.find(ADDRESS)!.claim('an update');
    await bench.clock.advance(1000);
    assert.equal(readings.length, 0);
    claim.dispose();
    await bench.clock.advance(1000);
    assert.ok(readings.length > 30);
    assert.deepEqual(failures, []);
  });

  it('keeps its subscribers from one link to the next, and gives nobody an answer from before', async () => {
    const clock = new VirtualClock();
    const slow = new ValueFeed(clock);
    const answers: ((values: object) => void)[] = [];
    const delayed = {
      canId: undefined,
      request: () => new Promise((resolve) => answers.push(resolve)),
    } as unknown as Endpoint;
    const erpm: unknown[] = [];
    slow.subscribe({ interval_ms: 20, values: ['erpm'] }, ({ values }) => erpm.push(values.erpm));
    slow.start(delayed);
    await clock.advance(10);
    slow.start(delayed);
    await clock.advance(10);
    answers[0]!({ erpm: 1 });
    answers[1]!({ erpm: 2 });
    await clock.advance(0);
    assert.deepEqual(erpm, [2]);
    slow.dispose();
  });

  it('changes what is read with the wish, and ends with the subscription', async () => {
    const readings: Reading[] = [];
    const subscription = feed.subscribe(CURRENT, (reading) => readings.push(reading));
    feed.start(endpoint);
    await bench.clock.advance(50);
    subscription.change({ interval_ms: 100, values: ['voltage_V'] });
    await bench.clock.advance(500);
    assert.deepEqual(Object.keys(readings.at(-1)!.values), ['voltage_V']);
    subscription.dispose();
    const { length } = readings;
    await bench.clock.advance(500);
    assert.equal(readings.length, length);
  });
});
