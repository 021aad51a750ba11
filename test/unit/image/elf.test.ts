import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isVescError } from '../../../src/base/errors';
import { isElf, readElf } from '../../../src/image/elf';
import { fromLatin1, toHex } from '../../../src/protocol/bytes';
import { elf, ELF_HEADER_SIZE, ELF_SEGMENT_ENTRY_SIZE, type ElfOptions } from '../../support/programFiles';

const SEGMENTS = [
  { address: 0x0800_0000, bytes: Uint8Array.from({ length: 16 }, (_, i) => i) },
  { address: 0x0800_c000, bytes: Uint8Array.from({ length: 32 }, (_, i) => 0x40 + i) },
];
const CONTENTS_AT = ELF_HEADER_SIZE + 4 * ELF_SEGMENT_ENTRY_SIZE;
const contents = (bytes: Uint8Array): [number, string][] =>
  readElf(bytes, 'x').map((segment) => [segment.address, toHex(segment.bytes)]);
const WANTED = SEGMENTS.map(({ address, bytes }) => [address, toHex(bytes)]);

function refusal(bytes: Uint8Array): string {
  try {
    readElf(bytes, 'file.elf');
  } catch (error) {
    assert.ok(isVescError(error), String(error));
    assert.match(error.message, /^file\.elf .* Nothing was sent to the controller\. \w/s);
    if (isVescError(error, 'image-elf-foreign')) return `foreign: ${error.details.reason}`;
    assert.ok(isVescError(error, 'image-elf-damaged'), error.code);
    return error.details.reason;
  }
  return assert.fail('the file was accepted');
}

const foreign = (options: ElfOptions): string => refusal(elf(SEGMENTS, options));

/** The file with a 32-bit (or 16-bit) number in it changed. */
function changed(at: number, value: number, bits: 16 | 32 = 32, bytes = elf(SEGMENTS)): Uint8Array {
  const view = new DataView(bytes.buffer);
  if (bits === 32) view.setUint32(at, value, true);
  else view.setUint16(at, value, true);
  return bytes;
}

/** Where field `field` of entry `entry` of a table stands. */
const inProgram = (entry: number, field: number): number =>
  ELF_HEADER_SIZE + entry * ELF_SEGMENT_ENTRY_SIZE + 4 * field;
const inSections = (entry: number, field: number): number => CONTENTS_AT + 48 + entry * 40 + 4 * field;

