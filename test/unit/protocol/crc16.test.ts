import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromLatin1 } from '../../../src/protocol/bytes';
import { crc16, crc16Between } from '../../../src/protocol/crc16';
import vectors from '../../data/vesc-vectors.json';

describe('crc16', () => {
  for (const { ascii, crc } of vectors.crc16_xmodem) {
    it(`of "${ascii}" is ${crc}`, () => {
      assert.equal(crc16(fromLatin1(ascii)).toString(16), crc);
    });
  }

  it('goes on where it was left, and takes a part', () => {
    const bytes = fromLatin1('xx123456789yy');
    assert.equal(crc16(bytes, 2, 11), 0x31c3);
    assert.equal(crc16(bytes, 6, 11, crc16(bytes, 2, 6)), 0x31c3);
    assert.equal(crc16(new Uint8Array(0)), 0);
  });

  it('is what the definition says, bit by bit, wherever it begins and ends', () => {
    const bitByBit = (bytes: Uint8Array, from: number): number =>
      bytes.reduce((crc, byte) => {
        let next = crc ^ (byte << 8);
        for (let bit = 0; bit < 8; bit++) next = next & 0x8000 ? (next << 1) ^ 0x1021 : next << 1;
        return next & 0xffff;
      }, from);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(0xffff), (bytes, at, from) => {
        const start = Math.min(at, bytes.length);
        assert.equal(crc16(bytes, start, bytes.length, from), bitByBit(bytes.subarray(start), from));
        assert.equal(crc16(bytes, 0, start, from), bitByBit(bytes.subarray(0, start), from));
      }),
    );
  });

  it('of a stretch follows from the running CRCs at its ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 10_000 }), (head, rest) => {
        const before = crc16(head);
        assert.equal(crc16Between(before, crc16(rest, 0, rest.length, before), rest.length), crc16(rest));
      }),
    );
    const whole = new Uint8Array(10_001).fill(0xa5);
    assert.equal(crc16Between(crc16(whole, 0, 1), crc16(whole), 10_000), crc16(whole, 1));
  });
});
