/**
 * Reading and writing the wire's numbers and strings (facts 1.3): big-endian, scaled integers, NUL-terminated
 * strings. In names, `f16`, `f32` and `f64` are integers of that many bits divided by a scale, as in the
 * firmware's `buffer_get_float16` and so on; `f32a` is its `float32_auto`.
 */

/** Thrown when a payload ends before the field that is read; callers turn it into "not a valid reply". */
export class EndOfPayload extends RangeError {
  constructor(wanted: number, remaining: number) {
    super(`${wanted} bytes wanted, ${remaining} left in the payload`);
  }
}

/** Below this magnitude the firmware's `float32_auto` sends zero. */
const SMALLEST_F32A = 1.5e-38;

/** One code unit a byte, as the firmware keeps its strings. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}

/** The bytes of `text`; a character above U+00FF becomes '?', because the firmware has no other code. */
export function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff ? 0x3f : code;
  });
}

/** Lower-case hex digits, two a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of an even number of hex digits. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

/** An address or a register in words: `0x0800c123`. */
export function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function scaled(value: number, scale: number): number {
  return Math.sign(value) * Math.round(Math.abs(value * scale));
}

/** Reads a payload from front to back. Every read beyond the end throws {@link EndOfPayload}. */
export class ByteReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private offset = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.view.getUint8(this.advance(1));
  }
  i8(): number {
    return this.view.getInt8(this.advance(1));
  }
  u16(): number {
    return this.view.getUint16(this.advance(2));
  }
  i16(): number {
    return this.view.getInt16(this.advance(2));
  }
  u32(): number {
    return this.view.getUint32(this.advance(4));
  }
  i32(): number {
    return this.view.getInt32(this.advance(4));
  }
  i64(): bigint {
    return this.view.getBigInt64(this.advance(8));
  }
  f16(scale: number): number {
    return this.i16() / scale;
  }
  f32(scale: number): number {
    return this.i32() / scale;
  }
  f64(scale: number): number {
    return Number(this.i64()) / scale;
  }
  f32a(): number {
    return this.view.getFloat32(this.advance(4));
  }
  f64a(): number {
    return this.f32a() + this.f32a();
  }

  /** A string up to its NUL; without a NUL, up to the end of the payload. */
  string(): string {
    const nul = this.bytes.indexOf(0, this.offset);
    const end = nul < 0 ? this.bytes.length : nul;
    const text = latin1(this.bytes.subarray(this.offset, end));
    this.offset = Math.min(end + 1, this.bytes.length);
    return text;
  }

  /** A copy of the next `length` bytes; without a length, of all that is left. */
  take(length = this.remaining): Uint8Array {
    const start = this.advance(length);
    // Not slice(): that of a Buffer shares its memory.
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  private advance(length: number): number {
    if (length > this.remaining) throw new EndOfPayload(length, this.remaining);
    const start = this.offset;
    this.offset += length;
    return start;
  }
}

/** Builds a payload from front to back; every method returns the writer. */
export class ByteWriter {
  private buffer = new Uint8Array(64);
  private view = new DataView(this.buffer.buffer);
  private length = 0;

  u8(value: number): this {
    this.room(1).setUint8(this.length - 1, value);
    return this;
  }
  i8(value: number): this {
    this.room(1).setInt8(this.length - 1, value);
    return this;
  }
  u16(value: number): this {
    this.room(2).setUint16(this.length - 2, value);
    return this;
  }
  i16(value: number): this {
    this.room(2).setInt16(this.length - 2, value);
    return this;
  }
  u32(value: number): this {
    this.room(4).setUint32(this.length - 4, value);
    return this;
  }
  i32(value: number): this {
    this.room(4).setInt32(this.length - 4, value);
    return this;
  }
  i64(value: bigint): this {
    this.room(8).setBigInt64(this.length - 8, value);
    return this;
  }
  /**
   * Rounds half away from zero, as VESC Tool does; range overflow wraps. The firmware cuts off, but after a
   * multiplication in single precision: cut off in double precision, 0.29 A would become 28 hundredths.
   */
  f16(value: number, scale: number): this {
    return this.i16(scaled(value, scale));
  }
  f32(value: number, scale: number): this {
    return this.i32(scaled(value, scale));
  }
  f64(value: number, scale: number): this {
    return this.i64(BigInt(scaled(value, scale)));
  }
  /** NaN, zero of either sign and what is too small become zero, as in the firmware; infinity has no code. */
  f32a(value: number): this {
    const single = Math.fround(value);
    this.room(4).setFloat32(this.length - 4, Math.abs(single) >= SMALLEST_F32A ? single : 0);
    return this;
  }
  f64a(value: number): this {
    const high = Math.fround(value);
    return this.f32a(high).f32a(value - high);
  }
  string(text: string): this {
    return this.bytes(fromLatin1(text)).u8(0);
  }
  bytes(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length - bytes.length);
    return this;
  }

  /** What was written so far. */
  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Makes room for `by` more bytes; the view is the one to write them to, it may be a new one. */
  private room(by: number): DataView {
    this.length += by;
    if (this.length > this.buffer.length) {
      const bigger = new Uint8Array(Math.max(this.length, 2 * this.buffer.length));
      bigger.set(this.buffer);
      this.buffer = bigger;
      this.view = new DataView(bigger.buffer);
    }
    return this.view;
  }
}
