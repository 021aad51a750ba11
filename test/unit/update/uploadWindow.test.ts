import assert from 'node:assert/strict';
import { ControllerMemory } from '../../../src/settings/controllerMemory';
import {
  openSharedWindow,
  openWindow,
  remembered,
  rememberWindow,
  UploadWindow,
  windowSize,
} from '../../../src/update/uploadWindow';
import { MemoryFiles } from '../../support/memoryFiles';

const SIGNAL = new AbortController().signal;
const fixed = (size: number): UploadWindow => new UploadWindow({ first: size, most: size });

describe('how many writes a link takes', () => {
  it('three over USB, one where that is all the other side holds or nobody knows', () => {
    assert.deepEqual(windowSize('usb', false, undefined), { first: 3, most: 3 });
    assert.deepEqual(windowSize('other', false, undefined), { first: 1, most: 1 });
    assert.deepEqual(windowSize('usb', true, undefined), { first: 1, most: 1 });
    assert.deepEqual(windowSize('network', true, 8), { first: 1, most: 1 });
  });

  it('over a network begins at one, and where it is known to go well at three', () => {
    assert.deepEqual(windowSize('network', false, undefined), { first: 1, most: 24 });
    assert.deepEqual(windowSize('network', false, 14), { first: 3, most: 24 });
  });

  it('after a loss over a network stays at one, and may be one wider each time nothing is lost', () => {
    const lossy = fixed(5);
    lossy.lose();
    let clean = remembered(lossy, 14);
    const seen = [clean];
    for (let upload = 0; upload < 3; upload++) {
      const size = windowSize('network', false, clean);
      assert.equal(size.first, Math.min(3, clean));
      clean = remembered(fixed(size.most), clean);
      seen.push(clean);
    }
    assert.deepEqual(seen, [1, 2, 3, 24]);
  });

  describe('is looked up and kept by UUID', () => {
    const uuid = '3a0041001850563039373220';
    const tcp = { kind: 'tcp', host: 'bridge', port: 65_102 } as const;
    const usb = { kind: 'simulated', name: '' } as const;
    const dependencies = () => ({
      memory: new ControllerMemory(new MemoryFiles()),
      carrierOf: ({ kind }: { kind: string }) =>
        Promise.resolve(kind === 'tcp' ? ('network' as const) : ('usb' as const)),
    });

    it('for a network only', async () => {
      const known = dependencies();
      const window = fixed(7);
      await rememberWindow(known, { address: usb, uuid }, window);
      await rememberWindow(known, { address: tcp, uuid, canId: 9 }, window);
      assert.equal((await known.memory.recall(uuid)).networkWindow, undefined);
      await rememberWindow(known, { address: tcp, uuid }, window);
      assert.equal((await known.memory.recall(uuid)).networkWindow, 7);
      assert.equal((await openWindow(known, { address: tcp, uuid })).limit, 3);
      assert.equal((await openWindow(known, { address: tcp, uuid: 'another' })).limit, 1);
      assert.equal((await openWindow(known, { address: usb, uuid })).limit, 3);
    });

    it('unless the user has decided', async () => {
      const known = dependencies();
      assert.equal((await openWindow(known, { address: tcp, uuid }, 9)).limit, 9);
      assert.equal((await openSharedWindow(known, tcp, 2)).limit, 2);
      assert.equal((await openSharedWindow(known, usb)).limit, 3);
    });
  });
});

describe('the writes under way', () => {
  /** Who has got a place so far, in order. */
  function entrants(window: UploadWindow) {
    const inside: string[] = [];
    const enter = (name: string, signal = SIGNAL, again = false): Promise<void> =>
      window.enter(signal, again).then(() => void inside.push(name));
    return { inside, enter };
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are as many as there is room for, first come, first served, what is sent again first of all', async () => {
    const window = fixed(2);
    const { inside, enter } = entrants(window);
    for (const name of ['a', 'b', 'c', 'd']) void enter(name);
    void enter('b again', SIGNAL, true);
    await settle();
    assert.deepEqual(inside, ['a', 'b']);
    window.leave();
    window.leave();
    await settle();
    assert.deepEqual(inside, ['a', 'b', 'b again', 'c']);
  });

  it('are not waited for by someone who gave up', async () => {
    const window = fixed(1);
    const { inside, enter } = entrants(window);
    const gone = new AbortController();
    const reason = new Error('gone');
    await enter('a');
    const waiting = assert.rejects(enter('b', gone.signal), reason);
    void enter('c');
    gone.abort(reason);
    await waiting;
    await assert.rejects(enter('d', gone.signal), reason);
    window.leave();
    await settle();
    assert.deepEqual(inside, ['a', 'c']);
  });

  it('become more with every acknowledgement at first, then by one a round', () => {
    const window = new UploadWindow({ first: 1, most: 24 });
    const sizes = Array.from({ length: 8 }, () => {
      window.acknowledged(100);
      return window.limit;
    });
    assert.deepEqual(sizes, [2, 3, 4, 4, 4, 4, 5, 5]);
  });

  it('become no more when acknowledgements take longer than at first, or at the limit', () => {
    const window = new UploadWindow({ first: 4, most: 5 });
    window.acknowledged(100);
    for (let count = 0; count < 20; count++) window.acknowledged(200);
    assert.equal(window.limit, 4, 'two of the four wait');
    for (let count = 0; count < 20; count++) window.acknowledged(110);
    assert.equal(window.limit, 5);
  });

  it('are one at a time after a loss, for good', () => {
    const window = new UploadWindow({ first: 3, most: 24 });
    window.lose();
    for (let count = 0; count < 20; count++) window.acknowledged(10);
    assert.equal(window.limit, 1);
    assert.ok(window.hasLost);
  });
});
