import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isVescError } from '../../../src/base/errors';
import type { FlashSegment } from '../../../src/image/flashSegments';
import { FLASH_SIZE } from '../../../src/image/flashMap';
import { isIntelHex, readIntelHex } from '../../../src/image/intelHex';
import { fromLatin1, toHex } from '../../../src/protocol/bytes';
import { hexRecord, intelHex } from '../../support/programFiles';

const END = ':00000001FF';
const file = (...lines: string[]): Uint8Array => Buffer.from(lines.join('\n'), 'latin1');
const data = (...lines: string[]): [number, string][] =>
  readIntelHex(file(...lines), 'x').map(({ address, bytes }) => [address, toHex(bytes)]);

/** The line and the reason a file is refused with; `truncated` when it is said to be cut off. */
function refusal(...lines: string[]): string {
  try {
    readIntelHex(file(...lines), 'file.hex');
  } catch (error) {
    assert.ok(isVescError(error), String(error));
    assert.match(error.happened, /^file\.hex /);
    if (isVescError(error, 'image-hex-truncated')) return 'truncated';
    assert.ok(isVescError(error, 'image-hex-damaged'), error.code);
    return `${error.details.line}: ${error.details.reason}`;
  }
  return assert.fail('the file was accepted');
}

describe('Intel HEX', () => {
  it('is recognised by its first record', () => {
    for (const text of [':020000040800F2', '\r\n :00000001FF', ':0400000508'])
      assert.equal(isIntelHex(fromLatin1(text)), true, text);
    for (const text of ['', ':', ':02000004 0800', ': text', 'x:020000040800F2', ':0200000g0800F2'])
      assert.equal(isIntelHex(fromLatin1(text)), false, text);
  });

  it('reads data at the linear address before it', () => {
    assert.deepEqual(
      data(':020000040800F2', ':0400100001020304E2', ':020000040807EB', ':01FFF000AA66', END),
      [
        [0x0800_0010, '01020304'],
        [0x0807_fff0, 'aa'],
      ],
    );
    assert.deepEqual(data(':0100100011DE', END), [[0x10, '11']]);
    assert.deepEqual(data(':0200000480007A', hexRecord(0, 0xffff, [1, 2]), END), [[0x8000_ffff, '0102']]);
  });

  it('reads data at the segment before it, and takes the last base of either kind', () => {
    assert.deepEqual(data(hexRecord(2, 0, [0x12, 0x34]), hexRecord(0, 0xfffe, [1, 2]), END), [
      [0x2_233e, '0102'],
    ]);
    const both = [
      ...[hexRecord(2, 0, [0x10, 0]), hexRecord(0, 0, [1])],
      ...[hexRecord(4, 0, [0x08, 0]), hexRecord(0, 0, [2])],
    ];
    assert.deepEqual(data(...both, END), [
      [0x1_0000, '01'],
      [0x0800_0000, '02'],
    ]);
  });

  it('reads over where the program starts, and over empty data', () => {
    const starts = [hexRecord(3, 0, [0, 0, 0, 0]), hexRecord(5, 0, [8, 0, 0xc0, 1])];
    assert.deepEqual(data(...starts, hexRecord(0, 0, [7]), hexRecord(0, 5), END), [
      [0, '07'],
      [5, ''],
    ]);
    assert.deepEqual(data(END), []);
  });

  it('takes any line ending, blanks, blank lines and lower case', () => {
    const segments = [{ address: 0x0800_fff8, bytes: Uint8Array.from({ length: 300 }, (_, i) => i) }];
    const wanted = data(...new TextDecoder().decode(intelHex(segments)).split('\r\n'));
    assert.equal(wanted.map(([, hex]) => hex).join(''), toHex(segments[0]!.bytes));
    for (const newline of ['\n', '\r\n', '\r', '\n\n', ' \t\r\n\r\n  ']) {
      for (const lowerCase of [false, true]) {
        const read = readIntelHex(intelHex(segments, { newline, lowerCase }), 'x');
        assert.deepEqual(
          read.map(({ address, bytes }) => [address, toHex(bytes)]),
          wanted,
        );
      }
    }
    assert.deepEqual(data(hexRecord(0, 0, [1]), `${END}\n\0\x1a`), [[0, '01']]);
  });

  it('names the line that is wrong', () => {
    const good = ':0100100011DE';
    assert.equal(refusal(good, ':0100100011DF', END), '2: its checksum does not agree');
    assert.equal(refusal(good, '', good, ':0100100011', END), '4: the record is shorter than it says');
    assert.equal(refusal(good, ':1', END), '2: the record is shorter than it says');
    assert.equal(refusal(good, ':0100100011DE00', END), '2: the record is longer than it says');
    assert.equal(refusal(`${good}0`, END), '1: the record is longer than it says');
    assert.equal(refusal(good, ':01001000zzDE', END), '2: it has other characters than hex digits');
    assert.equal(refusal(good, ':-100100011DE', END), '2: it has other characters than hex digits');
    assert.equal(refusal(good, ':z', END), '2: the record is shorter than it says');
    assert.equal(refusal(good, 'S1130000', END), '2: it does not begin with a colon');
    assert.equal(refusal(good, END, good), '3: there is more behind its end record');
    assert.equal(refusal(good, hexRecord(6, 0), END), '2: record type 06 is unknown');
    assert.equal(refusal(good, hexRecord(0xff, 0, [1]), END), '2: record type ff is unknown');
    // CR LF is one line ending, CR alone is one too.
    assert.equal(refusal(`${good}\r\n${good}\r${good}\nx\n${END}`), '4: it does not begin with a colon');
  });

  it('wants every record to have the length of its type', () => {
    const lengths: [number, number][] = [
      [1, 0],
      [2, 2],
      [3, 4],
      [4, 2],
      [5, 4],
    ];
    for (const [type, length] of lengths) {
      for (const wrong of [length + 1, ...(length > 0 ? [length - 1] : [])]) {
        assert.equal(
          refusal(hexRecord(type, 0, new Uint8Array(wrong)), END),
          `1: a record of type 0${type} has ${length} bytes, not ${wrong}`,
        );
      }
    }
  });

  it('takes no data beyond its segment or the last address', () => {
    assert.match(
      refusal(hexRecord(2, 0, [0, 0]), hexRecord(0, 0xffff, [1, 2]), END),
      /^2: .* 64 KiB segment/,
    );
    const top = hexRecord(4, 0, [0xff, 0xff]);
    assert.deepEqual(data(top, hexRecord(0, 0xffff, [1]), END), [[0xffff_ffff, '01']]);
    assert.match(refusal(top, hexRecord(0, 0xffff, [1, 2]), END), /^2: .* last address/);
  });

  it('says when the file was cut off', () => {
    const good = hexRecord(0, 0, [1, 2, 3]);
    assert.equal(refusal(good), 'truncated');
    assert.equal(refusal(good, ''), 'truncated');
    for (let length = 0; length < END.length; length++) {
      assert.equal(refusal(good, END.slice(0, length)), 'truncated', `${length} characters`);
    }
    assert.equal(refusal(good, 'x'), '2: it does not begin with a colon');
  });

  it('holds no more than the flash does', () => {
    const record = hexRecord(0, 0, new Uint8Array(255));
    const full = Array.from({ length: Math.floor(FLASH_SIZE / 255) }, () => record);
    const rest = hexRecord(0, 0, new Uint8Array(FLASH_SIZE % 255));
    assert.equal(readIntelHex(file(...full, rest, END), 'x').length, full.length + 1);
    const line = full.length + 2;
    assert.equal(
      refusal(...full, rest, hexRecord(0, 0, [0]), END),
      `${line}: there is more data than the whole flash takes`,
    );
    assert.equal(refusal(`:${'0'.repeat(3_000_000)}`, END), '1: the record is longer than it says');
  });

  it('reads back whatever is written', () => {
    const segments = fc.array(
      fc.record({
        address: fc.integer({ min: 0x0800_0000, max: 0x0810_0000 }),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 400 }),
      }),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(segments, fc.integer({ min: 1, max: 255 }), fc.boolean(), (written, width, lowerCase) => {
        const memory = (all: readonly FlashSegment[]): [number, number][] =>
          all.flatMap(({ address, bytes }) =>
            Array.from(bytes, (byte, index): [number, number] => [address + index, byte]),
          );
        const read = readIntelHex(intelHex(written, { width, lowerCase }), 'x');
        assert.deepEqual(memory(read), memory(written));
      }),
      { numRuns: 60 },
    );
  });

  it('notices every changed digit, and never fails other than with words for the user', () => {
    const whole = intelHex([
      { address: 0x0800_fff0, bytes: Uint8Array.from({ length: 40 }, (_, i) => i * 7) },
    ]);
    const digits = [...whole.keys()].filter((at) => /[0-9A-F]/.test(String.fromCharCode(whole[at]!)));
    for (const at of digits) {
      const changed = whole.slice();
      changed[at] = whole[at] === 0x30 ? 0x31 : 0x30;
      refusal(new TextDecoder().decode(changed));
    }
    const mutation = fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(3));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
        let bytes = Array.from(whole);
        for (const [at, byte, how] of mutations) {
          if (how === 0) bytes.splice(at, 1);
          else if (how === 1) bytes.splice(at, 0, byte);
          else if (how === 2) bytes = bytes.slice(0, at);
          else bytes[at] = byte;
        }
        try {
          readIntelHex(Uint8Array.from(bytes), 'x');
        } catch (error) {
          assert.ok(isVescError(error), String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});
