import type { ByteReader } from '../bytes';
import { CommandId } from '../commandId';
import { contents, contentsOf, message } from './message';

/** A step of a log that LispBM code writes through the interface (facts 2.7, 6.00 or newer). */
export type LogStep =
  | {
      readonly kind: 'start';
      readonly fields: number;
      readonly rate_Hz: number;
      readonly appendTime: boolean;
      readonly appendGnss: boolean;
      readonly appendGnssTime: boolean;
    }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'field';
      readonly index: number;
      readonly key: string;
      readonly name: string;
      readonly unit: string;
      /** Digits behind the point. */
      readonly precision: number;
      readonly relative: boolean;
      readonly timestamp: boolean;
    }
  /** Values of the fields from `firstField` on. */
  | { readonly kind: 'data'; readonly firstField: number; readonly values: readonly number[] };

function data(reader: ByteReader, width: number, read: () => number): LogStep {
  const firstField = reader.i16();
  const length = Math.floor(reader.remaining / width);
  return { kind: 'data', firstField, values: Array.from({ length }, read) };
}

const READERS = new Map<number, (reader: ByteReader) => LogStep>([
  [
    CommandId.LOG_START,
    (reader) => ({
      kind: 'start',
      fields: reader.i16(),
      rate_Hz: reader.f32a(),
      appendTime: reader.u8() !== 0,
      appendGnss: reader.u8() !== 0,
      appendGnssTime: reader.u8() !== 0,
    }),
  ],
  [CommandId.LOG_STOP, () => ({ kind: 'stop' })],
  [
    CommandId.LOG_CONFIG_FIELD,
    (reader) => ({
      kind: 'field',
      index: reader.i16(),
      key: reader.string(),
      name: reader.string(),
      unit: reader.string(),
      precision: reader.u8(),
      relative: reader.u8() !== 0,
      timestamp: reader.u8() !== 0,
    }),
  ],
  [CommandId.LOG_DATA_F32, (reader) => data(reader, 4, () => reader.f32a())],
  [CommandId.LOG_DATA_F64, (reader) => data(reader, 8, () => reader.f64a())],
]);

/** The log step in `payload`; `undefined` for any other payload. */
export function decodeLogStep(payload: Uint8Array): LogStep | undefined {
  return READERS.get(payload[0] ?? -1)?.(contents(payload));
}

/** Sends bytes to the app (LispBM, QML or C) that runs in the controller. */
export function customAppData(bytes: Uint8Array): Uint8Array {
  return message(CommandId.CUSTOM_APP_DATA).bytes(bytes).finish();
}

/** The bytes that the app sent; `undefined` for any other payload. */
export function decodeCustomAppData(payload: Uint8Array): Uint8Array | undefined {
  return contentsOf(CommandId.CUSTOM_APP_DATA, payload)?.take();
}

/** Sends bytes to what is particular to the hardware. */
export function customHwData(bytes: Uint8Array): Uint8Array {
  return message(CommandId.CUSTOM_HW_DATA).bytes(bytes).finish();
}

/** The bytes that the hardware's own code sent; `undefined` for any other payload. */
export function decodeCustomHwData(payload: Uint8Array): Uint8Array | undefined {
  return contentsOf(CommandId.CUSTOM_HW_DATA, payload)?.take();
}
