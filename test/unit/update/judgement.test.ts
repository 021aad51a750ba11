import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { ReturnEvidence } from '../../../src/update/returnEvidence';
import type { ControllerIdentity } from '../../../src/update/controllerIdentity';
import { blamesBootloader, type Evidence, judge } from '../../../src/update/judgement';

const OLD_COMMIT = 'a'.repeat(40);
const NEW_COMMIT = 'b'.repeat(40);
const BUILD = `vb1-${'1'.repeat(40)}`;

function identity(firmware: Partial<ControllerIdentity['firmware']> = {}): ControllerIdentity {
  return {
    uuid: '3a0041001850563039373220',
    hardware: '60',
    hardwareType: 'vesc',
    firmware: { major: 6, minor: 6, test: 0, name: '', commit: OLD_COMMIT, ...firmware },
  };
}

const RETURNED: ReturnEvidence = { absence_ms: 14_000, watchdogFault: false, resetFlags: undefined };
const after = (absence_ms: number | undefined): Pick<Evidence, 'returned'> => ({
  returned: { ...RETURNED, absence_ms },
});

function evidence(change: Partial<Evidence> = {}): Evidence {
  return {
    before: identity(),
    after: identity(),
    image: { placeholder: false, signatures: {} },
    buildId: undefined,
    returned: RETURNED,
    compressed: true,
    bootloader: { state: 'unknown' },
    ...change,
  };
}

/** Before 6.00 nothing but the version can be read. */
function unnamed(major: number, minor: number): ControllerIdentity {
  const { commit: _, ...firmware } = identity().firmware;
  return { ...identity(), firmware: { ...firmware, major, minor } };
}

