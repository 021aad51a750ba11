import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isVescError } from '../../../src/base/errors';
import { APP_SIZE, IMAGE_LENGTH, IMAGE_LENGTH_5_03, MAX_STAGED_PAYLOAD } from '../../../src/image/flashMap';
import { compress } from '../../../src/image/heatshrink';
import {
  HEADER_SIZE,
  isHeaderPacked,
  readHeader,
  stage,
  unpackStaged,
} from '../../../src/image/stagingHeader';
import { fromHex } from '../../../src/protocol/bytes';
import { crc16 } from '../../../src/protocol/crc16';
import vectors from '../../data/vesc-vectors.json';
import { syntheticImage } from '../../support/syntheticImage';

/** A header with any field, in front of any payload. */
function withHeader(
  payload: Uint8Array,
  fields: { length?: number; crc?: number; flag?: boolean } = {},
): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, fields.length ?? payload.length);
  if (fields.flag) view.setUint8(0, 0xcc);
  view.setUint16(4, fields.crc ?? crc16(payload));
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

/** Bytes that cannot be compressed. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe('staging header', () => {
  it('reads the header of the vectors', () => {
    assert.deepEqual(readHeader(fromHex(vectors.synthetic_image.staging_header)), {
      lengthField: 0xcc009913,
      payload_B: vectors.synthetic_image.heatshrink_len,
      compressed: true,
      crc: 0xcf4c,
    });
    assert.equal(readHeader(new Uint8Array(5)), undefined);
  });

  it('stages a 6.x image compressed, and gets it back', () => {
    const image = syntheticImage();
    const staged = stage(image);
    assert.equal(staged.compressed, true);
    assert.equal(staged.raw_B, IMAGE_LENGTH);
    assert.equal(staged.bytes.length, HEADER_SIZE + staged.payload_B);
    assert.equal(staged.bytes[0], 0xcc);
    assert.deepEqual(staged.bytes.subarray(HEADER_SIZE), compress(image));
    assert.deepEqual(unpackStaged(staged.bytes), {
      app: image,
      payload_B: staged.payload_B,
      compressed: true,
    });
  });

  it('stages a 5.03 image as it is, which every bootloader takes', () => {
    const image = syntheticImage({ version: { major: 5, minor: 3 } });
    const staged = stage(image);
    assert.equal(staged.compressed, false);
    assert.equal(staged.payload_B, IMAGE_LENGTH_5_03);
    assert.deepEqual([...staged.bytes.subarray(0, 4)], [0x00, 0x05, 0xff, 0xf8]);
    assert.deepEqual(unpackStaged(staged.bytes), {
      app: image,
      payload_B: IMAGE_LENGTH_5_03,
      compressed: false,
    });
  });

  it('packs and unpacks anything that fits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), (app) => {
        const { bytes } = stage(app);
        assert.ok(isHeaderPacked(bytes));
        assert.deepEqual(unpackStaged(bytes).app, app);
      }),
    );
  });

  it('refuses what does not fit even when compressed', () => {
    assert.throws(
      () => stage(noise(MAX_STAGED_PAYLOAD + 100_000)),
      (error) => isVescError(error, 'image-does-not-fit') && error.details.payload_B > MAX_STAGED_PAYLOAD,
    );
    assert.equal(stage(noise(MAX_STAGED_PAYLOAD)).payload_B, MAX_STAGED_PAYLOAD);
  });

  it('goes on behind the payload as the staging area does', () => {
    const { bytes } = stage(fromHex('010203'));
    const area = new Uint8Array(64).fill(0xff);
    area.set(bytes);
    assert.deepEqual(unpackStaged(area).app, fromHex('010203'));
    assert.equal(isHeaderPacked(area), false);
  });

  it('recognises a packed file by length and checksum together', () => {
    const payload = fromHex('00112233');
    assert.equal(isHeaderPacked(withHeader(payload)), true);
    assert.equal(isHeaderPacked(withHeader(payload, { flag: true })), true);
    assert.equal(isHeaderPacked(withHeader(payload, { crc: 1 })), false);
    assert.equal(isHeaderPacked(withHeader(payload, { length: 5 })), false);
    assert.equal(isHeaderPacked(new Uint8Array(6)), false);
    assert.equal(isHeaderPacked(new Uint8Array(600)), false);
    assert.equal(isHeaderPacked(new Uint8Array(3)), false);
    assert.equal(isHeaderPacked(syntheticImage()), false);
  });

  it('says what is wrong with a damaged one', () => {
    const reason = (bytes: Uint8Array): string => {
      try {
        unpackStaged(bytes, 'x.bin');
      } catch (error) {
        if (isVescError(error, 'image-pack-damaged')) {
          assert.equal(error.details.name, 'x.bin');
          return error.details.reason;
        }
        throw error;
      }
      return '';
    };
    const payload = fromHex('00112233');
    assert.match(reason(new Uint8Array(2)), /length/);
    assert.match(reason(withHeader(new Uint8Array(0))), /length/);
    assert.match(reason(withHeader(payload, { length: 5 })), /length/);
    assert.match(reason(withHeader(payload, { crc: 1 })), /checksum/);
    assert.match(reason(withHeader(compress(new Uint8Array(APP_SIZE + 1)), { flag: true })), /more than/);
    assert.equal(reason(withHeader(compress(new Uint8Array(APP_SIZE)), { flag: true })), '');
    assert.match(reason(withHeader(new Uint8Array(APP_SIZE + 1))), /more than/);
  });
});
