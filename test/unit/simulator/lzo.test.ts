import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../src/protocol/bytes';
import { decompressLzo } from '../../../src/simulator/lzo';
import recordings from '../../data/vesc-recordings-7.01.json';
import vectors from '../../data/vesc-vectors.json';

describe('LZO', () => {
  vectors.lzo1x.forEach(({ raw, compressed }, index) => {
    it(`unpacks vector ${index} of the reference code`, () => {
      assert.equal(toHex(decompressLzo(fromHex(compressed), raw.length / 2)), raw);
    });
  });

  it('unpacks a real block to the length it announces, with no byte left over', () => {
    const recorded = recordings.exchanges.find(({ name }) => name.includes('LZO: 384 bytes at 384'))!;
    const payload = fromHex(recorded.request);
    const stream = payload.subarray(7);
    // Room for one more: a byte too many would show.
    const output = decompressLzo(stream, 385);
    assert.equal(output[384], 0);
    assert.notEqual(output[383], 0);
    // It is ARM code from the same place as the block before it: the same instruction recurs.
    assert.equal(toHex(output.subarray(0, 4)), '51f8043b');
    assert.ok(toHex(output).includes('40f8043b'));
  });

  it('knows long literal runs, long matches and far ones', () => {
    const literals = Uint8Array.from({ length: 300 }, (_, index) => (index * 7) & 0xff);
    // 0 + 15 + 255 + 27 + 3 literals; then a match of 33 + 5 bytes from 300 back; then the end.
    const stream = Uint8Array.from([
      0,
      0,
      27,
      ...literals,
      32,
      5,
      (299 << 2) & 0xff,
      (299 << 2) >> 8,
      17,
      0,
      0,
    ]);
    const output = decompressLzo(stream, 338);
    assert.deepEqual([...output.subarray(0, 300)], [...literals]);
    assert.deepEqual([...output.subarray(300)], [...literals.subarray(0, 38)]);
  });

  it('makes rubbish of rubbish, at the length asked for', () => {
    assert.deepEqual([...decompressLzo(fromHex('12345678'), 4)], [0x34, 0, 0, 0]);
    assert.equal(decompressLzo(new Uint8Array(0), 16).length, 16);
    assert.equal(decompressLzo(new Uint8Array(400).fill(0xff), 16).length, 16);
  });
});
