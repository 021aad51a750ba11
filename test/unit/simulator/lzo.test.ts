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

  it('knows every way to point back', () => {
    const literals = Uint8Array.from({ length: 40_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
    const far = (distance: number): number[] => [(distance << 2) & 0xff, (distance << 2) >> 8];
    const count = 40_000 - 3 - 15;
    const run = [0, ...new Array<number>(Math.floor((count - 1) / 255)).fill(0), ((count - 1) % 255) + 1];
    const stream = Uint8Array.from([
      ...run,
      ...literals,
      // Behind literals: three bytes from 2049 + 3 back, and one literal more.
      ...[(3 << 2) | 1, 0, 0xaa],
      // Behind one to three literals: two bytes from 1 + 4 + 1 back, none more.
      ...[1 << 2, 1],
      // Four bytes from 1 + 2 + 8 back.
      ...[0x60 | (2 << 2), 1],
      // 2 + 3 bytes from 16384 + 16384 + 5 back.
      ...[16 | 8 | 3, ...far(5)],
      ...[17, 0, 0],
    ]);
    const expected = [...literals];
    const back = (distance: number, length: number): void => {
      for (let i = 0; i < length; i++) expected.push(expected[expected.length - distance]!);
    };
    back(2052, 3);
    expected.push(0xaa);
    back(6, 2);
    back(11, 4);
    back(32_773, 5);
    assert.deepEqual([...decompressLzo(stream, expected.length)], expected);
  });

  it('makes rubbish of rubbish, at the length asked for', () => {
    assert.deepEqual([...decompressLzo(fromHex('12345678'), 4)], [0x34, 0, 0, 0]);
    assert.equal(decompressLzo(new Uint8Array(0), 16).length, 16);
    assert.equal(decompressLzo(new Uint8Array(400).fill(0xff), 16).length, 16);
  });
});
