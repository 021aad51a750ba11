import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { BusMember } from '../../../src/update/busUpdate';
import type { UpdateProgress } from '../../../src/update/updater';
import type { UpdateResult, Verdict } from '../../../src/update/verdict';
import { BusProgress, busNotice, memberNames } from '../../../src/views/busWords';

const address = { kind: 'simulated', name: '' } as const;

function member(canId: number | undefined, verdict?: Verdict, error?: VescError): BusMember {
  return {
    target: { address, ...(canId === undefined ? {} : { canId }) },
    version: { hardware: '60' } as BusMember['version'],
    ...(verdict === undefined ? {} : { result: { verdict, error } as unknown as UpdateResult }),
  };
}

describe('the end of the update of a whole bus', () => {
  it('is one message with the verdict of each', () => {
    const notice = busNotice([member(41, 'updated'), member(undefined, 'already-running')], 'Board');
    assert.deepEqual(notice, {
      severity: 'information',
      text:
        'CAN bus of Board: 2 of 2 controllers run this firmware. 60 (CAN 41): updated; ' +
        '60 (at the port): runs this build already.',
      actions: ['log'],
    });
  });

  it('tells why the worst one failed, and who was left as it was', () => {
    const missing = new VescError('bootloader-missing', { hardware: '60' });
    const stopped = new VescError('bus-stopped', { hardware: '60', canId: 41 });
    const members = [
      member(41, 'not-taken', missing),
      member(42, 'interrupted', stopped),
      member(43, 'refused'),
      member(undefined),
    ];
    const { severity, text, actions } = busNotice(members, 'Board');
    assert.equal(severity, 'error');
    assert.match(
      text,
      /0 of 4 controllers run this firmware\. 60 \(CAN 41\): not taken, the old firmware runs; /,
    );
    assert.match(
      text,
      /60 \(CAN 42\): interrupted, .*; 60 \(CAN 43\): refused, .*; 60 \(at the port\): left as it was\./,
    );
    assert.ok(text.includes(missing.happened));
    assert.deepEqual(actions, ['flash-again', 'log']);
  });

  it('is a warning when nobody is worse off than refused', () => {
    const notice = busNotice([member(41, 'updated'), member(undefined, 'refused')], 'Board');
    assert.equal(notice.severity, 'warning');
    assert.match(notice.text, /1 of 2/);
  });

  it('names all who will be flashed before', () => {
    assert.equal(memberNames([member(41), member(undefined)]), '60 (CAN 41), 60 (at the port)');
  });
});

describe('the progress of the update of a whole bus', () => {
  const uploading: UpdateProgress = {
    stage: 'upload',
    fraction: 0.5,
    cancellable: true,
    message: 'Uploading',
    bytesPerSecond: 10_000,
  };

  it('tells how far each is, and adds up what is sent', () => {
    const progress = new BusProgress([member(41), member(42), member(undefined)]);
    progress.report(0, uploading);
    const { whole, progress: sum } = progress.report(1, uploading);
    assert.match(sum.message, /^Uploading \(CAN 41 (\d+) % · CAN 42 \1 % · at the port waits\)$/);
    assert.equal(sum.bytesPerSecond, 20_000);
    assert.ok(whole > 0 && whole < 0.5);
    assert.ok(sum.cancellable);
  });

  it('keeps the power on while one of them is at its bootloader', () => {
    const progress = new BusProgress([member(41), member(42)]);
    progress.report(1, { ...uploading, fraction: 1 });
    const committed = { ...uploading, stage: 'reconnect', cancellable: false } as const;
    assert.equal(progress.report(0, committed).progress.cancellable, false);
    assert.equal(progress.report(1, uploading).progress.cancellable, false);
    progress.finish(0);
    progress.finish(7);
    const after = progress.report(1, uploading);
    assert.equal(after.progress.cancellable, true);
    assert.match(after.progress.message, /CAN 41 100 %/);
  });
});
