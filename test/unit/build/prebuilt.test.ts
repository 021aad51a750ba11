import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readImage } from '../../../src/image/imageFile';

describe('the prebuilt image of the fixture', () => {
  it('is a whole image that can be stamped', () => {
    const packed = readFileSync(path.join(__dirname, '..', '..', 'fixtures', 'prebuilt', '60.bin.gz'));
    assert.ok(packed.length < 40_000, `${packed.length}`);
    const { bytes, identity } = readImage(gunzipSync(packed), '60.bin');
    assert.equal(bytes.length, 524_280);
    assert.equal(identity.hardware, '60');
    assert.equal(identity.placeholder, true);
    assert.equal(identity.commit, '5d1f7a0c3be24896d0f1a2b3c4d5e6f708192a3b');
    assert.deepEqual(identity.version, [{ major: 7, minor: 1 }]);
  });
});
