import assert from 'node:assert/strict';
import type { RestoredPart } from '../../../src/settings/settingsRestore';
import type { Snapshot } from '../../../src/settings/snapshot';
import { contentWords, restoreNotice, snapshotRows } from '../../../src/views/snapshotWords';
import { COMMIT, identity } from '../../support/controllers';

const motor = { uuid: 'x', canId: undefined, mcconf: Uint8Array.of(1), appconf: Uint8Array.of(2) };
const snapshot: Snapshot = {
  uuid: 'x',
  hardware: '60',
  firmware: { major: 7, minor: 1, test: 0 },
  takenAt: new Date(2026, 0, 2, 9, 5).toISOString(),
  motors: [motor],
};
const { firmware } = identity();

describe('the pick of snapshots', () => {
  it('says when, of what firmware and what is in each, and leads to a file', () => {
    const old = { ...snapshot, firmware: { major: 6, minor: 5, test: 0 }, commit: COMMIT };
    const rows = snapshotRows(
      [
        { path: '/a', snapshot },
        { path: '/b', snapshot: old },
      ],
      firmware,
    );
    assert.deepEqual(
      rows.map(({ label, description, found }) => [label, description, found?.path]),
      [
        ['$(history) 2026-01-02 09:05', 'firmware 7.01', '/a'],
        ['$(history) 2026-01-02 09:05', 'firmware 6.05 · 01234567 · now it runs 7.01', '/b'],
        ['$(folder-opened) From file…', 'a backup of this controller', undefined],
      ],
    );
    assert.equal(rows[0]?.detail, 'motor and app settings');
  });

  it('tells all that is in one', () => {
    const whole = {
      ...snapshot,
      motors: [motor, motor],
      customConfig: Uint8Array.of(1),
      lispCode: new Uint8Array(2100),
      qmlCode: new Uint8Array(50),
    };
    assert.equal(
      contentWords(whole),
      'settings of 2 motors, custom configuration, LispBM code (2.1 kB), QML code (0.1 kB)',
    );
  });

  it('shows nothing that a file might smuggle in', () => {
    const foreign = { ...snapshot, takenAt: '$(bug)', commit: '](x' };
    const [row] = snapshotRows([{ path: '/a', snapshot: foreign }], firmware);
    assert.equal(row?.label, '$(history) at an unknown time');
    assert.doesNotMatch(row?.description ?? '', /\]\(/);
  });
});

describe('the end of a restore', () => {
  const part = (what: string, outcome: RestoredPart['outcome'], detail?: string): RestoredPart => ({
    what,
    outcome,
    ...(detail === undefined ? {} : { detail }),
  });

  it('is good when everything is back', () => {
    const parts = [part('motor configuration', 'restored'), part('LispBM code', 'restored')];
    assert.deepEqual(restoreNotice(parts, 'left wheel'), {
      severity: 'information',
      text: 'left wheel: Restored: motor configuration, LispBM code.',
      actions: ['log'],
    });
  });

  it('tells of each part what became of it', () => {
    const adjusted = part('motor configuration', 'adjusted');
    const kept = part('app configuration', 'kept', 'other layout');
    const warning = restoreNotice([adjusted, kept], '60');
    assert.equal(warning.severity, 'warning');
    assert.equal(
      warning.text,
      '60: Changed to the limits of this firmware: motor configuration. ' +
        'Not written, because this firmware lays it out differently: app configuration.',
    );
    assert.equal(restoreNotice([adjusted], '60').severity, 'warning');
    assert.equal(restoreNotice([kept], '60').severity, 'warning');
  });

  it('offers to try again what failed, and says why it did', () => {
    const notice = restoreNotice(
      [part('motor configuration', 'restored'), part('app configuration', 'failed', 'no answer.')],
      '60',
    );
    assert.equal(notice.severity, 'error');
    assert.match(notice.text, /Restored: motor configuration\. app configuration failed: no answer\.$/);
    assert.deepEqual(notice.actions, ['restore-settings', 'log']);
  });
});
