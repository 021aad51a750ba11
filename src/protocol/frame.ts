import { crc16, crc16Between, CRC16_TABLE } from './crc16';

/**
 * Frames (facts 1.1): start byte (2 or 3, which is also the header's size), payload length in 1 or 2 bytes,
 * payload, CRC-16 of the payload, stop byte 3. The 3-byte length form starts at 65535 bytes, above every limit.
 */
const START_SHORT = 2;
const START_LONG = 3;
const STOP = 3;
const TRAILER_LENGTH = 3;
/** A frame of one byte. */
const SHORTEST = 6;
/** A long frame announcing less is refused by the firmware, although it only sends longer ones than this. */
const LONG_FORM_MIN = 255;
/** What the firmware, its modules and bridges accept: `PACKET_MAX_PL_LEN`. */
export const MAX_CONTROLLER_PAYLOAD = 512;
/** What we accept: Express answers with up to 3909 bytes, VESC Tool takes 10000. */
export const MAX_PAYLOAD = 10_000;

/**
 * The frame that carries `payload` (1 to 10000 bytes).
 * @throws RangeError when the payload cannot be framed; a programming error, never data's fault.
 */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  const length = payload.length;
  if (length < 1 || length > MAX_PAYLOAD) throw new RangeError(`a frame cannot carry ${length} bytes`);
  const header = length < 256 ? START_SHORT : START_LONG;
  const frame = new Uint8Array(header + length + TRAILER_LENGTH);
  frame[0] = header;
  if (header === START_LONG) frame[1] = length >> 8;
  frame[header - 1] = length & 0xff;
  frame.set(payload, header);
  const crc = crc16(payload);
  frame[header + length] = crc >> 8;
  frame[header + length + 1] = crc & 0xff;
  frame[header + length + 2] = STOP;
  return frame;
}

/** One ring for all the positions a frame in the making can reach back to; a power of two above 10006. */
const RING = 16_384;
const MASK = RING - 1;
const NOWHERE = -RING;
/** Payloads of this many bytes get their memory together. */
const POOL = 16_384;
const NONE: readonly Uint8Array[] = [];

/**
 * Finds frames in a byte stream that may hold anything.
 *
 * Every position that could begin a frame is followed at the same time, so neither noise nor a frame cut short
 * ever holds back a good frame behind it, which the reference parser does for up to 473 bytes. Each byte costs
 * one CRC step and each candidate a constant, whatever the feed size: a candidate's CRC is the difference of two
 * running CRCs. A frame inside another frame of the same feed is that frame's content and not delivered.
 *
 * On a sound line nearly every frame starts where the last one ended and lies whole in the feed. Such a frame is
 * taken at once, without following what its content looks like, provided that no earlier candidate reaches into it.
 */
export class FrameDecoder {
  private readonly bytes = new Uint8Array(RING);
  /** `running[p]` is the CRC of everything before position p, but for a difference that is the same around p. */
  private readonly running = new Uint16Array(RING);
  /**
   * By last byte of the frame: the newest candidate ending there. Entries are never removed; those from the ring's
   * last round are recognised by their age.
   */
  private readonly endingAt = new Float64Array(RING).fill(NOWHERE);
  /** From each candidate to the next older one with the same end: how far back; 0 for none. */
  private readonly older = new Uint16Array(RING);
  /** By start of a candidate: 1 when a delivered frame took its place. */
  private readonly dead = new Uint8Array(RING);
  /** No living candidate ends behind this byte; by start of a candidate: how far behind it that was before, if it was. */
  private reach = NOWHERE;
  private readonly reachBefore = new Uint16Array(RING);
  /** No candidate may start before this position. */
  private coveredTo = 0;
  private position = 0;
  private delivered = 0;
  /** What was found in this feed, and where it starts. */
  private found: Uint8Array[] = [];
  private starts: number[] = [];
  /** Memory for payloads that came in pieces; used up, never used again. */
  private pool = new Uint8Array(0);

  /** @param maxPayload longest payload believed, at most 10000 bytes */
  constructor(private readonly maxPayload: number = MAX_PAYLOAD) {}

  /** Takes the next bytes of the stream and returns the payloads completed by them, oldest first. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    // One copy for all payloads of the feed: memory for each of them would take longer than finding them.
    let copy: Uint8Array | undefined;
    let at = 0;
    while (at < chunk.length) {
      if (this.coveredTo === this.position && this.reach < this.position && at + SHORTEST <= chunk.length) {
        copy ??= new Uint8Array(chunk);
        at = this.take(copy, at);
      }
      at = this.search(chunk, at);
    }
    const { found } = this;
    if (found.length === 0) return NONE;
    this.found = [];
    this.starts = [];
    this.delivered += found.length;
    return found;
  }

  /** Forgets everything half received, as on a new connection. */
  reset(): void {
    this.coveredTo = this.position;
    this.reach = NOWHERE;
    this.dead.fill(1);
  }

  /** Frames delivered and bytes seen so far: a line that only talks noise has bytes and no frames. */
  get statistics(): { readonly bytes: number; readonly frames: number } {
    return { bytes: this.position, frames: this.delivered };
  }

