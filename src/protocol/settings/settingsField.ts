import { type ByteReader, type ByteWriter } from '../bytes';

/** How a setting stands in its blob, in the names of facts 1.3. */
export type WireType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f16' | 'f32' | 'f32a';

/** One named value of an enumeration of the firmware. */
export interface Enumerator {
  readonly name: string;
  readonly value: number;
}

/** What the number on the wire stands for. */
export type SettingMeaning =
  | { readonly kind: 'number' }
  | { readonly kind: 'bool' }
  /** A bit field. */
  | { readonly kind: 'flags' }
  | { readonly kind: 'enumeration'; readonly name: string; readonly enumerators: readonly Enumerator[] };

/** One setting of a layout, named as in the firmware's structure: `l_current_max`, `imu_conf.gyro_offsets[0]`. */
export interface SettingsField {
  readonly name: string;
  readonly wire: WireType;
  /** What the integer of an `f16` or `f32` is divided by; 1 for all others. */
  readonly scale: number;
  readonly meaning: SettingMeaning;
  /** Of the value as the firmware holds it: `A`, `°C`; absent where it has none. */
  readonly unit?: string;
}

/** The values a field can hold, and the distance from one to the next; none where it follows the magnitude. */
export interface FieldRange {
  readonly min: number;
  readonly max: number;
  readonly step?: number;
}

interface WireFormat {
  readonly range: FieldRange;
  read(reader: ByteReader, scale: number): number;
  write(writer: ByteWriter, value: number, scale: number): unknown;
}

const MAX_SINGLE = 3.4028234663852886e38;

/** A whole number of so many bits. */
function range(bits: number, signed: boolean): FieldRange {
  return signed
    ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1, step: 1 }
    : { min: 0, max: 2 ** bits - 1, step: 1 };
}

const FORMATS: Readonly<Record<WireType, WireFormat>> = {
  u8: { range: range(8, false), read: (r) => r.u8(), write: (w, value) => w.u8(Math.round(value)) },
  i8: { range: range(8, true), read: (r) => r.i8(), write: (w, value) => w.i8(Math.round(value)) },
  u16: { range: range(16, false), read: (r) => r.u16(), write: (w, value) => w.u16(Math.round(value)) },
  i16: { range: range(16, true), read: (r) => r.i16(), write: (w, value) => w.i16(Math.round(value)) },
  u32: { range: range(32, false), read: (r) => r.u32(), write: (w, value) => w.u32(Math.round(value)) },
  i32: { range: range(32, true), read: (r) => r.i32(), write: (w, value) => w.i32(Math.round(value)) },
  f16: {
    range: range(16, true),
    read: (r, scale) => r.f16(scale),
    write: (w, value, scale) => w.f16(value, scale),
  },
  f32: {
    range: range(32, true),
    read: (r, scale) => r.f32(scale),
    write: (w, value, scale) => w.f32(value, scale),
  },
  f32a: {
    range: { min: -MAX_SINGLE, max: MAX_SINGLE },
    read: (r) => r.f32a(),
    write: (w, value) => w.f32a(value),
  },
};

/** True for a text that names a wire type. */
export function isWireType(text: string): text is WireType {
  return Object.hasOwn(FORMATS, text);
}

/** Reads the value of `field`; for an enumeration its number. */
export function readField({ wire, scale }: SettingsField, reader: ByteReader): number {
  return FORMATS[wire].read(reader, scale);
}

/** Writes the value of `field`, rounded to what it can hold; outside of {@link fieldRange} it wraps. */
export function writeField({ wire, scale }: SettingsField, writer: ByteWriter, value: number): void {
  FORMATS[wire].write(writer, value, scale);
}

/** What `field` can hold. */
export function fieldRange({ wire, scale }: Pick<SettingsField, 'wire' | 'scale'>): FieldRange {
  const { min, max, step } = FORMATS[wire].range;
  return step === undefined ? { min, max } : { min: min / scale, max: max / scale, step: step / scale };
}
