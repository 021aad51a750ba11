import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { stage, type StagedImage } from '../../../src/image/stagingHeader';
import { ImageStager, type StageThread } from '../../../src/update/imageStager';

const APP = new Uint8Array(1000).fill(7);

/** A thread that answers when it is told to. */
class FakeThread implements StageThread {
  readonly staged: Promise<StagedImage>;
  disposed = false;
  private settle: { resolve(staged: StagedImage): void; reject(error: Error): void } | undefined;

  constructor(readonly app: Uint8Array) {
    this.staged = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
  }

  finish(): void {
    this.settle?.resolve(stage(this.app));
  }

  fail(): void {
    this.settle?.reject(new Error('the thread ended'));
  }

  dispose(): void {
    this.disposed = true;
    this.fail();
  }
}

/** A stager whose threads are in the returned list. */
function withThreads(): { stager: ImageStager; threads: FakeThread[] } {
  const threads: FakeThread[] = [];
  const stager = new ImageStager((app) => {
    const thread = new FakeThread(app);
    threads.push(thread);
    return thread;
  });
  return { stager, threads };
}

describe('ImageStager', () => {
  it('leaves the work to a thread, and ends it afterwards', async () => {
    const { stager, threads } = withThreads();
    const staged = stager.stage(APP);
    assert.equal(threads.length, 1);
    assert.equal(threads[0]!.disposed, false);
    threads[0]!.finish();
    assert.deepEqual(await staged, stage(APP));
    assert.equal(threads[0]!.disposed, true);
  });

  it('does the work once for all who ask for the same image', async () => {
    const { stager, threads } = withThreads();
    const all = [stager.stage(APP), stager.stage(APP.slice())];
    threads[0]!.finish();
    const [first, second] = await Promise.all(all);
    assert.equal(first, second);
    assert.equal(await stager.stage(APP.slice()), first);
    assert.equal(threads.length, 1);
  });

  it('takes an image that was changed since for another one', async () => {
    const { stager, threads } = withThreads();
    const app = APP.slice();
    const before = stager.stage(app);
    app[500] = 8;
    const after = stager.stage(app);
    const longer = stager.stage(new Uint8Array(1001).fill(7));
    threads.forEach((thread) => thread.finish());
    assert.equal(threads.length, 3);
    assert.notEqual(await before, await after);
    assert.equal((await longer).payload_B, 1001);
  });

  it('does the work itself where there is no thread, none can be started, or it ends without a result', async () => {
    const { stager, threads } = withThreads();
    const failing = stager.stage(APP);
    threads[0]!.fail();
    const cannot = new ImageStager(() => {
      throw new Error('no threads here');
    });
    for (const staged of [failing, cannot.stage(APP), new ImageStager(undefined).stage(APP)]) {
      assert.deepEqual(await staged, stage(APP));
    }
    assert.equal(threads[0]!.disposed, true);
  });

  it('refuses an image that does not fit with the error of the catalogue', async () => {
    let state = 1;
    const noise = Uint8Array.from({ length: 524_280 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
    const { stager, threads } = withThreads();
    const staged = stager.stage(noise);
    threads[0]!.fail();
    await assert.rejects(staged, (error) => isVescError(error, 'image-does-not-fit'));
  });

  it('ends its threads when it is disposed, and does not go on here', async () => {
    const { stager, threads } = withThreads();
    const staged = stager.stage(APP);
    stager.dispose();
    assert.equal(threads[0]!.disposed, true);
    await assert.rejects(staged, /the thread ended/);
  });
});