  /** Takes the frames that follow each other from `at` on; returns where they end. Nothing else is under way. */
  private take(feed: Uint8Array, at: number): number {
    let end = at;
    while (end + SHORTEST <= feed.length) {
      const from = end + feed[end]!;
      const to = from + this.announced(feed, end);
      if (to === from || to + TRAILER_LENGTH > feed.length || feed[to + 2] !== STOP) break;
      if (crc16(feed, from, to) !== ((feed[to]! << 8) | feed[to + 1]!)) break;
      this.starts.push(this.position + end - at);
      this.found.push(feed.subarray(from, to));
      end = to + TRAILER_LENGTH;
    }
    this.position += end - at;
    this.coveredTo = this.position;
    this.running[this.position & MASK] = 0;
    return end;
  }

  /** How long the payload is whose header is at `at`, as far as that can be believed; 0 for none. */
  private announced(bytes: Uint8Array, at: number): number {
    const start = bytes[at];
    let length = 0;
    if (start === START_SHORT) length = bytes[at + 1]!;
    if (start === START_LONG) {
      length = (bytes[at + 1]! << 8) | bytes[at + 2]!;
      if (length < LONG_FORM_MIN) return 0;
    }
    return length <= this.maxPayload ? length : 0;
  }

  /** Goes on byte by byte until a frame is complete; returns the place behind it, or the end of the feed. */
  private search(chunk: Uint8Array, at: number): number {
    const { bytes, running, position, maxPayload } = this;
    const table = CRC16_TABLE;
    const base = position - at;
    let slot = position & MASK;
    let crc = running[slot]!;
    let last = bytes[(slot - 1) & MASK]!;
    let lastButOne = bytes[(slot - 2) & MASK]!;
    let i = at;
    while (i < chunk.length) {
      const byte = chunk[i]!;
      bytes[slot] = byte;
      slot = (slot + 1) & MASK;
      crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ byte]!;
      running[slot] = crc;
      const end = base + i++;
      if (byte === STOP && this.complete(end)) break;
      if (last === START_SHORT && byte > 0 && byte <= maxPayload) {
        this.follow(end - 1, end + byte + TRAILER_LENGTH);
      }
      if (lastButOne === START_LONG) {
        const length = (last << 8) | byte;
        if (length >= LONG_FORM_MIN && length <= maxPayload) {
          this.follow(end - 2, end + length + TRAILER_LENGTH);
        }
      }
      lastButOne = last;
      last = byte;
    }
    this.position = base + i;
    return i;
  }

  private follow(start: number, end: number): void {
    if (start < this.coveredTo) return;
    const slot = end & MASK;
    const first = start & MASK;
    const back = start - this.endingAt[slot]!;
    this.older[first] = back < RING ? back : 0;
    this.endingAt[slot] = start;
    this.dead[first] = 0;
    this.reachBefore[first] = Math.max(0, this.reach - start);
    if (end > this.reach) this.reach = end;
  }

  /**
   * The byte at `end` is a stop byte: takes the outermost candidate ending here whose CRC holds. Returns false when
   * there is none.
   */
  private complete(end: number): boolean {
    let outermost = NOWHERE;
    let start = this.endingAt[end & MASK]!;
    while (start > end - RING) {
      if (this.dead[start & MASK] === 0 && this.holds(start, end)) outermost = start;
      start -= this.older[start & MASK]! || RING;
    }
    if (outermost === NOWHERE) return false;
    const { found, starts } = this;
    while (starts.length > 0 && starts[starts.length - 1]! >= outermost) {
      starts.pop();
      found.pop();
    }
    starts.push(outermost);
    found.push(this.copy(outermost + this.bytes[outermost & MASK]!, end - 2));
    this.reach = outermost + this.reachBefore[outermost & MASK]!;
    this.cover(outermost, end + 1);
    return true;
  }

  private holds(start: number, end: number): boolean {
    const from = start + this.bytes[start & MASK]!;
    const to = end - 2;
    const sent = (this.bytes[to & MASK]! << 8) | this.bytes[(to + 1) & MASK]!;
    return crc16Between(this.running[from & MASK]!, this.running[to & MASK]!, to - from) === sent;
  }

  private copy(from: number, to: number): Uint8Array {
    const length = to - from;
    if (length > this.pool.length) this.pool = new Uint8Array(POOL);
    const payload = this.pool.subarray(0, length);
    this.pool = this.pool.subarray(length);
    const first = from & MASK;
    const last = to & MASK;
    if (first < last) {
      payload.set(this.bytes.subarray(first, last));
    } else {
      payload.set(this.bytes.subarray(first));
      payload.set(this.bytes.subarray(0, last), RING - first);
    }
    return payload;
  }

  private cover(from: number, to: number): void {
    this.coveredTo = to;
    const first = from & MASK;
    const last = to & MASK;
    if (first < last) this.dead.fill(1, first, last);
    else this.dead.fill(1, first).fill(1, 0, last);
  }
}
