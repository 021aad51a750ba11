/**
 * Heatshrink with window 13 and lookahead 5, the compression the bootloader undoes (facts 3.4): a bit stream, most
 * significant bit first, of `1` + 8 bits (a literal) and `0` + 13 bits (distance − 1) + 5 bits (count − 1).
 */

const WINDOW_BITS = 13;
const COUNT_BITS = 5;
const LITERAL_BITS = 9;
const COPY_BITS = 1 + WINDOW_BITS + COUNT_BITS;
const WINDOW = 1 << WINDOW_BITS;
const MAX_COUNT = 1 << COUNT_BITS;

/**
 * Undoes the compression as the bootloader does: bytes before the start of the output count as 0, and the stream
 * ends where fewer bits remain than a token needs. Any input is accepted; the output is never longer than
 * `expectedLength`, nor than 32 bytes for every 19 bits of input.
 */
export function decompress(bytes: Uint8Array, expectedLength = Number.POSITIVE_INFINITY): Uint8Array {
  const capacity = Math.min(expectedLength, Math.ceil((bytes.length * 8 * MAX_COUNT) / COPY_BITS));
  const output = new Uint8Array(capacity);
  let length = 0;
  let read = 0;
  let bits = 0;
  let bitCount = 0;
  while (length < capacity) {
    while (bitCount < COPY_BITS && read < bytes.length) {
      bits = (bits << 8) | bytes[read++]!;
      bitCount += 8;
    }
    const literal = bitCount > 0 && bits >>> (bitCount - 1) === 1;
    const needed = literal ? LITERAL_BITS : COPY_BITS;
    if (bitCount < needed) break;
    bitCount -= needed;
    const token = bits >>> bitCount;
    bits &= (1 << bitCount) - 1;
    if (literal) {
      output[length++] = token & 0xff;
    } else {
      const distance = (token >>> COUNT_BITS) + 1;
      const end = Math.min(length + (token & (MAX_COUNT - 1)) + 1, capacity);
      while (length < end) {
        output[length] = length < distance ? 0 : output[length - distance]!;
        length++;
      }
    }
  }
  return output.slice(0, length);
}

/** A copy of two bytes (19 bits) is longer than two literals (18 bits). */
const MIN_COUNT = 3;
const HASH_BITS = 16;

/** Bits of output, most significant first. */
class BitWriter {
  private readonly bytes: Uint8Array;
  private length = 0;
  private bits = 0;
  private bitCount = 0;

  constructor(bitLength: number) {
    this.bytes = new Uint8Array(Math.ceil(bitLength / 8));
  }

  /** Appends the low `count` bits of `value`, at most 19. */
  write(value: number, count: number): void {
    this.bits = (this.bits << count) | value;
    this.bitCount += count;
    while (this.bitCount >= 8) {
      this.bitCount -= 8;
      this.bytes[this.length++] = (this.bits >>> this.bitCount) & 0xff;
    }
    this.bits &= (1 << this.bitCount) - 1;
  }

  /** All that was written; the last byte is filled up with zeros. */
  finish(): Uint8Array {
    if (this.bitCount > 0) this.bytes[this.length] = (this.bits << (8 - this.bitCount)) & 0xff;
    return this.bytes;
  }
}

/** The longest copy possible at every place of an input: how many bytes (0 or at least {@link MIN_COUNT}), from how far. */
interface Matches {
  readonly counts: Uint8Array;
  readonly distances: Uint16Array;
}

/**
 * Finds the longest copy at every place, by chains of places whose next three bytes have the same hash. The decoder's
 * window starts out as zeros, so the search does too.
 */
function findMatches(input: Uint8Array): Matches {
  const counts = new Uint8Array(input.length);
  const distances = new Uint16Array(input.length);
  const end = WINDOW + input.length;
  const bytes = new Uint8Array(end);
  bytes.set(input, WINDOW);
  const newest = new Int32Array(1 << HASH_BITS).fill(-1);
  const older = new Int32Array(WINDOW);
  for (let at = 0; at + MIN_COUNT <= end; at++) {
    const key = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const hash = Math.imul(key, 0x9e3779b1) >>> (32 - HASH_BITS);
    if (at >= WINDOW) {
      const limit = Math.min(MAX_COUNT, end - at);
      const oldest = at - WINDOW;
      let count = MIN_COUNT - 1;
      let distance = 0;
      let candidate = newest[hash]!;
      while (candidate >= oldest && count < limit) {
        if (bytes[candidate + count] === bytes[at + count] && bytes[candidate] === bytes[at]) {
          let same = 1;
          while (same < limit && bytes[candidate + same] === bytes[at + same]) same++;
          if (same > count) {
            count = same;
            distance = at - candidate;
          }
        }
        candidate = older[candidate & (WINDOW - 1)]!;
      }
      if (distance > 0) {
        counts[at - WINDOW] = count;
        distances[at - WINDOW] = distance;
      }
    }
    older[at & (WINDOW - 1)] = newest[hash]!;
    newest[hash] = at;
  }
  return { counts, distances };
}

/**
 * Compresses to the fewest bits the format allows. Every copy costs the same, and what follows never gets cheaper by
 * starting earlier (a copy can lose its first byte), so at each place only one literal and the longest copy compete;
 * the cheapest way from there to the end is computed from the end.
 */
export function compress(bytes: Uint8Array): Uint8Array {
  const { counts, distances } = findMatches(bytes);
  const bitsToEnd = new Int32Array(bytes.length + 1);
  for (let at = bytes.length - 1; at >= 0; at--) {
    const literal = LITERAL_BITS + bitsToEnd[at + 1]!;
    const count = counts[at]!;
    const copy = count > 0 ? COPY_BITS + bitsToEnd[at + count]! : literal;
    if (copy < literal) {
      bitsToEnd[at] = copy;
    } else {
      bitsToEnd[at] = literal;
      counts[at] = 0;
    }
  }
  const output = new BitWriter(bitsToEnd[0]!);
  for (let at = 0; at < bytes.length;) {
    const count = counts[at]!;
    if (count > 0) {
      output.write(((distances[at]! - 1) << COUNT_BITS) | (count - 1), COPY_BITS);
      at += count;
    } else {
      output.write(0x100 | bytes[at]!, LITERAL_BITS);
      at++;
    }
  }
  return output.finish();
}
