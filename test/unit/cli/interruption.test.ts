import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { Interruption } from '../../../src/cli/interruption';

describe('interruption', () => {
  it('cancels a command that has no plans of its own', () => {
    const interruption = new Interruption();
    assert.equal(interruption.interrupt('SIGINT'), false);
    assert.ok(isVescError(interruption.signal.reason, 'cancelled'));
    assert.equal(interruption.signal.reason.exitStatus, 5);
    assert.equal(interruption.interrupt('SIGINT'), true, 'the user insists');
  });

  it('leaves a command that handles it in charge, however often it is asked', () => {
    const interruption = new Interruption();
    const signals: string[] = [];
    interruption.handle((signal) => signals.push(signal));
    assert.equal(interruption.interrupt('SIGINT'), false);
    assert.equal(interruption.interrupt('SIGTERM'), false);
    assert.deepEqual(signals, ['SIGINT', 'SIGTERM']);
    assert.equal(interruption.signal.aborted, false);
  });

  it('tells a command that was asked before it could listen', () => {
    const early = new Interruption();
    early.interrupt('SIGHUP');
    let told: string | undefined;
    early.handle((signal) => (told = signal));
    assert.equal(told, 'SIGHUP');
    let ended = false;
    early.streams(() => (ended = true));
    assert.ok(ended);
  });

  it('ends a stream when nobody reads it, and nothing else', () => {
    const stream = new Interruption();
    let ended = 0;
    stream.streams(() => ended++);
    stream.readerGone();
    stream.interrupt('SIGINT');
    assert.equal(ended, 2);
    const update = new Interruption();
    update.handle(() => assert.fail('an update goes on'));
    update.readerGone();
    assert.equal(update.signal.aborted, false);
    let late = false;
    update.streams(() => (late = true));
    assert.ok(late);
  });
});
