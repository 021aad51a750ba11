import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compress, decompress } from '../../../src/image/heatshrink';
import { crc16 } from '../../../src/protocol/crc16';
import { fromHex, toHex } from '../../../src/protocol/bytes';
import vectors from '../../data/vesc-vectors.json';
import { greedySize_B } from '../../support/greedyHeatshrink';
import { syntheticImage } from '../../support/syntheticImage';

/** Bytes that repeat themselves, as code does. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .record({ byte: fc.integer({ min: 0, max: 255 }), count: fc.integer({ min: 1, max: 200 }) })
        .map(({ byte, count }) => new Uint8Array(count).fill(byte)),
      fc.constantFrom(...['the same text once more', 'once', '\0\0\0'].map((text) => Buffer.from(text))),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

/** The image of the vectors' rule; `length` bytes with blank crcinfo at the end. */
function ruleImage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i >= length - 8 ? 0xff : (i * 7 + (i >> 8)) & 0xff));
}

/** Bytes that cannot be compressed. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Phrases that begin alike and go on differently, cut off anywhere: whoever forgets one finds only a worse copy. */
const phrases = fc
  .array(fc.record({ phrase: fc.nat(7), length: fc.integer({ min: 3, max: 43 }) }), { minLength: 20 })
  .map((picks) =>
    Uint8Array.from(
      picks.flatMap(({ phrase, length }) =>
        [...'abc']
          .map((c) => c.charCodeAt(0))
          .concat([...noise(40)].map((byte) => byte + phrase))
          .slice(0, length),
      ),
    ),
  );

/** The fewest bits possible, by trying every count from every distance; slow and obvious. */
function fewestBits(bytes: Uint8Array): number {
  const at = (i: number): number => (i < 0 ? 0 : bytes[i]!);
  const best = new Array<number>(bytes.length + 1).fill(0);
  for (let i = bytes.length - 1; i >= 0; i--) {
    best[i] = 9 + best[i + 1]!;
    // From farther than 32 bytes before the start there are only the same zeros.
    for (let distance = 1; distance <= i + 32; distance++) {
      for (let n = 0; n < 32 && i + n < bytes.length && at(i + n) === at(i + n - distance); n++) {
        best[i] = Math.min(best[i]!, 19 + best[i + n + 1]!);
      }
    }
  }
  return best[0]!;
}

describe('heatshrink', () => {
  for (const { raw, compressed } of vectors.heatshrink_w13_l5) {
    it(`unpacks ${compressed} as the bootloader does`, () => {
      assert.equal(toHex(decompress(fromHex(compressed))), raw);
    });

    it(`is no longer than ${compressed} for the same input, and unpacks again`, () => {
      const packed = compress(fromHex(raw));
      assert.ok(packed.length <= compressed.length / 2);
      assert.equal(toHex(decompress(packed)), raw);
    });
  }

  it('packs a whole image into no more than the reference encoder needs', () => {
    const image = ruleImage(vectors.synthetic_image.len_6x_7x);
    const packed = compress(image);
    assert.ok(packed.length <= vectors.synthetic_image.heatshrink_len, `${packed.length}`);
    assert.deepEqual(decompress(packed), image);
    assert.equal(crc16(decompress(packed)).toString(16).padStart(4, '0').toUpperCase(), '03DA');
  });

  it('gives back whatever was packed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), repetitive), (bytes) => {
        assert.deepEqual(decompress(compress(bytes)), bytes);
      }),
    );
  });

  it('finds the shortest of all encodings', () => {
    const symbols = (count: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ max: count - 1, minLength: 400, maxLength: 600 });
    fc.assert(
      fc.property(fc.oneof(repetitive, phrases, symbols(2), symbols(3), symbols(5)), (bytes) => {
        const short = bytes.subarray(0, 600);
        assert.equal(compress(short).length, Math.ceil(fewestBits(short) / 8));
      }),
      { numRuns: 60 },
    );
  });

  it('is never longer than what the reference encoder makes of the same input', () => {
    const { synthetic_image, heatshrink_w13_l5 } = vectors;
    for (const { raw, compressed } of heatshrink_w13_l5) {
      assert.equal(greedySize_B(fromHex(raw)), compressed.length / 2, 'the reference as written here');
    }
    assert.equal(greedySize_B(ruleImage(synthetic_image.len_6x_7x)), synthetic_image.heatshrink_len);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 2000 }), repetitive, phrases), (bytes) => {
        assert.ok(compress(bytes).length <= greedySize_B(bytes));
      }),
    );
    const image = syntheticImage();
    assert.ok(compress(image).length < greedySize_B(image));
  });

  it('copies from as far as 8192 bytes back, and not from farther', () => {
    const bits = (bytes: Uint8Array): number => compress(bytes).length * 8;
    const once = noise(8192);
    const again = once.subarray(0, 32);
    const near = Uint8Array.from([...once, ...again]);
    assert.equal(bits(near) - bits(once), 24, 'a copy of 19 bits, in whole bytes');
    assert.deepEqual(decompress(compress(near)), near);
    const far = Uint8Array.from([...once, 1, ...again]);
    assert.ok(bits(far) - bits(once) > 250, 'literals');
    assert.deepEqual(decompress(compress(far)), far);
  });

  it('takes bytes before the start of the output for zeros', () => {
    assert.equal(toHex(compress(new Uint8Array(32))), '0003e0');
    assert.deepEqual(decompress(fromHex('0003e0')), new Uint8Array(32));
    // The farthest distance at the very start: 0, 13 ones, count 3.
    assert.deepEqual(decompress(fromHex('7ffc40')), new Uint8Array(3));
  });

  it('accepts anything, and never grows beyond what was expected', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 0, max: 500 }), (garbage, limit) => {
        const all = decompress(garbage);
        assert.ok(all.length <= Math.ceil((garbage.length * 8 * 32) / 19));
        assert.deepEqual(decompress(garbage, limit), all.subarray(0, limit));
      }),
    );
  });

  it('ends quietly where a token is cut off', () => {
    assert.equal(decompress(new Uint8Array(0)).length, 0);
    assert.equal(decompress(fromHex('a0')).length, 0);
    assert.equal(decompress(fromHex('0000')).length, 0);
    assert.equal(compress(new Uint8Array(0)).length, 0);
  });
});
