import { VescError } from '../base/errors';
import { fromHex, latin1, toHex } from '../protocol/bytes';
import { FLASH_SIZE } from './flashMap';
import type { FlashSegment } from './flashSegments';

/** Record types of Intel HEX and the length each must have; data may have any. */
const DATA = 0;
const END = 1;
const SEGMENT_BASE = 2;
const LINEAR_BASE = 4;
const LENGTHS: Readonly<Record<number, number>> = {
  [END]: 0,
  [SEGMENT_BASE]: 2,
  3: 4,
  [LINEAR_BASE]: 2,
  5: 4,
};

/** What stands around the data in a record: length, offset, type, checksum. */
const FRAME_SIZE = 5;
/** Behind the colon and the two digits of a record's length. */
const COUNT_END = 3;
const SEGMENT_SIZE = 0x1_0000;
const ADDRESSES = 0x1_0000_0000;

const COLON = 0x3a;
const LF = 0x0a;
const CR = 0x0d;

/** True when `bytes` begins as Intel HEX does: with a colon and the digits of at least one record. */
export function isIntelHex(bytes: Uint8Array): boolean {
  return /^\s*:[0-9A-Fa-f]{10}/.test(latin1(bytes.subarray(0, 64)));
}

/**
 * The data of an Intel HEX file, in the order of its records. Start addresses are read over: the vectors say where a
 * program starts. Never holds more data than the flash takes.
 * @throws VescError `image-hex-damaged` with the line, `image-hex-truncated`
 */
export function readIntelHex(bytes: Uint8Array, name: string): FlashSegment[] {
  const segments: FlashSegment[] = [];
  let base = 0;
  let segmented = false;
  let ended = false;
  let total_B = 0;
  for (const { line, text, isLast } of records(bytes)) {
    const fail = (reason: string): VescError => new VescError('image-hex-damaged', { name, line, reason });
    if (ended) throw fail('there is more behind its end record');
    if (isLast && isCutOff(text)) break;
    const { offset, type, data } = readRecord(text, fail);
    if (type === DATA) {
      if (segmented && offset + data.length > SEGMENT_SIZE) {
        throw fail('the data runs over the end of its 64 KiB segment');
      }
      const address = base + offset;
      if (address + data.length > ADDRESSES) throw fail('the data runs over the last address');
      total_B += data.length;
      if (total_B > FLASH_SIZE) throw fail('there is more data than the whole flash takes');
      segments.push({ address, bytes: data });
    } else if (type === END) {
      ended = true;
    } else if (type === SEGMENT_BASE || type === LINEAR_BASE) {
      segmented = type === SEGMENT_BASE;
      base = word(data) * (segmented ? 0x10 : SEGMENT_SIZE);
    }
  }
  if (!ended) throw new VescError('image-hex-truncated', { name });
  return segments;
}

interface Line {
  /** Counted from 1. */
  readonly line: number;
  /** Without blanks around it. */
  readonly text: Uint8Array;
  /** True when nothing but blanks follows. */
  readonly isLast: boolean;
}

/** The lines that hold anything, whatever they end with: LF, CR LF or CR. */
function* records(bytes: Uint8Array): Generator<Line> {
  const [, contentEnd] = trim(bytes, 0, bytes.length);
  let line = 1;
  for (let start = 0; start < contentEnd; line++) {
    let end = start;
    while (end < contentEnd && bytes[end] !== LF && bytes[end] !== CR) end++;
    const [from, to] = trim(bytes, start, end);
    if (to > from) yield { line, text: bytes.subarray(from, to), isLast: end === contentEnd };
    start = end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1);
  }
}

/** `start` and `end` with the blanks (and control characters) between them left out. */
function trim(bytes: Uint8Array, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  while (to > from && bytes[to - 1]! <= 0x20) to--;
  while (from < to && bytes[from]! <= 0x20) from++;
  return [from, to];
}

/** The value of two hex digits at `at`; NaN where there are none. */
function byteAt(text: Uint8Array, at: number): number {
  const digits = latin1(text.subarray(at, at + 2));
  return /^[0-9A-Fa-f]{2}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}

/** How many characters the record needs by the length that it states; NaN when it states none. */
function statedLength(text: Uint8Array): number {
  return text.length < COUNT_END ? COUNT_END : 1 + 2 * (byteAt(text, 1) + FRAME_SIZE);
}

/** True for a last line that is no whole record: the file ends in the middle of one. */
function isCutOff(text: Uint8Array): boolean {
  return text[0] === COLON && text.length < statedLength(text);
}

const NO_DIGITS = 'it has other characters than hex digits';

interface HexRecord {
  readonly offset: number;
  readonly type: number;
  readonly data: Uint8Array;
}

function readRecord(text: Uint8Array, fail: (reason: string) => VescError): HexRecord {
  if (text[0] !== COLON) throw fail('it does not begin with a colon');
  // Compared before anything is decoded: a line may be as long as the file.
  const stated = statedLength(text);
  if (Number.isNaN(stated)) throw fail(NO_DIGITS);
  if (text.length < stated) throw fail('the record is shorter than it says');
  if (text.length > stated) throw fail('the record is longer than it says');
  const digits = latin1(text.subarray(1));
  if (!/^[0-9A-Fa-f]+$/.test(digits)) throw fail(NO_DIGITS);
  const bytes = fromHex(digits);
  if (bytes.reduce((sum, byte) => sum + byte, 0) % 0x100 !== 0) throw fail('its checksum does not agree');
  const type = bytes[3]!;
  const data = bytes.subarray(4, -1);
  if (type !== DATA) {
    const length = LENGTHS[type];
    if (length === undefined) throw fail(`record type ${toHex(bytes.subarray(3, 4))} is unknown`);
    if (data.length !== length)
      throw fail(`a record of type 0${type} has ${length} bytes, not ${data.length}`);
  }
  return { offset: word(bytes.subarray(1)), type, data };
}

/** The first two bytes, big-endian. */
function word(bytes: Uint8Array): number {
  return bytes[0]! * 0x100 + bytes[1]!;
}
