import { ByteReader, ByteWriter, EndOfPayload } from '../bytes';
import { type ConfigurationKind } from '../messages/configuration';
import { fieldRange, readField, type SettingsField, writeField } from './settingsField';

const HALF = 0.5;
/** Multiplying by the scale and dividing again is not exact in the last digit. */
const ROUNDING = 1e-6;

/** Which settings a firmware has, in the order of its blobs. */
export interface SettingsLayout {
  readonly kind: ConfigurationKind;
  /** What every blob of this layout begins with. */
  readonly signature: number;
  readonly fields: readonly SettingsField[];
}

/** The value of each setting by its name; of an enumeration its number, of a bool 0 or 1. */
export type SettingsValues = ReadonlyMap<string, number>;

/** Reads a blob, signature first. `undefined` when it is not one of this layout: another signature or length. */
export function decodeSettings(layout: SettingsLayout, blob: Uint8Array): SettingsValues | undefined {
  const reader = new ByteReader(blob);
  try {
    if (reader.u32() !== layout.signature) return undefined;
    const values = new Map<string, number>();
    for (const field of layout.fields) values.set(field.name, readField(field, reader));
    return reader.remaining === 0 ? values : undefined;
  } catch (error) {
    if (error instanceof EndOfPayload) return undefined;
    throw error;
  }
}

/** The blob that holds `values`, signature first; a setting without a value is 0. */
export function encodeSettings(layout: SettingsLayout, values: SettingsValues): Uint8Array {
  const writer = new ByteWriter().u32(layout.signature);
  for (const field of layout.fields) writeField(field, writer, values.get(field.name) ?? 0);
  return writer.finish();
}

/** `value` as it comes back once it was written to `field`; `undefined` when it does not fit into it. */
export function storedValue(field: SettingsField, value: number): number | undefined {
  if (!Number.isFinite(value)) return undefined;
  const writer = new ByteWriter();
  writeField(field, writer, value);
  const stored = readField(field, new ByteReader(writer.finish()));
  const { step = Infinity } = fieldRange(field);
  // What wraps comes back far away; an overflow of single precision as infinity.
  return Number.isFinite(stored) && Math.abs(stored - value) <= step * (HALF + ROUNDING) ? stored : undefined;
}
