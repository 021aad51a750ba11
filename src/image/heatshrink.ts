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
/** No place: older than the window at any time. */
const NOWHERE = -WINDOW - 1;

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
 * Finds the longest copy at every place. The places behind it are kept in binary search trees, ordered by the 32 bytes
 * that follow, one tree for each hash of three bytes; the newest place is always the root and every place is older
 * than the one above, so that what has left the window hangs together and is cut off at once. The next place to look
 * at is inserted on the way down, which passes its neighbours in the order: no other place has more bytes in common.
 * Takes about the same time for any input, unlike chains. The decoder's window starts out as zeros, so this does too.
 */
function findMatches(input: Uint8Array): Matches {
  const counts = new Uint8Array(input.length);
  const distances = new Uint16Array(input.length);
  const end = WINDOW + input.length;
  const bytes = new Uint8Array(end);
  bytes.set(input, WINDOW);
  const roots = new Int32Array(1 << HASH_BITS).fill(NOWHERE);
  // Two children for every place; the farthest one is still needed while the newest is inserted.
  const children = new Int32Array(4 * WINDOW);
  const mask = 2 * WINDOW - 1;
  for (let at = 0; at + MIN_COUNT <= end; at++) {
    const key = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const hash = Math.imul(key, 0x9e3779b1) >>> (32 - HASH_BITS);
    const limit = Math.min(MAX_COUNT, end - at);
    const oldest = at - WINDOW;
    let count = MIN_COUNT - 1;
    let distance = 0;
    let place = roots[hash]!;
    roots[hash] = at;
    // Where the next place that is ordered before, or behind, this one belongs, and how much it has in common at least.
    let before = 2 * (at & mask);
    let behind = before + 1;
    let sameBefore = 0;
    let sameBehind = 0;
    for (;;) {
      if (place < oldest) {
        children[before] = NOWHERE;
        children[behind] = NOWHERE;
        break;
      }
      const child = 2 * (place & mask);
      let same = Math.min(sameBefore, sameBehind);
      while (same < limit && bytes[place + same] === bytes[at + same]) same++;
      if (same > count) {
        count = same;
        distance = at - place;
      }
      if (same === limit) {
        // All that counts is equal: this place replaces the older one.
        children[before] = children[child]!;
        children[behind] = children[child + 1]!;
        break;
      }
      if (bytes[place + same]! < bytes[at + same]!) {
        children[before] = place;
        before = child + 1;
        place = children[before]!;
        sameBefore = same;
      } else {
        children[behind] = place;
        behind = child;
        place = children[behind]!;
        sameBehind = same;
      }
    }
    if (distance > 0 && at >= WINDOW) {
      counts[at - WINDOW] = count;
      distances[at - WINDOW] = distance;
    }
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
