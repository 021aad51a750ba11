import assert from 'node:assert/strict';
import { CommitOrder } from '../../../src/update/commitOrder';

const SIGNAL = new AbortController().signal;

describe('the order in which bootloaders are started', () => {
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('waits until all are staged or over, and then until the one before is over', async () => {
    const order = new CommitOrder(3);
    const went: number[] = [];
    const take = (index: number): void => void order.take(index, SIGNAL).then(() => went.push(index));
    take(2);
    take(0);
    await settle();
    assert.deepEqual(went, []);
    order.end(1);
    await settle();
    assert.deepEqual(went, [0]);
    order.end(0);
    await settle();
    assert.deepEqual(went, [0, 2]);
    order.end(2);
  });

  it('is left by those who must not any more', async () => {
    const order = new CommitOrder(2);
    const stop = new AbortController();
    const reason = new Error('stopped');
    const waiting = assert.rejects(order.take(0, stop.signal), reason);
    stop.abort(reason);
    await waiting;
    await assert.rejects(order.take(1, stop.signal), reason);
  });
});
