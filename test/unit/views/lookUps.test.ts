import assert from 'node:assert/strict';
import { LookUps } from '../../../src/views/lookUps';

describe('what takes a moment to find out', () => {
  const about = {};
  let found: (answer: { text: string }) => void;
  let searches: number;
  let changes: number;
  let lookUps: LookUps<object, { text: string }>;
  const find = (): Promise<{ text: string }> => {
    searches++;
    return new Promise((resolve) => (found = resolve));
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    [searches, changes] = [0, 0];
    lookUps = new LookUps();
    lookUps.onChange(() => changes++);
  });

  it('is found out once, and told as soon as it is known', async () => {
    assert.equal(lookUps.of(about, find), undefined);
    assert.equal(lookUps.of(about, find), undefined);
    const waited = lookUps.wait(about, find);
    assert.deepEqual([searches, changes, lookUps.known(about)], [1, 0, undefined]);
    found({ text: 'a' });
    assert.deepEqual(await waited, { text: 'a' });
    assert.deepEqual([changes, lookUps.of(about, find), searches], [1, { text: 'a' }, 1]);
  });

  it('is found out again when it is forgotten; what is found too late counts no more', async () => {
    assert.equal(lookUps.of(about, find), undefined);
    const late = found;
    lookUps.forget();
    assert.equal(changes, 1);
    assert.equal(lookUps.of(about, find), undefined);
    late({ text: 'old' });
    await settled();
    assert.deepEqual([changes, lookUps.known(about)], [1, undefined]);
    found({ text: 'new' });
    await settled();
    assert.deepEqual([changes, lookUps.known(about), searches], [2, { text: 'new' }, 2]);
  });
});
