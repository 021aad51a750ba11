import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type ErrorCode, isVescError } from '../../../src/base/errors';
import { appCrc } from '../../../src/image/appCrc';
import { stampImage } from '../../../src/image/buildStamp';
import {
  CRC_INFO_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
  STAGING_SIZE,
} from '../../../src/image/flashMap';
import { compress } from '../../../src/image/heatshrink';
import { checkImage, type Image, readImage } from '../../../src/image/imageFile';
import { readIdentity } from '../../../src/image/imageIdentity';
import { HEADER_SIZE, stage } from '../../../src/image/stagingHeader';
import { fromHex, fromLatin1 } from '../../../src/protocol/bytes';
import { crc16 } from '../../../src/protocol/crc16';
import { elf, intelHex, linkedSegments } from '../../support/programFiles';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';

/** The code a file is refused with; fails when it is not refused by one of ours, with all three parts and a name. */
function refusal(bytes: Uint8Array): ErrorCode {
  try {
    readImage(bytes, 'file.bin');
  } catch (error) {
    assert.ok(isVescError(error), String(error));
    assert.match(error.happened, /file\.bin/);
    assert.match(error.state, /Nothing was sent/);
    assert.notEqual(error.next, '');
    assert.equal(error.exitStatus, 4);
    return error.code;
  }
  return assert.fail('the file was accepted');
}

/** `start`, then zeros up to `length`. */
function file(start: Uint8Array | string, length = 4096): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(typeof start === 'string' ? fromLatin1(start) : start);
  return bytes;
}

/** An uncompressed pack, whatever its length. */
function pack(payload: Uint8Array, flag = 0): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (flag << 24) | payload.length);
  view.setUint16(4, crc16(payload));
  bytes.set(payload, HEADER_SIZE);
  return bytes;
}

const asImage = (bytes: Uint8Array): Image => ({ bytes, name: 'x', identity: readIdentity(bytes) });
const complaints = (bytes: Uint8Array): ErrorCode[] => checkImage(asImage(bytes)).map((error) => error.code);
const OLD = { version: { major: 5, minor: 3 } };

