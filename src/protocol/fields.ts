import type { ByteReader, ByteWriter } from './bytes';

/** How one value stands on the wire: read for us, written for whoever plays the controller. */
export interface Codec<V> {
  read(reader: ByteReader): V;
  write(writer: ByteWriter, value: V): unknown;
}

export const u8: Codec<number> = {
  read: (reader) => reader.u8(),
  write: (writer, value) => writer.u8(value),
};
export const i16: Codec<number> = {
  read: (reader) => reader.i16(),
  write: (writer, value) => writer.i16(value),
};
export const i32: Codec<number> = {
  read: (reader) => reader.i32(),
  write: (writer, value) => writer.i32(value),
};
export const u32: Codec<number> = {
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value),
};
export const f32a: Codec<number> = {
  read: (reader) => reader.f32a(),
  write: (writer, value) => writer.f32a(value),
};
/** One byte; anything but 0 is true. */
export const bool: Codec<boolean> = {
  read: (reader) => reader.u8() !== 0,
  write: (writer, value) => writer.u8(value ? 1 : 0),
};
export const f16 = (scale: number): Codec<number> => ({
  read: (reader) => reader.f16(scale),
  write: (writer, value) => writer.f16(value, scale),
});
export const f32 = (scale: number): Codec<number> => ({
  read: (reader) => reader.f32(scale),
  write: (writer, value) => writer.f32(value, scale),
});
export const f64 = (scale: number): Codec<number> => ({
  read: (reader) => reader.f64(scale),
  write: (writer, value) => writer.f64(value, scale),
});
/** `length` values of the same kind, one after the other. */
export const list = <V>(length: number, codec: Codec<V>): Codec<readonly V[]> => ({
  read: (reader) => Array.from({ length }, () => codec.read(reader)),
  write: (writer, values) => {
    for (let i = 0; i < length; i++) codec.write(writer, values[i]!);
  },
});

/** A field that holds several values at once, as the status byte of GET_VALUES does. */
export interface PackedField<T> {
  readonly keys: readonly (keyof T)[];
  read(reader: ByteReader): Partial<T>;
  write(writer: ByteWriter, values: T): unknown;
}
type SimpleField<T> = { [K in keyof T]-?: readonly [key: K, codec: Codec<T[K]>] }[keyof T];

/**
 * The fields of a reply in their order. Where a reply can be asked for in parts, the place of a field is its bit
 * in the mask. One table serves both directions.
 */
export class FieldTable<T extends object> {
  private readonly fields: readonly PackedField<T>[];
  /** The mask of all fields. */
  readonly all: number;

  constructor(fields: readonly (SimpleField<T> | PackedField<T>)[]) {
    this.fields = fields.map((field) => ('read' in field ? field : packed<T>(field)));
    this.all = 2 ** fields.length - 1;
  }

  /** The mask that asks for `keys`. */
  mask(keys: readonly (keyof T)[]): number {
    return this.fields.reduce(
      (mask, field, bit) => (field.keys.some((key) => keys.includes(key)) ? mask | (1 << bit) : mask),
      0,
    );
  }

  /** Reads every field. */
  read(reader: ByteReader): T {
    return this.readSelected(reader, this.all) as T;
  }

  /** Reads the fields of `mask`; bits beyond the last field mean nothing, as in the firmware. */
  readSelected(reader: ByteReader, mask: number): Partial<T> {
    const values: Partial<T> = {};
    this.fields.forEach((field, bit) => {
      if (mask & (1 << bit)) Object.assign(values, field.read(reader));
    });
    return values;
  }

  /** Writes the fields of `mask`. */
  write(writer: ByteWriter, values: T, mask: number = this.all): ByteWriter {
    this.fields.forEach((field, bit) => {
      if (mask & (1 << bit)) field.write(writer, values);
    });
    return writer;
  }
}

function packed<T>([key, codec]: SimpleField<T>): PackedField<T> {
  return {
    keys: [key],
    read: (reader) => ({ [key]: codec.read(reader) }) as unknown as Partial<T>,
    write: (writer, values) => codec.write(writer, values[key]),
  };
}
