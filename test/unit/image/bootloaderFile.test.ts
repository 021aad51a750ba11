import assert from 'node:assert/strict';
import {
  checkBootloader,
  fillsStackByCall,
  readBootloader,
  warnAboutBootloader,
} from '../../../src/image/bootloaderFile';
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

  it('is nothing without a program in it, and is then looked for as a bootloader', () => {
    const text = new TextEncoder().encode('# Read me\n'.repeat(20));
    assert.deepEqual(codes(text), ['bootloader-foreign']);
    assert.deepEqual(codes(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0)), ['bootloader-foreign']);
    const wanted = /Choose the \.bin, \.hex or \.elf of a VESC bootloader/;
    for (const bytes of [text, new Uint8Array(6000).fill(0xff)])
      assert.match(checkBootloader(bytes, 'x')[0]!.next, wanted);
    assert.throws(() => readBootloader(elf([], { machine: 62, fileClass: 2 }), 'x'), {
      code: 'image-elf-foreign',
      next: wanted,
    });
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

describe('a bootloader whose compiler broke it', () => {
  /** Start-up code at the reset vector: half-words of Thumb, as objdump shows them. */
  const withStart = (...halves: number[]): Uint8Array => {
    const image = new Uint8Array(1024);
    new DataView(image.buffer).setUint32(0, 0x2000_0800, true);
    new DataView(image.buffer).setUint32(4, 0x080e_0201, true);
    halves.forEach((half, at) => new DataView(image.buffer).setUint16(0x200 + 2 * at, half, true));
    return image;
  };

  it('is told by the call that fills the stack it runs on', () => {
    // GCC 12.2: movs r1, #85; bl memset. Once more with an instruction in between.
    assert.equal(fillsStackByCall(withStart(0xb672, 0x2155, 0xf7ff, 0xff72)), true);
    assert.equal(fillsStackByCall(withStart(0xb672, 0x2155, 0x3204, 0xf7ff, 0xff67)), true);
    assert.match(
      warnAboutBootloader(withStart(0x2155, 0xf7ff, 0xff72), 'mine.bin')[0]!,
      /^mine\.bin was built/,
    );
  });

  it('is not seen in one that fills its stacks in loops, as the prebuilt ones do', () => {
    // mov.w r1, #0x55555555; str.w r1, [r3], #4; cmp; bne.
    const loop = withStart(0xb672, 0xf04f, 0x3155, 0xf843, 0x1b04, 0x4293, 0xd1fb);
    assert.equal(fillsStackByCall(loop), false);
    assert.deepEqual(warnAboutBootloader(loop, 'generic.bin'), []);
    assert.equal(fillsStackByCall(withStart(0x2155, 0x3204, 0x3204, 0x3204, 0x3204)), false);
    assert.equal(fillsStackByCall(new Uint8Array(4)), false);
    assert.equal(fillsStackByCall(syntheticImage()), false);
    const short = withStart(0).subarray(0, 0x202);
    assert.equal(fillsStackByCall(short), false);
    const cutBehindTheLoad = withStart(0x2155).subarray(0, 0x202);
    assert.equal(fillsStackByCall(cutBehindTheLoad), false);
  });
});
