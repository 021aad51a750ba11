import assert from 'node:assert/strict';
import type { ImageIdentity } from '../../../src/image/imageIdentity';
import { judgeRecovered as judge } from '../../../src/recovery/judgeRecovered';
import { protectionOf } from '../../../src/recovery/programmer';
import { COMMIT, identity } from '../../support/controllers';

const BUILD = `vb1-${'a'.repeat(40)}`;
const OTHER = `vb1-${'b'.repeat(40)}`;

const judgeRecovered = (
  after: ReturnType<typeof identity>,
  image: Partial<ImageIdentity>,
  buildId: string | undefined,
) => judge(after, { placeholder: false, signatures: [], ...image } as ImageIdentity, buildId);

describe('what is proven of a recovered chip', () => {
  it('is its build identity, where the image carries one', () => {
    assert.deepEqual(judgeRecovered(identity({ buildId: BUILD }), {}, BUILD), {
      verdict: 'updated',
      proof: 'build-identity',
    });
    assert.equal(judgeRecovered(identity({ buildId: OTHER }), {}, BUILD).error?.code, 'came-back-different');
    assert.equal(judgeRecovered(identity({ commit: COMMIT }), {}, BUILD).verdict, 'not-taken');
  });

  it('are its bytes otherwise, unless commit or version contradict them', () => {
    const version = [{ major: 7, minor: 1 }];
    assert.equal(judgeRecovered(identity(), { version }, undefined).proof, 'read-back');
    const other = judgeRecovered(identity({ commit: 'f'.repeat(40) }), { commit: COMMIT }, undefined);
    assert.equal(other.verdict, 'not-taken');
    const older = judgeRecovered(identity(), { version: [{ major: 6, minor: 5 }] }, undefined);
    assert.match(older.error!.message, /6\.05/);
  });

  it('needs a chip that lets itself be written', () => {
    assert.deepEqual([0x0fff_aaed, 0x0fff_ccec, 0x0fff_55ed].map(protectionOf), [
      'none',
      'level-2',
      'level-1',
    ]);
  });
});
