import { crc16 } from '../protocol/crc16';
import { MAX_CONTROLLER_PAYLOAD } from '../protocol/frame';

/** A command as it lies in the controller's receive buffer. */
export interface Received {
  /** The payload and what lies behind it in the buffer: short requests are read on into that (facts 1.2). */
  readonly bytes: Uint8Array;
  /** How much of it is the payload. */
  readonly length: number;
}

const BUFFER_LENGTH = MAX_CONTROLLER_PAYLOAD + 8;
const NEED_MORE = -2;
const REFUSED = -1;
const TRAILER_LENGTH = 3;
const STOP = 3;

/**
 * The firmware's own frame parser (facts 1.2), with its weaknesses: a false start holds back what follows until as
 * many bytes as it announces have come, and every refused start costs one byte.
 */
export class FrameReceiver {
  private readonly buffer = new Uint8Array(BUFFER_LENGTH);
  private read = 0;
  private write = 0;
  private bytesLeft = 0;

  /** Takes one byte; calls `deliver` for every frame it completes. */
  push(byte: number, deliver: (received: Received) => void): void {
    if (this.write - this.read >= BUFFER_LENGTH) {
      this.reset();
      this.buffer[this.write++] = byte;
      return;
    }
    if (this.write >= BUFFER_LENGTH) {
      this.buffer.copyWithin(0, this.read, this.write);
      this.write -= this.read;
      this.read = 0;
    }
    this.buffer[this.write++] = byte;
    if (this.bytesLeft > 1) {
      this.bytesLeft--;
      return;
    }
    for (let taken = this.decode(deliver); taken !== NEED_MORE; taken = this.decode(deliver)) {
      this.read += taken === REFUSED ? 1 : taken;
    }
    if (this.read === this.write) this.read = this.write = 0;
  }

  reset(): void {
    this.read = this.write = this.bytesLeft = 0;
  }

  /** Tries a frame at the read position: its whole length, or why there is none. */
  private decode(deliver: (received: Received) => void): number {
    const available = this.write - this.read;
    const header = this.buffer[this.read]!;
    if (available === 0) return this.wait(1);
    if (header !== 2 && header !== 3) return REFUSED;
    if (available < header) return this.wait(header - available);
    const high = this.buffer[this.read + 1]!;
    const length = header === 2 ? high : (high << 8) | this.buffer[this.read + 2]!;
    if (length < (header === 2 ? 1 : 255) || length > MAX_CONTROLLER_PAYLOAD) return REFUSED;
    const total = header + length + TRAILER_LENGTH;
    if (available < total) return this.wait(total - available);
    if (this.buffer[this.read + total - 1] !== STOP) return REFUSED;
    const start = this.read + header;
    const end = start + length;
    if (crc16(this.buffer, start, end) !== ((this.buffer[end]! << 8) | this.buffer[end + 1]!)) return REFUSED;
    deliver({ bytes: this.buffer.slice(start), length });
    return total;
  }

  private wait(bytes: number): typeof NEED_MORE {
    this.bytesLeft = bytes;
    return NEED_MORE;
  }
}

/** The bytes that came in and were not parsed yet. What does not fit is lost: there is no flow control (trap 10). */
export class ByteRing {
  private readonly bytes: Uint8Array;
  private head = 0;
  private tail = 0;

  /** @param size slots; one always stays free */
  constructor(private readonly size = 2048) {
    this.bytes = new Uint8Array(size);
  }

  get length(): number {
    return (this.head - this.tail + this.size) % this.size;
  }

  put(byte: number): void {
    const next = (this.head + 1) % this.size;
    if (next === this.tail) return;
    this.bytes[this.head] = byte;
    this.head = next;
  }

  take(): number | undefined {
    if (this.head === this.tail) return undefined;
    const byte = this.bytes[this.tail]!;
    this.tail = (this.tail + 1) % this.size;
    return byte;
  }

  clear(): void {
    this.head = this.tail = 0;
  }
}
