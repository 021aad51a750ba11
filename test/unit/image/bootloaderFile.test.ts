import assert from 'node:assert/strict';
import { checkBootloader } from '../../../src/image/bootloaderFile';
import { BOOTLOADER_SIZE } from '../../../src/image/flashMap';
import { stage } from '../../../src/image/stagingHeader';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';

const codes = (bytes: Uint8Array): string[] => checkBootloader(bytes).map((error) => error.code);

/** A bootloader, with filler up to `length`. */
function longBootloader(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(syntheticBootloader());
  return bytes;
}

describe('bootloader file', () => {
  it('is a program linked for 0x080E0000 that fits its sector', () => {
    assert.deepEqual(codes(syntheticBootloader()), []);
    assert.deepEqual(codes(longBootloader(BOOTLOADER_SIZE)), []);
    assert.deepEqual(codes(longBootloader(BOOTLOADER_SIZE + 1)), ['bootloader-too-long']);
  });

  it('is not firmware', () => {
    assert.deepEqual(codes(syntheticImage()), ['bootloader-too-long', 'bootloader-is-app']);
    assert.deepEqual(codes(syntheticImage().subarray(0, 6000)), ['bootloader-is-app']);
    assert.match(checkBootloader(syntheticImage(), 'fw.bin')[0]!.message, /^fw\.bin has 524280 bytes/);
    assert.match(checkBootloader(syntheticImage(), 'fw.bin')[1]!.message, /^fw\.bin .* 0x0800C001/);
  });

  it('has vectors and no staging header', () => {
    assert.deepEqual(codes(new Uint8Array(7)), ['bootloader-empty']);
    assert.deepEqual(codes(new Uint8Array(0)), ['bootloader-empty']);
    assert.deepEqual(codes(stage(syntheticBootloader()).bytes), ['bootloader-packed']);
    assert.deepEqual(codes(new Uint8Array(6000).fill(0xff)), ['image-stack-pointer', 'bootloader-is-app']);
  });
});
