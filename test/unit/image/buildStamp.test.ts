import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  findBuildId,
  hasPlaceholder,
  isBuildId,
  PLACEHOLDER,
  STAMP_LENGTH,
  stampImage,
} from '../../../src/image/buildStamp';
import { fromLatin1, latin1 } from '../../../src/protocol/bytes';
import { syntheticImage } from '../../support/syntheticImage';

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const ID = `vb1-${'0123456789abcdef'.repeat(3).slice(0, 40)}`;

describe('build stamp', () => {
  it('is 44 characters, which FW_INFO returns whole', () => {
    assert.equal(PLACEHOLDER.length, 44);
    assert.equal(STAMP_LENGTH, 44);
    assert.ok(isBuildId(ID));
    assert.ok(!isBuildId(PLACEHOLDER));
    assert.ok(!isBuildId('b9d287b3'));
    assert.ok(!isBuildId(`${ID}0`));
  });

  it('is the hash of the image with the placeholder in it', () => {
    const image = syntheticImage();
    const stamped = stampImage(image, sha256);
    assert.equal(stamped.stamp, 'new');
    assert.equal(stamped.buildId, `vb1-${createHash('sha256').update(image).digest('hex').slice(0, 40)}`);
    assert.equal(findBuildId(stamped.bytes), stamped.buildId);
    assert.ok(hasPlaceholder(image), 'the input is left alone');
    assert.ok(!hasPlaceholder(stamped.bytes));
    assert.equal(stamped.bytes.length, image.length);
  });

  it('replaces every occurrence, wherever it lies, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 2, maxLength: 6 }), (parts) => {
        const text = parts.map(latin1).join(PLACEHOLDER);
        const { bytes, buildId } = stampImage(fromLatin1(text), sha256);
        assert.equal(latin1(bytes), text.replaceAll(PLACEHOLDER, buildId!));
      }),
    );
  });

  it('leaves its input as it is, also a Buffer, whose slice() is no copy', () => {
    const file = Buffer.from(syntheticImage());
    const first = stampImage(file, sha256);
    const second = stampImage(file, sha256);
    assert.deepEqual([first.stamp, second.stamp], ['new', 'new']);
    assert.deepEqual(first.bytes, second.bytes);
  });

  it('leaves another stamp alone', () => {
    const { bytes, buildId } = stampImage(fromLatin1(`${ID}\0${PLACEHOLDER}\0${ID}`), sha256);
    assert.equal(latin1(bytes), `${ID}\0${buildId}\0${ID}`);
  });

  it('tells two images apart that differ in one bit', () => {
    const one = syntheticImage();
    const other = one.slice();
    other[0x2_0000]! ^= 0x10;
    assert.notEqual(stampImage(one, sha256).buildId, stampImage(other, sha256).buildId);
    assert.equal(stampImage(one, sha256).buildId, stampImage(one.slice(), sha256).buildId);
  });

  it('keeps and verifies the identity of an image that was stamped before', () => {
    const { bytes, buildId } = stampImage(syntheticImage(), sha256);
    const again = stampImage(bytes, sha256);
    assert.deepEqual(again, { bytes, buildId, stamp: 'intact' });
    const altered = bytes.slice();
    altered[0x2_0000]! ^= 1;
    assert.deepEqual(stampImage(altered, sha256), { bytes: altered, buildId, stamp: 'altered' });
  });

  it('leaves a foreign image as it is', () => {
    const bytes = syntheticImage({ userCommit: '' });
    assert.deepEqual(stampImage(bytes, sha256), { bytes, stamp: 'none' });
    assert.equal(findBuildId(bytes), undefined);
  });

  it('takes nothing for a stamp that is not whole', () => {
    for (const text of ['v', 'vb1-', 'vvb1-00', ID.slice(0, 43), ID.toUpperCase(), `vb1-${'g'.repeat(40)}`]) {
      assert.equal(findBuildId(fromLatin1(text)), undefined, text);
      assert.equal(hasPlaceholder(fromLatin1(text)), false, text);
    }
    assert.equal(findBuildId(fromLatin1(`vvb1-vb1-${ID}`)), ID);
    assert.equal(findBuildId(fromLatin1(PLACEHOLDER + ID)), ID);
    assert.equal(findBuildId(fromLatin1(PLACEHOLDER)), undefined);
  });
});