describe('judgement', () => {
  it('takes the build identity as proof, and nothing less when there is one', () => {
    const stamped = evidence({ buildId: BUILD, after: identity({ buildId: BUILD }) });
    assert.deepEqual(judge(stamped), { verdict: 'updated', proof: 'build-identity' });
    const other = judge(evidence({ buildId: BUILD, after: identity({ commit: NEW_COMMIT }) }));
    assert.equal(other.verdict, 'not-taken');
    assert.equal(other.error?.code, 'came-back-different');
  });

  it('is not deceived by the same build that ran before: it must not show that nothing was copied', () => {
    const same = identity({ buildId: BUILD });
    const again = (absence_ms: number | undefined): string =>
      judge(evidence({ buildId: BUILD, before: same, after: same, ...after(absence_ms) })).verdict;
    assert.deepEqual([14_000, undefined, 100, 30_000].map(again), [
      'updated',
      'updated',
      'not-taken',
      'not-taken',
    ]);
  });

  it('takes a commit as proof only when it changed', () => {
    const image = { commit: NEW_COMMIT, placeholder: false, signatures: {} };
    assert.deepEqual(judge(evidence({ image, after: identity({ commit: NEW_COMMIT }) })), {
      verdict: 'updated',
      proof: 'commit',
    });
    const same = { ...image, commit: OLD_COMMIT };
    const unproven = judge(evidence({ image: same }));
    assert.equal(unproven.verdict, 'unproven');
    assert.equal(unproven.error?.exitStatus, 8);
  });

  it('takes the absence of an identity that was there before as a change', () => {
    const image = { commit: OLD_COMMIT, placeholder: false, signatures: {} };
    const before = identity({ buildId: BUILD });
    assert.deepEqual(judge(evidence({ image, before, ...after(100) })), {
      verdict: 'updated',
      proof: 'commit',
    });
    assert.equal(judge(evidence({ image, before, after: before })).verdict, 'not-taken');
  });

  it('says not-taken when the old commit came back', () => {
    const image = { commit: NEW_COMMIT, placeholder: false, signatures: {} };
    const { verdict, error } = judge(evidence({ image, ...after(100) }));
    assert.equal(verdict, 'not-taken');
    assert.equal(error?.exitStatus, 6);
  });

  it('takes the version as proof where nothing else can be read', () => {
    const image = { placeholder: false, signatures: {}, version: [{ major: 5, minor: 3 }] };
    const before = unnamed(5, 2);
    assert.deepEqual(judge(evidence({ image, before, after: unnamed(5, 3) })), {
      verdict: 'updated',
      proof: 'version',
    });
    assert.equal(judge(evidence({ image, before, after: before })).verdict, 'not-taken');
    const again = unnamed(5, 3);
    assert.equal(judge(evidence({ image, before: again, after: again })).verdict, 'unproven');
  });

  it('takes the CRC of what runs as proof, and its difference as proof of the contrary', () => {
    assert.deepEqual(judge(evidence({ crc: { running: 7, image: 7 } })), {
      verdict: 'updated',
      proof: 'app-crc',
    });
    assert.equal(judge(evidence({ crc: { running: 6, image: 7 } })).verdict, 'not-taken');
  });

  it('never says unproven when the absence shows that nothing was copied', () => {
    for (const [absence_ms, verdict] of [
      [50, 'not-taken'],
      [14_000, 'unproven'],
      [32_000, 'not-taken'],
      [undefined, 'unproven'],
    ] as const) {
      assert.equal(judge(evidence(after(absence_ms))).verdict, verdict, `absence of ${absence_ms} ms`);
    }
  });

  it('knows when a bootloader would help', () => {
    const stamped = (change: Partial<Evidence>): boolean =>
      blamesBootloader(judge(evidence({ buildId: BUILD, ...change })).error);
    assert.equal(stamped(after(32_000)), true, 'there is none');
    assert.equal(stamped({ ...after(50), compressed: true }), true, 'it may be too old');
    assert.equal(stamped({ ...after(50), compressed: false }), false, 'the upload was damaged');
    assert.equal(stamped({ after: identity({ commit: NEW_COMMIT }) }), false, 'something else runs');
    assert.equal(blamesBootloader(new VescError('bootloader-missing', { hardware: '60' })), true);
    assert.equal(blamesBootloader(undefined), false);
  });

  it('leads to the bootloader unless only the upload can be at fault', () => {
    const next = (change: Partial<Evidence>): string =>
      judge(evidence({ buildId: BUILD, ...change })).error!.next;
    assert.match(next({ ...after(50), compressed: false }), /^Flash again/);
    for (const change of [after(32_000), { ...after(50), compressed: true }, after(undefined)])
      assert.match(next(change), /^Install the bootloader/);
  });

  describe('names the causes in the order of the evidence', () => {
    const causes = (change: Partial<Evidence>): string =>
      judge(evidence({ buildId: BUILD, ...change })).error!.message;

    it('no bootloader after the watchdog time, or with the watchdog fault', () => {
      assert.match(causes(after(32_000)), /no bootloader/);
      assert.match(
        causes({ returned: { ...RETURNED, absence_ms: undefined, watchdogFault: true } }),
        /no bootloader/,
      );
    });

    it('an old bootloader before a damaged upload, when it came back at once', () => {
      const text = causes(after(50));
      assert.ok(text.indexOf('older than 2022') < text.indexOf('damaged'));
      assert.doesNotMatch(text, /no bootloader/);
    });

    it('not an old bootloader when it has decompressed before, or nothing was compressed', () => {
      assert.doesNotMatch(
        causes({ ...after(50), bootloader: { state: 'proven', decompresses: true } }),
        /older/,
      );
      assert.doesNotMatch(causes({ ...after(50), compressed: false }), /older/);
    });

    it('all of them when nothing tells when it restarted', () => {
      assert.match(causes(after(undefined)), /older than 2022.*damaged.*no bootloader/);
      const seen = { ...after(undefined), bootloader: { state: 'answers' } } as const;
      assert.doesNotMatch(causes(seen), /no bootloader/, 'it answered a moment ago');
    });
  });
});
