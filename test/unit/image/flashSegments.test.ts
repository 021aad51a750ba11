import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ErrorCode, isVescError, type VescError } from '../../../src/base/errors';
import {
  APP_ADDRESS,
  BOOTLOADER_ADDRESS,
  CRC_INFO_OFFSET,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
} from '../../../src/image/flashMap';
import { appImage, type FlashSegment } from '../../../src/image/flashSegments';
import { linkedSegments } from '../../support/programFiles';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';

const IMAGE = syntheticImage();
const LINKED = linkedSegments(IMAGE, CRC_INFO_OFFSET);
const at = (address: number, ...bytes: number[]): FlashSegment => ({
  address,
  bytes: Uint8Array.from(bytes),
});

function failure(segments: readonly FlashSegment[]): VescError {
  try {
    appImage(segments, 'file.hex');
  } catch (error) {
    assert.ok(isVescError(error), String(error));
    assert.match(error.happened, /file\.hex/);
    assert.match(error.state, /Nothing was sent/);
    assert.notEqual(error.next, '');
    return error;
  }
  return assert.fail('the segments were accepted');
}
const refusal = (segments: readonly FlashSegment[]): ErrorCode => failure(segments).code;

describe('segments of an application', () => {
  it('become the image, in any order, with empty ones and with repetitions', () => {
    assert.deepEqual(appImage(LINKED, 'x'), IMAGE);
    assert.deepEqual(appImage([...LINKED].reverse(), 'x'), IMAGE);
    assert.deepEqual(appImage([...LINKED, at(0x2000_0000), at(0), ...LINKED], 'x'), IMAGE);
  });

  it('leave gaps that are filled as the build rules of their time did', () => {
    const vectors = LINKED[0]!;
    const image = appImage([vectors, LINKED[2]!], 'x');
    assert.equal(image.length, IMAGE_LENGTH);
    assert.ok(image.subarray(EEPROM_OFFSET, CRC_INFO_OFFSET).every((byte) => byte === 0));
    assert.ok(image.subarray(CRC_INFO_OFFSET).every((byte) => byte === 0xff));
    const old = appImage([vectors, at(APP_ADDRESS + IMAGE_LENGTH_5_03 - 2, 1, 2)], 'x');
    assert.equal(old.length, IMAGE_LENGTH_5_03);
    assert.ok(old.subarray(EEPROM_OFFSET, -2).every((byte) => byte === 0xff));
    assert.deepEqual([...old.subarray(-2)], [1, 2]);
  });

  it('may not contradict each other', () => {
    const code = APP_ADDRESS + 0x2_0000;
    const error = failure([...LINKED, at(code, IMAGE[0x2_0000]!, IMAGE[0x2_0001]! ^ 1)]);
    assert.ok(isVescError(error, 'image-contradicts-itself'));
    assert.equal(error.details.address, code + 1);
  });

  it('reach from the vectors to crcinfo and not a byte less or more', () => {
    const range = (segments: readonly FlashSegment[]): unknown => {
      const error = failure(segments);
      assert.ok(isVescError(error, 'image-wrong-range'), error.code);
      return { start: error.details.start - APP_ADDRESS, end: error.details.end - APP_ADDRESS };
    };
    const [vectors, code] = LINKED as [FlashSegment, FlashSegment];
    assert.deepEqual(range(LINKED.slice(1)), { start: EEPROM_END_OFFSET, end: IMAGE_LENGTH });
    assert.deepEqual(range([vectors, code]), { start: 0, end: CRC_INFO_OFFSET });
    assert.deepEqual(range([...LINKED, at(APP_ADDRESS + IMAGE_LENGTH, 0xff)]), {
      start: 0,
      end: IMAGE_LENGTH + 1,
    });
    assert.match(failure([vectors, code]).message, /0x08000000 to 0x0807FFEF\..* 0x0807FFF7.* 0x0805FFF7/s);
    assert.equal(refusal([]), 'image-empty');
    assert.equal(refusal([at(APP_ADDRESS)]), 'image-empty');
  });

  it('stay inside of the application area', () => {
    const outside: [number, number, RegExp][] = [
      [0x07ff_fff0, 0x07ff_fff0, /0x07FFFFF0 \(no memory/],
      [0x0808_0000, 0x0808_0000, /0x08080000 \(the staging area\)/],
      [0x0807_fffe, 0x0808_0000, /0x08080000 \(the staging area\)/],
      [0x080d_ffff, 0x080d_ffff, /the staging area/],
      [0x080e_0000, 0x080e_0000, /0x080E0000 \(the bootloader's sector\)/],
      [0x0810_0000, 0x0810_0000, /no memory/],
      [0x1000_0000, 0x1000_0000, /RAM/],
      [0x2000_1000, 0x2000_1000, /RAM/],
      [0x1fff_c000, 0x1fff_c000, /no memory/],
      [0, 0, /0x00000000 \(no memory/],
    ];
    for (const [address, named, text] of outside) {
      const error = failure([...LINKED, at(address, 1, 2, 3, 4)]);
      assert.ok(isVescError(error, 'image-outside-app'), error.code);
      assert.equal(error.details.address, named);
      assert.match(error.message, text);
    }
    const bootloader = { address: BOOTLOADER_ADDRESS, bytes: syntheticBootloader() };
    assert.equal(refusal([...LINKED, bootloader]), 'image-outside-app');
    assert.equal(refusal([bootloader]), 'image-is-bootloader');
    assert.equal(refusal([at(BOOTLOADER_ADDRESS + 0x1000, 1), at(0x080f_ffff, 1)]), 'image-is-bootloader');
    assert.equal(refusal([at(0x0810_0000, 1)]), 'image-outside-app');
  });

  it('leave the settings alone, filler apart', () => {
    for (const filler of [0x00, 0xff]) {
      const settings = new Uint8Array(EEPROM_END_OFFSET - EEPROM_OFFSET).fill(filler);
      const image = appImage([...LINKED, { address: APP_ADDRESS + EEPROM_OFFSET, bytes: settings }], 'x');
      assert.ok(image.subarray(EEPROM_OFFSET, EEPROM_END_OFFSET).every((byte) => byte === filler));
    }
    for (const offset of [EEPROM_OFFSET, 0x8000, EEPROM_END_OFFSET - 1]) {
      const error = failure([...LINKED, at(APP_ADDRESS + offset, 0x01)]);
      assert.ok(isVescError(error, 'image-holds-settings'), error.code);
      assert.equal(error.details.address, APP_ADDRESS + offset);
    }
  });

  it('of another unit are named as what they are', () => {
    const module = new Uint8Array(90_000);
    new DataView(module.buffer).setUint32(0, 0x2000_0400, true);
    new DataView(module.buffer).setUint32(4, 0x0800_01e1, true);
    assert.equal(refusal([{ address: APP_ADDRESS, bytes: module }]), 'image-is-bms');
    const moved = syntheticImage({ resetVector: 0x080e_01c1 });
    assert.equal(refusal([{ address: APP_ADDRESS, bytes: moved }]), 'image-is-bootloader');
  });

  it('never fail other than with words for the user', () => {
    const segment = fc.record({
      address: fc.oneof(
        fc.integer({ min: 0x07ff_ff00, max: 0x0810_0100 }),
        fc.constantFrom(0, APP_ADDRESS, APP_ADDRESS + CRC_INFO_OFFSET, BOOTLOADER_ADDRESS, 0xffff_ffff),
      ),
      bytes: fc.uint8Array({ maxLength: 64 }),
    });
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (segments) => {
        try {
          const { length } = appImage(segments, 'x');
          assert.ok(length === IMAGE_LENGTH || length === IMAGE_LENGTH_5_03);
        } catch (error) {
          assert.ok(isVescError(error), String(error));
        }
      }),
      { numRuns: 200 },
    );
  });
});
