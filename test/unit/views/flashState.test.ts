import assert from 'node:assert/strict';
import { FlashState } from '../../../src/views/flashState';
import { connectedController } from '../../support/controllers';

describe('the work on controllers in this window', () => {
  const one = connectedController();
  const other = connectedController(undefined, 'sim:other');
  const uploading = { fraction: 0.5, message: 'Uploading', cancellable: true, bytesPerSecond: 20_000 };

  it('goes on on several links at a time, and one at a time on each', () => {
    const state = new FlashState();
    const work = state.begin(one);
    assert.ok(state.isBusy(one) && !state.isBusy(other));
    assert.equal(state.progress?.message, 'Looking at the controller');
    work.report(uploading, 0.4);
    assert.deepEqual(state.progress, uploading);
    const second = state.begin(other);
    second.report({ ...uploading, cancellable: false }, 0.8);
    assert.equal(state.progress?.message, '2 controllers');
    assert.ok(Math.abs(state.progress.fraction - 0.6) < 1e-9);
    assert.equal(state.progress.bytesPerSecond, 40_000);
    assert.equal(state.progress.cancellable, false, 'the power has to stay on for one of them');
    work.finish('updated');
    assert.ok(!state.isBusy(one) && state.isBusy(other));
    assert.equal(state.progress?.message, 'Uploading');
    second.finish(undefined);
    assert.equal(state.progress, undefined);
    assert.equal(state.last, 'updated');
    state.dispose();
  });

  it('tells of every change', () => {
    const state = new FlashState();
    let changes = 0;
    state.onChange(() => changes++);
    const work = state.begin(one);
    work.report(uploading, 0.4);
    work.finish(undefined);
    assert.equal(changes, 3);
  });
});
