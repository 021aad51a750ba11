import assert from 'node:assert/strict';
import type { NotTakenCause } from '../../../src/base/catalogue/updateErrors';
import { type ErrorCode, VescError } from '../../../src/base/errors';
import type { BootloaderResult } from '../../../src/update/bootloaderInstaller';
import { judge } from '../../../src/update/judgement';
import type { JournalEntry } from '../../../src/update/journal';
import type { RestoredPart } from '../../../src/settings/settingsRestore';
import type { UpdateResult, Verdict } from '../../../src/update/verdict';
import type { Notice } from '../../../src/views/notices';
import {
  bootloaderNotice,
  journalNotice,
  needsHardwareName,
  overridesOf,
  verdictNotice,
} from '../../../src/views/updateMessages';
import { COMMIT, identity } from '../../support/controllers';

function update(verdict: Verdict, more: Partial<UpdateResult> = {}): UpdateResult {
  return {
    verdict,
    stages: [
      { stage: 'upload', duration_ms: 9000 },
      { stage: 'reconnect', duration_ms: 15_000 },
    ],
    payload_B: 1,
    raw_B: 2,
    restored: [],
    address: { kind: 'simulated', name: '60' },
    before: identity(),
    ...more,
  };
}

const wrongHardware = new VescError('wrong-hardware', { image: '410', controller: '60' });
const lowVoltage = new VescError('voltage-low', { voltage_V: 4, minimum_V: 6 });
const turning = new VescError('motor-turning', { erpm: 900, duty: 0.1 });

