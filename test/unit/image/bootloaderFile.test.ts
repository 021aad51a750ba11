import assert from 'node:assert/strict';
import { checkBootloader, readBootloader } from '../../../src/image/bootloaderFile';
import { BOOTLOADER_ADDRESS, BOOTLOADER_SIZE } from '../../../src/image/flashMap';
import { stage } from '../../../src/image/stagingHeader';
import { isVescError } from '../../../src/base/errors';
import { elf, intelHex, linkedSegments } from '../../support/programFiles';
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

/** The code a file is refused with. */
function refusal(bytes: Uint8Array): string {
  try {
    readBootloader(bytes, 'boot.hex');
  } catch (error) {
    assert.ok(isVescError(error), String(error));
    assert.match(error.happened, /boot\.hex/);
    return error.code;
  }
  return assert.fail('the file was accepted');
}

describe('reading a bootloader file', () => {
  const bytes = syntheticBootloader();
  const address = BOOTLOADER_ADDRESS;

  it('takes a .bin as it is, whatever it holds, up to the size of the sector', () => {
    for (const file of [bytes, longBootloader(BOOTLOADER_SIZE), new Uint8Array(0), stage(bytes).bytes]) {
      assert.equal(readBootloader(file, 'boot.bin'), file);
    }
    assert.equal(refusal(longBootloader(BOOTLOADER_SIZE + 1)), 'bootloader-too-long');
    assert.equal(refusal(syntheticImage()), 'bootloader-too-long');
  });

  it('makes the same bytes of a .hex and an .elf', () => {
    for (const whole of [bytes, longBootloader(BOOTLOADER_SIZE)]) {
      for (const file of [intelHex([{ address, bytes: whole }]), elf([{ address, bytes: whole }])]) {
        assert.deepEqual(readBootloader(file, 'boot'), whole);
        assert.deepEqual(checkBootloader(readBootloader(file, 'boot')), []);
      }
    }
    const gap = bytes.slice().fill(0, 1000, 1010);
    const parts = [
      { address: address + 1010, bytes: gap.subarray(1010) },
      { address, bytes: gap.subarray(0, 1000) },
    ];
    assert.deepEqual(readBootloader(intelHex(parts), 'boot'), gap);
  });

  it('refuses what lies anywhere else', () => {
    const elsewhere: [number, number, RegExp][] = [
      [address + 4, 100, /0x080E0004/],
      [address - 4, 100, /0x080DFFFC/],
      [address, BOOTLOADER_SIZE + 1, /0x08100000/],
      [0x0800_0000, 100, /0x08000000/],
    ];
    for (const [at, length, text] of elsewhere) {
      const file = intelHex([{ address: at, bytes: new Uint8Array(length) }]);
      assert.equal(refusal(file), 'bootloader-elsewhere');
      assert.throws(() => readBootloader(file, 'x'), text);
    }
    const app = linkedSegments(syntheticImage(), 0x2_0000);
    assert.equal(refusal(elf([...app, { address, bytes }])), 'bootloader-elsewhere');
    assert.equal(
      refusal(
        elf([
          { address, bytes },
          { address: 0x2000_0000, bytes },
        ]),
      ),
      'bootloader-elsewhere',
    );
  });

  it('refuses what is empty, damaged or says two things', () => {
    assert.equal(refusal(elf([])), 'image-empty');
    assert.equal(refusal(intelHex([{ address, bytes }]).subarray(0, 1000)), 'image-hex-truncated');
    const other = { address: address + 100, bytes: Uint8Array.of(bytes[100]! ^ 1) };
    assert.equal(refusal(elf([{ address, bytes }, other])), 'image-contradicts-itself');
  });
});
