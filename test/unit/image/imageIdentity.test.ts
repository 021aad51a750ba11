import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PLACEHOLDER } from '../../../src/image/buildStamp';
import { readIdentity } from '../../../src/image/imageIdentity';
import { fromLatin1 } from '../../../src/protocol/bytes';
import vectors from '../../data/vesc-vectors.json';
import { syntheticImage, type SyntheticImageOptions } from '../../support/syntheticImage';

const COMMIT = 'a0d40e2c5a42c810888d8c379307e6b0a118a125';
const ID = `vb1-${'0123456789abcdef'.repeat(3).slice(0, 40)}`;
const identify = (options: SyntheticImageOptions): ReturnType<typeof readIdentity> =>
  readIdentity(syntheticImage(options));
/** What the texts `…` alone tell. */
const fromTexts = (...texts: string[]): ReturnType<typeof readIdentity> =>
  readIdentity(fromLatin1(['', ...texts, ''].join('\0')));

describe('image identity', () => {
  it('tells hardware, branch, commit, compiler and stamp', () => {
    assert.deepEqual(
      identify({ hardware: '60_MK6', commit: COMMIT, branch: 'feature/x', compiler: '13.2.1' }),
      {
        hardware: '60_MK6',
        branch: 'feature/x',
        commit: COMMIT,
        compiler: '13.2.1',
        userCommit: PLACEHOLDER,
        placeholder: true,
        signatures: { mcconf: 2466726157, appconf: 982638166 },
        version: [{ major: 7, minor: 1 }],
      },
    );
  });

  it('reads the hardware name as it is, spaces, signs and case', () => {
    for (const hardware of ['A200S V2.1', 'STORMCORE_60D+', 'Go-FOC DV6 PRO', '60']) {
      assert.equal(identify({ hardware }).hardware, hardware);
    }
    assert.equal(readIdentity(fromLatin1('org.vesc.\0org.vesc.ok\0')).hardware, 'ok');
    assert.equal(readIdentity(fromLatin1('org.vesc.cut off')).hardware, undefined);
    assert.equal(readIdentity(fromLatin1(`org.vesc.${'x'.repeat(600)}\0`)).hardware, undefined);
  });

  it('reads what the user built it as', () => {
    const plain = identify({ userCommit: '' });
    assert.ok(!('userCommit' in plain) && !('userBranch' in plain));
    assert.equal(plain.placeholder, false);
    const both = identify({ userCommit: ID, userBranch: 'mine', commit: COMMIT, branch: 'main' });
    assert.equal(both.userCommit, ID);
    assert.equal(both.userBranch, 'mine');
    assert.equal(both.branch, 'main');
    assert.equal(both.commit, COMMIT);
    assert.equal(both.buildId, ID);
    assert.equal(both.placeholder, false);
  });

  it('finds the stamp behind the commit in 6.00 to 6.05', () => {
    for (const minor of [0, 2, 5]) {
      const { commit, placeholder, userCommit, compiler } = identify({
        version: { major: 6, minor },
        commit: `${COMMIT}-dirty`,
      });
      assert.deepEqual(
        { commit, placeholder, userCommit, compiler },
        { commit: `${COMMIT}-dirty`, placeholder: true, userCommit: undefined, compiler: '12.2.1' },
      );
    }
    assert.equal(identify({ version: { major: 6, minor: 5 }, userCommit: ID }).buildId, ID);
  });

  it('tells the version by both configuration signatures', () => {
    for (const { fw, mcconf, appconf } of vectors.config_signatures) {
      const version = { major: Number(fw.split('.')[0]), minor: Number(fw.split('.')[1]) };
      const identity = identify({ version });
      assert.deepEqual(identity.signatures, { mcconf, appconf });
      const expected =
        fw === '6.00' || fw === '6.02' ? [0, 2].map((minor) => ({ major: 6, minor })) : [version];
      assert.deepEqual(identity.version, expected);
    }
  });

  it('names no version when only one signature is known, or none', () => {
    const bytes = new Uint8Array(7);
    new DataView(bytes.buffer).setUint32(3, 2466726157, true);
    assert.deepEqual(readIdentity(bytes), { placeholder: false, signatures: { mcconf: 2466726157 } });
    new DataView(bytes.buffer).setUint32(3, 982638166, true);
    assert.deepEqual(readIdentity(bytes), { placeholder: false, signatures: { appconf: 982638166 } });
    assert.deepEqual(readIdentity(new Uint8Array(0)), { placeholder: false, signatures: {} });
  });

  it('tells the name of the variant', () => {
    assert.equal(identify({ firmwareName: 'no_hw_limits' }).firmwareName, 'no_hw_limits');
    assert.ok(!('firmwareName' in identify({})));
    assert.ok(!('firmwareName' in fromTexts('x', 'y')));
  });

  it('takes only what is there', () => {
    const after = (...texts: string[]): object => fromTexts(...texts, 'Compiler  : %s', 'rebootwdt');
    const none = { placeholder: false, signatures: {} };
    assert.deepEqual(readIdentity(fromLatin1('Compiler  : %s')), none);
    assert.deepEqual(after(), none);
    assert.deepEqual(after('not a version'), none);
    assert.deepEqual(after('fw_info', 'Git Branch: %s', 'Git Hash  : %s', '9.3.1'), {
      ...none,
      compiler: '9.3.1',
    });
    assert.deepEqual(after('fwinfo', '9.3.1'), { ...none, compiler: '9.3.1' });
    assert.deepEqual(after('a text', 'GIT Branch: %s', 'abcdef0', 'GIT Hash  : %s', '9.3.1'), {
      ...none,
      commit: 'abcdef0',
      compiler: '9.3.1',
    });
    // A user's commit that another text ends with is nowhere near.
    assert.deepEqual(fromTexts('9.3.1', 'Compiler  : %s', 'User Git Branch: %s', 'User Git Hash  : %s'), {
      ...none,
      compiler: '9.3.1',
    });
    assert.deepEqual(fromTexts('9.3.1', 'Compiler  : %s', 'User Git Hash  : %s'), {
      ...none,
      compiler: '9.3.1',
    });
  });

  it('reads any bytes without complaint', () => {
    const pieces = [
      'org.vesc.',
      '60',
      'Compiler  : %s',
      'User Git Hash  : %s',
      '\0',
      'vb1-',
      '12.2',
      'comm_block',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 30 }), (texts) => {
        assert.equal(typeof readIdentity(fromLatin1(texts.join(''))).placeholder, 'boolean');
      }),
    );
  });
});
