import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FeedWish, ValueFeed } from '../../../../src/controllers/valueFeed';
import { signalValue } from '../../../../src/controllers/signals';
import type { Endpoint } from '../../../../src/links/endpoint';
import { SampleBuffer } from '../../../../src/views/liveData/sampleBuffer';
import { VirtualClock } from '../../../support/virtualClock';

const row = (value: number): Map<string, number> => new Map([['a', value]]);

describe('sample buffer', () => {
  it('keeps the newest rows, in their order, however many come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 400 }), (capacity, count) => {
        const buffer = new SampleBuffer(capacity);
        buffer.setColumns(['a']);
        for (let at = 0; at < count; at++) buffer.push(at, row(at * 2));
        const length = Math.min(capacity, count);
        assert.equal(buffer.length, length);
        assert.equal(buffer.added, count);
        for (let at = 0; at < length; at++) {
          assert.equal(buffer.time(at), count - length + at);
          assert.equal(buffer.value('a', at), 2 * (count - length + at));
        }
        assert.equal(buffer.latest, count === 0 ? undefined : count - 1);
        assert.equal(buffer.earliest, count === 0 ? undefined : count - length);
      }),
    );
  });

  it('finds rows by time', () => {
    const buffer = new SampleBuffer(10);
    assert.equal(buffer.nearest(1), undefined);
    buffer.setColumns(['a']);
    for (const time of [1, 2, 2, 4]) buffer.push(time, row(time));
    assert.deepEqual(
      [0, 1, 2, 3, 9].map((time) => buffer.indexAt(time)),
      [0, 0, 1, 3, 4],
    );
    assert.deepEqual(
      [0, 1.4, 2.9, 3.1, 9].map((time) => buffer.nearest(time)),
      [0, 0, 2, 3, 3],
    );
    buffer.push(3, row(3));
    assert.equal(buffer.length, 4, 'time does not run backwards');
    assert.deepEqual(buffer.range('a', 2, 5), [2, 4]);
    assert.deepEqual(buffer.range('a', 1, 2), [1, 2], 'both ends included');
    assert.equal(buffer.range('a', 5, 9), undefined);
    assert.equal(buffer.range('b', 0, 9), undefined);
    buffer.clear();
    assert.equal(buffer.length, 0);
    assert.ok(Number.isNaN(buffer.value('a', 100)) && Number.isNaN(buffer.time(100)));
  });

  it('thins rows out without losing what stands out', () => {
    const buffer = new SampleBuffer(10_000);
    buffer.setColumns(['a', 'b']);
    for (let at = 0; at < 10_000; at++) {
      const value = at === 4321 ? 99 : at === 8765 ? -99 : Math.sin(at);
      buffer.push(
        at,
        at % 2 === 0
          ? new Map([['a', value]])
          : new Map([
              ['a', value],
              ['b', at],
            ]),
      );
    }
    const { times, columns } = buffer.rows(['a', 'b', 'missing'], 0, 10_000, 200);
    assert.ok(times.length <= 400);
    assert.ok(columns.every((column) => column.length === times.length));
    assert.equal(Math.max(...(columns[0] as number[])), 99);
    assert.equal(Math.min(...(columns[0] as number[])), -99);
    assert.ok(times.every((time, at) => at === 0 || time >= times[at - 1]!));
    assert.deepEqual([...new Set(columns[2])], [null]);
    const few = buffer.rows(['a', 'b'], 10, 20, 200);
    assert.deepEqual(few.times, [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    assert.deepEqual(few.columns[1]!.slice(0, 3), [9, null, 11], 'one beyond the edge, and gaps');
  });

  it('starts a new column with nothing, and forgets one that is not wanted', () => {
    const buffer = new SampleBuffer(4);
    buffer.setColumns(['a']);
    buffer.push(0, row(1));
    buffer.setColumns(['a', 'b']);
    buffer.push(
      1,
      new Map([
        ['a', 2],
        ['b', 3],
      ]),
    );
    assert.deepEqual(buffer.ids, ['a', 'b']);
    assert.equal(buffer.value('a', 0), 1);
    assert.ok(Number.isNaN(buffer.value('b', 0)));
    assert.equal(buffer.value('b', 1), 3);
    buffer.setColumns(['b']);
    assert.ok(Number.isNaN(buffer.value('a', 0)));
  });

  it('takes six signals at 50 Hz for ten minutes from the feed: none lost, nothing grown', async () => {
    const clock = new VirtualClock();
    const feed = new ValueFeed(clock);
    const ids = ['erpm', 'duty', 'motorCurrent_A', 'inputCurrent_A', 'voltage_V', 'tempFet_C'];
    let reads = 0;
    const answer = { duty: 0, motorCurrent_A: 1, inputCurrent_A: 2, voltage_V: 48, tempFet_C: 30, fault: 0 };
    const endpoint = {
      request: () => Promise.resolve({ ...answer, erpm: ++reads }),
    } as unknown as Endpoint;
    const buffer = new SampleBuffer(36_000);
    buffer.setColumns(ids);
    const wish = { interval_ms: 20, values: Object.keys(answer) as FeedWish['values'] & object };
    feed.subscribe({ ...wish, values: [...wish.values, 'erpm'] }, (reading) =>
      buffer.push(reading.time_ms / 1000, new Map(ids.map((id) => [id, signalValue(id, reading)!]))),
    );
    feed.start(endpoint);
    const minute_ms = 60_000;
    await clock.advance(minute_ms);
    const room_B = buffer.size_B;
    await clock.advance(9 * minute_ms);
    assert.equal(buffer.length, 30_001);
    assert.equal(buffer.added, reads);
    for (let at = 0; at < buffer.length; at++) {
      if (buffer.value('erpm', at) !== at + 1) assert.fail(`reading ${at + 1} was lost`);
    }
    assert.equal(buffer.value('voltage_V', 30_000), 48);
    assert.equal(buffer.size_B, room_B, 'every array was there from the beginning');
    feed.dispose();
  }).timeout(60_000);
});