describe('image file', () => {
  it('reads the plain image', () => {
    const bytes = syntheticImage({ hardware: '75_300_R2' });
    const image = readImage(bytes, 'VESC.bin');
    assert.equal(image.bytes, bytes);
    assert.equal(image.name, 'VESC.bin');
    assert.equal(image.identity.hardware, '75_300_R2');
    assert.deepEqual(checkImage(image), []);
    const old = readImage(syntheticImage(OLD), 'old.bin');
    assert.equal(old.bytes.length, IMAGE_LENGTH_5_03);
    assert.deepEqual(checkImage(old), []);
  });

  it('reads an image that is packed already, compressed or not, alone or as the whole staging area', () => {
    for (const bytes of [syntheticImage(), syntheticImage(OLD)]) {
      const { bytes: staged } = stage(bytes);
      assert.deepEqual(readImage(staged, 'packed.bin').bytes, bytes);
      const area = new Uint8Array(STAGING_SIZE).fill(0xff);
      area.set(staged);
      assert.deepEqual(readImage(area, 'area.bin').bytes, bytes);
    }
    assert.deepEqual(readImage(pack(syntheticImage()), 'raw.bin').bytes, syntheticImage());
  });

  it('refuses an image of any other length', () => {
    const image = syntheticImage();
    assert.equal(refusal(new Uint8Array(0)), 'image-empty');
    assert.equal(refusal(image.subarray(0, -1)), 'image-truncated');
    assert.equal(refusal(image.subarray(0, IMAGE_LENGTH_5_03 + 1)), 'image-truncated');
    assert.equal(refusal(image.subarray(0, 7)), 'image-truncated');
    assert.equal(refusal(image.subarray(0, 100_000)), 'image-truncated');
    assert.equal(refusal(file(image, IMAGE_LENGTH + 1)), 'image-too-long');
    assert.equal(refusal(file(image, 0x10_0000)), 'image-too-long');
    assert.throws(() => readImage(image.subarray(1), 'x'), /524279 bytes.*524280.*393208.*never start/s);
  });

  it('names what is text', () => {
    assert.equal(refusal(fromLatin1('<!DOCTYPE html>\n<title>404</title>')), 'image-is-text');
    assert.equal(
      refusal(fromLatin1(`# A long text\r\n\t${'with Umlaute: äöü '.repeat(100)}`)),
      'image-is-text',
    );
    assert.equal(refusal(fromLatin1(': not hex')), 'image-is-text');
    assert.equal(refusal(new Uint8Array(100).fill(0xff)), 'image-truncated');
    assert.equal(refusal(fromLatin1('text and a NUL\0')), 'image-truncated');
  });

  it('names other kinds of files', () => {
    const kinds: [string, ErrorCode, RegExp][] = [
      ['PK\x03\x04\0\0', 'image-is-archive', /ZIP/],
      ['\x1f\x8b\x08\0', 'image-is-archive', /gzip/],
      ['7z\xbc\xaf\x27\x1c\0', 'image-is-archive', /7-Zip/],
      ['\xfd7zXZ\0', 'image-is-archive', /xz/],
      ['qres\0\0\0\x01', 'image-is-archive', /rcc/],
      ['\0\0\x10\0\x78\xda', 'image-is-archive', /VESC package/],
      ['\0\0\x10\0\x78\x9c', 'image-is-archive', /VESC package/],
      ['\0\0\x10\0\x78\x9d', 'image-truncated', /4096/],
      ['\xe9\x05\x02\x20\0', 'image-is-express', /ESP32/],
      ['\xe9\0\0', 'image-truncated', /4096/],
      ['\xe9\x11\0', 'image-truncated', /4096/],
    ];
    for (const [start, code, text] of kinds) {
      assert.equal(refusal(file(start)), code);
      assert.throws(() => readImage(file(start), 'x'), text);
    }
    assert.equal(refusal(fromHex('e9')), 'image-truncated');
    assert.equal(refusal(file('\xe9\x05\x02\x20\0', IMAGE_LENGTH)), 'image-is-express');
  });

  it('names programs for another place or another unit', () => {
    assert.equal(refusal(syntheticBootloader()), 'image-is-bootloader');
    assert.equal(refusal(pack(syntheticBootloader())), 'image-is-bootloader');
    const module = (length: number, start: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      const view = new DataView(bytes.buffer);
      view.setUint32(0, 0x2000_0400, true);
      view.setUint32(4, start, true);
      return bytes;
    };
    assert.equal(refusal(module(90_000, 0x0800_01e1)), 'image-is-bms');
    assert.equal(refusal(module(122_880, 0x0800_01e1)), 'image-is-bms');
    assert.equal(refusal(module(122_881, 0x0800_01e1)), 'image-truncated');
    assert.equal(refusal(module(90_000, 0x0800_4001)), 'image-truncated');
    assert.equal(refusal(module(90_000, 0x07ff_0001)), 'image-truncated');
    assert.equal(refusal(module(256, 0x0800_01e1)), 'image-truncated');
  });

  it('makes of a .hex or .elf the image that the .bin of the same build is', () => {
    for (const [options, filler] of [
      [{}, 0x00],
      [OLD, 0xff],
    ] as const) {
      const bytes = syntheticImage(options);
      const codeEnd = bytes.length - 5000;
      bytes
        .fill(filler, EEPROM_OFFSET, EEPROM_END_OFFSET)
        .fill(filler, codeEnd, bytes.length - CRC_INFO_SIZE);
      const bin = readImage(bytes, '60.bin');
      const segments = linkedSegments(bytes, codeEnd);
      for (const [name, file] of [
        ['60.hex', intelHex(segments)],
        ['60.elf', elf(segments)],
      ] as const) {
        const image = readImage(file, name);
        assert.equal(Buffer.compare(image.bytes, bytes), 0, name);
        assert.deepEqual(image.identity, bin.identity);
        assert.equal(image.identity.hardware, '60');
        assert.equal(image.name, name);
        assert.equal(appCrc(image.bytes), appCrc(bytes));
        const sha256 = (content: Uint8Array): Uint8Array => createHash('sha256').update(content).digest();
        assert.equal(stampImage(image.bytes, sha256).buildId, stampImage(bytes, sha256).buildId);
        assert.deepEqual(checkImage(image), []);
      }
    }
  });

  it('refuses a .hex or .elf by its own errors', () => {
    const hex = intelHex(linkedSegments(syntheticImage(), IMAGE_LENGTH - 8));
    assert.equal(refusal(hex.subarray(0, -3)), 'image-hex-truncated');
    assert.equal(refusal(fromLatin1(':020000040800F2\r\n:10000000')), 'image-hex-truncated');
    assert.equal(refusal(fromLatin1(':020000040800F3\r\n:00000001FF')), 'image-hex-damaged');
    assert.equal(refusal(fromLatin1(':020000040800F2\r\n:00000001FF')), 'image-empty');
    assert.equal(refusal(file('\x7fELF\x01\x01\x01\0')), 'image-elf-foreign');
    assert.equal(refusal(elf([]).subarray(0, 100)), 'image-elf-damaged');
    assert.equal(refusal(elf([])), 'image-empty');
    // Neither is what a staging header is put in front of.
    assert.equal(refusal(pack(hex.subarray(0, 10_000))), 'image-is-text');
    assert.equal(refusal(pack(elf([]))), 'image-truncated');
  });

  it('does not take off two headers', () => {
    const once = stage(syntheticImage()).bytes;
    assert.equal(refusal(pack(once)), 'image-packed-twice');
    assert.equal(refusal(stage(once).bytes), 'image-packed-twice');
    assert.deepEqual(complaints(once), ['image-truncated', 'image-packed-twice']);
  });

  it('names a damaged pack', () => {
    const packed = stage(syntheticImage()).bytes;
    assert.equal(refusal(packed.subarray(0, -1)), 'image-pack-damaged');
    assert.equal(refusal(packed.subarray(0, 100)), 'image-pack-damaged');
    const flipped = packed.slice();
    flipped[1000]! ^= 1;
    assert.equal(refusal(flipped), 'image-pack-damaged');
    const old = stage(syntheticImage(OLD)).bytes;
    assert.equal(refusal(old.subarray(0, -1)), 'image-pack-damaged');
    assert.equal(refusal(pack(compress(syntheticImage({ seed: 2 }).subarray(8)), 0xcc)), 'image-truncated');
    assert.equal(refusal(pack(syntheticImage()).subarray(0, 9000)), 'image-pack-damaged');
    // 0xCC with a length no staging area has: any file at all.
    assert.equal(refusal(file('\xcc\xff\xff\xff')), 'image-truncated');
    assert.equal(refusal(file('\xcc\0\0\0')), 'image-truncated');
  });

  it('never fails other than with words for the user', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        refusal(bytes);
      }),
      { numRuns: 300 },
    );
    const image = syntheticImage();
    fc.assert(
      fc.property(fc.nat(IMAGE_LENGTH - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = image.slice();
        changed[at] = byte;
        checkImage(readImage(changed, 'x'));
      }),
      { numRuns: 20 },
    );
  });
});