describe('messages of an update', () => {
  it('leave the options of the command line to it', () => {
    const refused = verdictNotice(update('refused', { refusals: [wrongHardware] }), '60');
    assert.match(refused.text, /type the controller's hardware name\.$/);
  });

  it('say what runs, how it was proven and how long it took', () => {
    const after = identity({ commit: COMMIT, buildId: `vb1-${COMMIT}` });
    const notice = verdictNotice(update('updated', { after, proof: 'build-identity' }), 'left wheel');
    assert.equal(
      notice.text,
      'left wheel now runs firmware 7.01, commit 01234567, build 01234567. Proven by its build identity, in 24 s.',
    );
    assert.equal(notice.severity, 'information');
  });

  it('say what of the settings is not as it was', () => {
    const notice = verdictNotice(
      update('updated', {
        proof: 'commit',
        restored: [
          { what: 'motor configuration', outcome: 'restored' },
          { what: 'app configuration', outcome: 'kept' },
          { what: 'LispBM code', outcome: 'failed' },
        ],
      }),
      '60',
      ['Made for 14.3, but 12.2 is used. Much more about it.'],
    );
    assert.equal(notice.severity, 'warning');
    assert.match(notice.text, / app configuration: not written back/);
    assert.match(notice.text, / LispBM code: could not be written back/);
    assert.match(notice.text, / Made for 14.3, but 12.2 is used\.$/);
    assert.doesNotMatch(notice.text, /motor configuration/);
  });

  it('offer to flash what runs already once more', () => {
    const notice = verdictNotice(update('already-running'), '60');
    assert.match(notice.text, /Nothing was written/);
    assert.deepEqual(notice.actions, ['flash-again', 'log']);
  });

  it('tell what is still owed, and offer to restore it', () => {
    const unpaid = new VescError('settings-owed', {
      since: '2026-01-01T10:20:30.000Z',
      reason: 'The motor is turning (900 ERPM).',
      snapshotPath: '/data/s.json',
    });
    const notice = verdictNotice(update('updated', { unpaid }), '60');
    assert.equal(notice.severity, 'warning');
    assert.match(
      notice.text,
      /2026-01-01 10:20 UTC.*not given back: The motor is turning.*restore \/data\/s\.json/,
    );
    assert.equal(notice.actions[0], 'restore-settings');
    const running = verdictNotice(update('already-running', { unpaid }), '60');
    assert.match(running.text, /not given back/);
    assert.doesNotMatch(running.text, /Nothing was written/);
  });

  it('do not say that nothing was written where settings were that an earlier update owed', () => {
    const running = (...outcomes: RestoredPart['outcome'][]): Notice =>
      verdictNotice(
        update('already-running', {
          restored: outcomes.map((outcome) => ({ what: `${outcome} part`, outcome })),
        }),
        '60',
      );
    const all = running('restored');
    assert.match(all.text, /\)\. Written back, as an earlier update owed it: restored part\.$/);
    assert.equal(all.severity, 'information');
    assert.deepEqual(all.actions, ['flash-again', 'log']);
    const some = running('restored', 'kept', 'failed');
    assert.doesNotMatch(some.text, /Nothing was written/);
    assert.match(some.text, /: restored part\. kept part: not written back.* failed part: could not be/);
    assert.equal(some.severity, 'warning');
    assert.deepEqual(some.actions, ['flash-again', 'migrate-settings', 'restore-settings', 'log']);
    assert.doesNotMatch(running('adjusted').text, /Written back|Nothing was written/);
  });

  it('list all refusals at once', () => {
    const notice = verdictNotice(
      update('refused', { error: turning, refusals: [turning, lowVoltage] }),
      '60',
    );
    assert.match(notice.text, /motor is turning/);
    assert.match(notice.text, /supply is 4.0 V/);
    assert.deepEqual(notice.actions, ['flash-again', 'log']);
  });

  const refusals: [VescError[], readonly ErrorCode[] | undefined, boolean, string[]][] = [
    [[wrongHardware], ['wrong-hardware'], true, ['select-board', 'type-hardware', 'log']],
    [[lowVoltage], ['voltage-low'], false, ['flash-anyway', 'log']],
    [
      [wrongHardware, lowVoltage],
      ['wrong-hardware', 'voltage-low'],
      true,
      ['select-board', 'type-hardware', 'log'],
    ],
    [[wrongHardware, turning], undefined, false, ['select-board', 'flash-again', 'log']],
    [[], undefined, false, ['log']],
  ];
  for (const [found, overrides, typed, actions] of refusals) {
    it(`know the way past ${found.map(({ code }) => code).join(' and ') || 'no refusal'}`, () => {
      const result = update('refused', { refusals: found });
      assert.deepEqual(overridesOf(result), overrides);
      assert.equal(needsHardwareName(result), typed);
      assert.deepEqual(verdictNotice(result, '60').actions, actions);
    });
  }

  const ends: [Verdict, string, string[]][] = [
    ['unproven', 'warning', ['flash-again', 'log']],
    ['not-taken', 'error', ['flash-again', 'log']],
    ['lost', 'error', ['recover', 'look-again', 'log']],
  ];
  for (const [verdict, severity, actions] of ends) {
    it(`end ${verdict} as ${severity}`, () => {
      const notice = verdictNotice(update(verdict), '60');
      assert.equal(notice.severity, severity);
      assert.deepEqual(notice.actions, actions);
    });
  }

  it('lead on to what mends an update that was not taken', () => {
    const missing = new VescError('bootloader-missing', { hardware: '60' });
    assert.deepEqual(verdictNotice(update('not-taken', { error: missing }), '60').actions, [
      'install-bootloader',
      'log',
    ]);
    const causes = (...causes: NotTakenCause[]): readonly string[] =>
      verdictNotice(
        update('not-taken', { error: new VescError('not-taken', { running: 'firmware 7.01', causes }) }),
        '60',
      ).actions;
    const stamped = { placeholder: false, signatures: {} };
    const judged = judge({
      before: identity(),
      after: identity(),
      image: stamped,
      buildId: `vb1-${COMMIT}`,
      returned: { absence_ms: 32_000, watchdogFault: false, resetFlags: undefined },
      compressed: true,
      bootloader: { state: 'unknown' },
    });
    assert.deepEqual(verdictNotice(update('not-taken', { error: judged.error! }), '60').actions, [
      'install-bootloader',
      'flash-again',
      'log',
    ]);
    assert.deepEqual(causes('damaged-upload'), ['flash-again', 'log']);
  });

  it('offer the checksum as a proof only where the firmware can tell it', () => {
    const actions = (minor: number): readonly string[] =>
      verdictNotice(update('unproven', { after: identity({ major: 6, minor }) }), '60').actions;
    assert.deepEqual(actions(6), ['prove-by-crc', 'flash-again', 'log']);
    assert.deepEqual(actions(5), ['flash-again', 'log']);
  });

  it('offer to restore what an update could not write back', () => {
    for (const [outcome, action] of [
      ['failed', 'restore-settings'],
      ['kept', 'migrate-settings'],
    ] as const) {
      const restored = [{ what: 'LispBM code', outcome }];
      assert.deepEqual(verdictNotice(update('updated', { restored }), '60').actions, [
        action,
        'faults',
        'log',
      ]);
      assert.deepEqual(verdictNotice(update('interrupted', { restored }), '60').actions, [
        'flash-again',
        action,
        'log',
      ]);
    }
    const restored = [{ what: 'LispBM code', outcome: 'adjusted' as const }];
    assert.deepEqual(verdictNotice(update('updated', { restored }), '60').actions, ['faults', 'log']);
  });

  it('lead from a refusal of foreign firmware to the one that has to be flashed first', () => {
    const foreign = new VescError('needs-5.03-first', { version: '5.01' });
    assert.deepEqual(verdictNotice(update('refused', { error: foreign }), '60').actions, [
      'flash-file',
      'flash-anyway',
      'log',
    ]);
  });

  const installations: [BootloaderResult['verdict'], VescError | undefined, string, RegExp, string[]][] = [
    ['installed', undefined, 'information', /left wheel has a bootloader that works/, ['flash-again', 'log']],
    [
      'not-taken',
      new VescError('bootloader-silent', { name: 'x.bin' }),
      'error',
      /left wheel: x\.bin was written/,
      ['install-bootloader', 'log'],
    ],
    ['refused', turning, 'error', /motor is turning/, ['install-bootloader', 'log']],
    [
      'refused',
      new VescError('not-a-vesc', { hardware: 'b', hardwareType: 'bms' }),
      'error',
      /VESC BMS/,
      ['log'],
    ],
    [
      'refused',
      new VescError('cancelled', { work: 'The installation' }),
      'warning',
      /was cancelled/,
      ['log'],
    ],
    ['interrupted', undefined, 'error', /interrupted/, ['install-bootloader', 'log']],
  ];
  for (const [verdict, error, severity, words, actions] of installations) {
    it(`tell of a bootloader that was ${verdict}${error ? ` (${error.code})` : ''}`, () => {
      const result: BootloaderResult = {
        verdict,
        controller: identity(),
        address: { kind: 'simulated', name: '60' },
        ...(error ? { error } : {}),
      };
      const notice = bootloaderNotice(result, 'left wheel', 'flash-again');
      assert.equal(notice.severity, severity);
      assert.match(notice.text, words);
      assert.deepEqual(notice.actions, actions);
    });
  }

  it('take a cancelled update for less than an interrupted one', () => {
    const cancelled = new VescError('cancelled', { work: 'The update' });
    assert.equal(verdictNotice(update('interrupted', { error: cancelled }), '60').severity, 'warning');
    assert.equal(verdictNotice(update('interrupted'), '60').severity, 'error');
  });

  it('say nothing in the name of a controller', () => {
    const notice = verdictNotice(update('already-running'), '[free](command:vesc.flash) $(flame)');
    assert.doesNotMatch(notice.text, /\]\(|\$\(/);
  });

  for (const [state, words, action] of [
    ['staging', /old firmware is intact/, 'look-again'],
    ['committed', /bootloader had been started/, 'look-again'],
    ['restoring', /connect, and restore them/, 'restore-settings'],
    ['bootloader', /install the bootloader again/, 'install-bootloader'],
  ] as const) {
    it(`tell what to do about an update that was left ${state}`, () => {
      const entry: JournalEntry = {
        uuid: '3a0041001850563039373220',
        hardware: '60',
        state,
        since: '2026-01-01T10:20:30.000Z',
        image: '60.bin',
        address: '/dev/ttyACM0',
      };
      const notice = journalNotice(entry);
      assert.match(notice.text, words);
      assert.match(notice.text, /2026-01-01 10:20/);
      assert.match(notice.text, /60 at \/dev\/ttyACM0/);
      assert.deepEqual(notice.actions, [action, 'log']);
    });
  }
});