describe('ELF', () => {
  it('is recognised by its first bytes', () => {
    assert.equal(isElf(elf([])), true);
    assert.equal(isElf(fromLatin1('\x7fELF')), true);
    assert.equal(isElf(fromLatin1('\x7fELG\x01')), false);
    assert.equal(isElf(fromLatin1('\x7fEL')), false);
  });

  it('gives the loaded content at physical addresses, with a section table and without', () => {
    assert.deepEqual(contents(elf(SEGMENTS)), WANTED);
    assert.deepEqual(contents(elf(SEGMENTS, { withSections: false })), WANTED);
    assert.deepEqual(contents(elf([])), []);
    assert.deepEqual(contents(changed(44, 0, 16, elf([], { withSections: false }))), []);
    // Where it lies in a larger buffer does not matter, and nothing is copied.
    const room = new Uint8Array(2000);
    room.set(elf(SEGMENTS), 3);
    const part = room.subarray(3, 3 + elf(SEGMENTS).length);
    assert.deepEqual(contents(part), WANTED);
    assert.ok(readElf(part, 'x').every(({ bytes }) => bytes.buffer === room.buffer));
  });

  it('leaves out what lies between the sections, as objcopy does', () => {
    const [vectors, code] = SEGMENTS as [(typeof SEGMENTS)[0], (typeof SEGMENTS)[0]];
    const sections = [
      [0, 10],
      [12, 32],
    ] as const;
    assert.deepEqual(contents(elf([vectors, { ...code, sections }])), [
      WANTED[0],
      [0x0800_c000, toHex(code.bytes.subarray(0, 10))],
      [0x0800_c00c, toHex(code.bytes.subarray(12))],
    ]);
  });

  it('says why it is no program for a controller', () => {
    assert.equal(foreign({ machine: 62, fileClass: 2 }), 'foreign: it is made for x86-64');
    assert.equal(foreign({ machine: 183, fileClass: 2 }), 'foreign: it is made for AArch64');
    assert.equal(foreign({ machine: 3 }), 'foreign: it is made for x86');
    assert.equal(foreign({ machine: 94 }), 'foreign: it is made for Xtensa (ESP32)');
    assert.equal(foreign({ machine: 243 }), 'foreign: it is made for RISC-V (VESC Express)');
    assert.equal(foreign({ machine: 8 }), 'foreign: it is made for another processor (number 8)');
    assert.equal(
      foreign({ machine: 8, bigEndian: true }),
      'foreign: it is made for another processor (number 8)',
    );
    assert.equal(foreign({ fileClass: 2 }), 'foreign: it is no 32-bit program');
    assert.equal(foreign({ bigEndian: true }), 'foreign: it is big-endian');
    assert.equal(foreign({ kind: 1 }), 'foreign: it is an object file, which was not linked yet');
    assert.equal(foreign({ kind: 3 }), 'foreign: it is a shared or position-independent program');
    assert.equal(foreign({ kind: 4 }), 'foreign: it is the memory of a crashed program');
    assert.equal(foreign({ kind: 9 }), 'foreign: it is an ELF file of an unknown kind (9)');
  });

  it('believes no number that points out of the file', () => {
    const { length } = elf(SEGMENTS);
    assert.equal(refusal(elf(SEGMENTS).subarray(0, 51)), 'it ends within its header');
    assert.equal(refusal(elf(SEGMENTS).subarray(0, length - 1)), 'its section table lies behind its end');
    assert.equal(refusal(changed(28, length)), 'its program table lies behind its end');
    assert.equal(refusal(changed(28, 0xffff_ffff)), 'its program table lies behind its end');
    assert.equal(refusal(changed(32, 0xffff_ffff)), 'its section table lies behind its end');
    assert.equal(refusal(changed(44, 65, 16)), 'its program table has 65 entries');
    assert.equal(refusal(changed(44, 64, 16)), 'its program table lies behind its end');
    assert.equal(refusal(changed(48, 4097, 16)), 'its section table has 4097 entries');
    assert.equal(refusal(changed(48, 4096, 16)), 'its section table lies behind its end');
    assert.match(refusal(changed(42, 56, 16)), /entries of its program table have 56 bytes instead of 32/);
    assert.match(refusal(changed(46, 64, 16)), /entries of its section table have 64 bytes instead of 40/);
    const outside = 'content that it lists lies behind its end';
    assert.equal(refusal(changed(inProgram(0, 1), length - 15)), outside);
    assert.equal(refusal(changed(inProgram(0, 1), 0xffff_ffff)), outside);
    assert.equal(refusal(changed(inSections(1, 4), length - 15)), outside);
    assert.equal(
      refusal(changed(inProgram(0, 4), 0xffff_ffff)),
      'a segment is larger in the file than in memory',
    );
    assert.equal(refusal(changed(inProgram(0, 5), 15)), 'a segment is larger in the file than in memory');
    assert.deepEqual(contents(changed(inProgram(0, 5), 16)), WANTED);
    assert.equal(refusal(changed(inProgram(0, 3), 0xffff_fff1)), 'a segment runs over the last address');
    assert.equal(contents(changed(inProgram(0, 3), 0xffff_fff0))[0]![0], 0xffff_fff0);
  });

  it('lets no content stand for more than itself', () => {
    const length = elf(SEGMENTS).length;
    const whole = changed(inProgram(0, 4), length, 32, changed(inProgram(0, 1), 0));
    const more = 'it lists the same content several times';
    assert.equal(refusal(changed(inProgram(0, 5), length, 32, whole)), more);
    const bytes = new Uint8Array(4000);
    const twice = (end: number): Uint8Array => {
      const sections = [
        [0, 4000],
        [0, end],
      ] as const;
      return elf([{ address: 0x0800_0000, bytes, sections }]);
    };
    assert.equal(refusal(twice(4000)), more);
    assert.equal(contents(twice(100)).length, 2);
  });

  it('wants every section to be loaded by one segment', () => {
    assert.equal(refusal(changed(inSections(1, 4), CONTENTS_AT + 1)), 'a section belongs to no segment');
    assert.equal(refusal(changed(inSections(1, 4), 0)), 'a section belongs to no segment');
    assert.equal(refusal(changed(inProgram(0, 0), 2)), 'a section belongs to no segment');
  });

  it('never fails other than with words for the user', () => {
    const whole = elf(SEGMENTS);
    const heads = fc.nat(CONTENTS_AT - 1);
    const tails = fc.integer({ min: CONTENTS_AT + 48, max: whole.length - 1 });
    const mutation = fc.tuple(fc.oneof(heads, tails), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0xff)));
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: whole.length - 60, max: whole.length }),
        (mutations, length) => {
          const bytes = whole.slice(0, length);
          for (const [at, byte] of mutations) if (at < length) bytes[at] = byte;
          try {
            const read = readElf(bytes, 'x');
            assert.ok(read.every((segment) => segment.bytes.length <= bytes.length));
          } catch (error) {
            assert.ok(isVescError(error), String(error));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