describe('checking an image', () => {
  it('has nothing to say about a good one', () => {
    assert.deepEqual(complaints(syntheticImage()), []);
    assert.deepEqual(complaints(syntheticImage({ stackPointer: 0x1001_0000 })), []);
  });

  it('names all that is wrong at once', () => {
    const bytes = syntheticImage({ stackPointer: 0x0800_0000, resetVector: 0x0800_c000 });
    bytes[IMAGE_LENGTH - 1] = 0;
    assert.deepEqual(complaints(bytes), ['image-stack-pointer', 'image-reset-vector', 'image-crc-info']);
    assert.deepEqual(complaints(bytes.subarray(0, 1000)), [
      'image-truncated',
      'image-stack-pointer',
      'image-reset-vector',
      'image-crc-info',
    ]);
  });

  it('knows a bootloader of full length, and a start behind the smaller area of 5.03', () => {
    assert.deepEqual(complaints(syntheticImage({ resetVector: 0x080e_01c1 })), ['image-is-bootloader']);
    assert.deepEqual(complaints(syntheticImage({ ...OLD, resetVector: 0x0806_0001 })), [
      'image-reset-vector',
    ]);
    assert.deepEqual(complaints(syntheticImage({ resetVector: 0x0806_0001 })), []);
  });

  it('looks at every byte of crcinfo', () => {
    for (let at = IMAGE_LENGTH - 8; at < IMAGE_LENGTH; at++) {
      const bytes = syntheticImage();
      bytes[at] = 0xfe;
      assert.deepEqual(complaints(bytes), ['image-crc-info']);
    }
    assert.deepEqual(complaints(new Uint8Array(0)), ['image-truncated']);
  });

  it('takes nothing longer', () => {
    assert.equal(complaints(file(syntheticImage(), IMAGE_LENGTH + 8))[0], 'image-too-long');
  });
});
