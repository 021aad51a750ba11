import { crc16, crc16Between, CRC16_TABLE } from './crc16';

/**
 * Frames (facts 1.1): start byte (2 or 3, which is also the header's size), payload length in 1 or 2 bytes,
 * payload, CRC-16 of the payload, stop byte 3. The 3-byte length form starts at 65535 bytes, above every limit.
 */
const START_SHORT = 2;
const START_LONG = 3;
const STOP = 3;
const TRAILER_LENGTH = 3;
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

interface FoundFrame {
  readonly start: number;
  readonly payload: Uint8Array;
}

/**
 * Finds frames in a byte stream that may hold anything.
 *
 * Every position that could begin a frame is followed at the same time, so neither noise nor a frame cut short
 * ever holds back a good frame behind it, which the reference parser does for up to 473 bytes. Each byte costs
 * one CRC step and each candidate a constant, whatever the feed size: a candidate's CRC is the difference of two
 * running CRCs. A frame inside another frame of the same feed is that frame's content and not delivered.
 */
export class FrameDecoder {
  private readonly bytes = new Uint8Array(RING);
  /** `running[p]` is the CRC of everything before position p. */
  private readonly running = new Uint16Array(RING);
  /**
   * By last byte of the frame: the newest candidate ending there, and from each candidate to the next older one.
   * Entries are never removed; those from the ring's last round are recognised by their age.
   */
  private readonly endingAt = new Float64Array(RING).fill(NOWHERE);
  private readonly older = new Float64Array(RING);
  /** By start of a candidate: 1 when a delivered frame took its place. */
  private readonly dead = new Uint8Array(RING);
  /** No candidate may start before this position. */
  private coveredTo = 0;
  private position = 0;
  private delivered = 0;

  /** @param maxPayload longest payload believed, at most 10000 bytes */
  constructor(private readonly maxPayload: number = MAX_PAYLOAD) {}

  /** Takes the next bytes of the stream and returns the payloads completed by them, oldest first. */
  push(chunk: Uint8Array): Uint8Array[] {
    const found: FoundFrame[] = [];
    const { bytes, running, position, maxPayload } = this;
    const table = CRC16_TABLE;
    let slot = position & MASK;
    let crc = running[slot]!;
    let last = bytes[(slot - 1) & MASK]!;
    let lastButOne = bytes[(slot - 2) & MASK]!;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      bytes[slot] = byte;
      slot = (slot + 1) & MASK;
      crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ byte]!;
      running[slot] = crc;
      if (byte === STOP) this.complete(position + i, found);
      if (last === START_SHORT && byte > 0 && byte <= maxPayload) {
        this.follow(position + i - 1, position + i + byte + TRAILER_LENGTH);
      }
      if (lastButOne === START_LONG) {
        const length = (last << 8) | byte;
        if (length >= LONG_FORM_MIN && length <= maxPayload) {
          this.follow(position + i - 2, position + i + length + TRAILER_LENGTH);
        }
      }
      lastButOne = last;
      last = byte;
    }
    this.position = position + chunk.length;
    this.delivered += found.length;
    return found.map((frame) => frame.payload);
  }

  /** Forgets everything half received, as on a new connection. */
  reset(): void {
    this.coveredTo = this.position;
    this.dead.fill(1);
  }

  /** Frames delivered and bytes seen so far: a line that only talks noise has bytes and no frames. */
  get statistics(): { readonly bytes: number; readonly frames: number } {
    return { bytes: this.position, frames: this.delivered };
  }

  private follow(start: number, end: number): void {
    if (start < this.coveredTo) return;
    const slot = end & MASK;
    this.older[start & MASK] = this.endingAt[slot]!;
    this.endingAt[slot] = start;
    this.dead[start & MASK] = 0;
  }

  /** The byte at `end` is a stop byte: takes the outermost candidate ending here whose CRC holds, if any. */
  private complete(end: number, found: FoundFrame[]): void {
    let outermost = NOWHERE;
    let start = this.endingAt[end & MASK]!;
    while (start > end - RING) {
      if (this.dead[start & MASK] === 0 && this.holds(start, end)) outermost = start;
      start = this.older[start & MASK]!;
    }
    if (outermost === NOWHERE) return;
    while (found.length > 0 && found[found.length - 1]!.start >= outermost) found.pop();
    const from = outermost + this.bytes[outermost & MASK]!;
    found.push({ start: outermost, payload: this.copy(from, end - 2) });
    this.cover(outermost, end + 1);
  }

  private holds(start: number, end: number): boolean {
    const from = start + this.bytes[start & MASK]!;
    const to = end - 2;
    const sent = (this.bytes[to & MASK]! << 8) | this.bytes[(to + 1) & MASK]!;
    return crc16Between(this.running[from & MASK]!, this.running[to & MASK]!, to - from) === sent;
  }

  private copy(from: number, to: number): Uint8Array {
    const first = from & MASK;
    const last = to & MASK;
    if (first < last) return this.bytes.slice(first, last);
    const payload = new Uint8Array(to - from);
    payload.set(this.bytes.subarray(first));
    payload.set(this.bytes.subarray(0, last), RING - first);
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
