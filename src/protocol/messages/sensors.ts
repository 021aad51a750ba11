import { CommandId } from '../commandId';
import { f32, f32a, f64, FieldTable, i16, i32, u8 } from '../fields';
import type { Request } from '../request';
import { ask, askFor, contents, message } from './message';

/** Attitude and raw values of the inertial sensor. */
export interface ImuData {
  readonly roll_rad: number;
  readonly pitch_rad: number;
  readonly yaw_rad: number;
  readonly accelerationX_g: number;
  readonly accelerationY_g: number;
  readonly accelerationZ_g: number;
  readonly gyroX_degps: number;
  readonly gyroY_degps: number;
  readonly gyroZ_degps: number;
  /** The unit of the magnetometer is the sensor's own. */
  readonly magneticX: number;
  readonly magneticY: number;
  readonly magneticZ: number;
  readonly quaternionW: number;
  readonly quaternionX: number;
  readonly quaternionY: number;
  readonly quaternionZ: number;
}

export const imuFields = new FieldTable<ImuData>([
  ['roll_rad', f32a],
  ['pitch_rad', f32a],
  ['yaw_rad', f32a],
  ['accelerationX_g', f32a],
  ['accelerationY_g', f32a],
  ['accelerationZ_g', f32a],
  ['gyroX_degps', f32a],
  ['gyroY_degps', f32a],
  ['gyroZ_degps', f32a],
  ['magneticX', f32a],
  ['magneticY', f32a],
  ['magneticZ', f32a],
  ['quaternionW', f32a],
  ['quaternionX', f32a],
  ['quaternionY', f32a],
  ['quaternionZ', f32a],
]);

/** Some inertial values, and whose they are (6.05 or newer). */
export type ImuReply<K extends keyof ImuData> = Pick<ImuData, K> & { readonly controllerId?: number };

/** Reads the inertial values named in `fields`. */
export function getImuData<K extends keyof ImuData>(fields: readonly K[]): Request<ImuReply<K>> {
  const mask = imuFields.mask(fields);
  return {
    payload: message(CommandId.GET_IMU_DATA).u16(mask).finish(),
    replyId: CommandId.GET_IMU_DATA,
    decode(reply) {
      const reader = contents(reply);
      if (reader.u16() !== mask) return undefined;
      const values = imuFields.readSelected(reader, mask) as Pick<ImuData, K>;
      return reader.remaining > 0 ? { ...values, controllerId: reader.u8() } : values;
    },
  };
}

/** The answer to {@link getImuData}; without `controllerId` as firmware before 6.05 gives it. */
export function encodeImuData(values: ImuData, mask: number, controllerId?: number): Uint8Array {
  const writer = imuFields.write(message(CommandId.GET_IMU_DATA).u16(mask), values, mask);
  return (controllerId === undefined ? writer : writer.u8(controllerId)).finish();
}

/** The throttle as decoded from servo pulses. */
export interface DecodedPpm {
  /** -1 to 1. */
  readonly level: number;
  readonly pulse_ms: number;
}

export const ppmFields = new FieldTable<DecodedPpm>([
  ['level', f32(1e6)],
  ['pulse_ms', f32(1e6)],
]);

/** Reads the servo pulse input. */
export function getDecodedPpm(): Request<DecodedPpm> {
  return ask(CommandId.GET_DECODED_PPM, ppmFields);
}

/** The answer to {@link getDecodedPpm}. */
export function encodeDecodedPpm(ppm: DecodedPpm): Uint8Array {
  return ppmFields.write(message(CommandId.GET_DECODED_PPM), ppm).finish();
}

/** Throttle and brake as decoded from two voltages. */
export interface DecodedAdc {
  readonly level: number;
  readonly voltage_V: number;
  readonly level2: number;
  readonly voltage2_V: number;
}

export const adcFields = new FieldTable<DecodedAdc>([
  ['level', f32(1e6)],
  ['voltage_V', f32(1e6)],
  ['level2', f32(1e6)],
  ['voltage2_V', f32(1e6)],
]);

/** Reads the analogue inputs. */
export function getDecodedAdc(): Request<DecodedAdc> {
  return ask(CommandId.GET_DECODED_ADC, adcFields);
}

/** The answer to {@link getDecodedAdc}. */
export function encodeDecodedAdc(adc: DecodedAdc): Uint8Array {
  return adcFields.write(message(CommandId.GET_DECODED_ADC), adc).finish();
}

/** The throttle as decoded from a nunchuk remote. */
export interface DecodedChuk {
  /** -1 to 1. */
  readonly level: number;
}

export const chukFields = new FieldTable<DecodedChuk>([['level', f32(1e6)]]);

/** Reads the remote's throttle. */
export function getDecodedChuk(): Request<DecodedChuk> {
  return ask(CommandId.GET_DECODED_CHUK, chukFields);
}

/** The answer to {@link getDecodedChuk}. */
export function encodeDecodedChuk(chuk: DecodedChuk): Uint8Array {
  return chukFields.write(message(CommandId.GET_DECODED_CHUK), chuk).finish();
}

/** Position by satellite, from a receiver on the bus. */
export interface Gnss {
  readonly latitude_deg: number;
  readonly longitude_deg: number;
  readonly height_m: number;
  readonly speed_mps: number;
  /** Horizontal dilution of precision. */
  readonly hdop: number;
  readonly sinceMidnight_ms: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly age_s: number;
}

export const gnssFields = new FieldTable<Gnss>([
  ['latitude_deg', f64(1e16)],
  ['longitude_deg', f64(1e16)],
  ['height_m', f32a],
  ['speed_mps', f32a],
  ['hdop', f32a],
  ['sinceMidnight_ms', i32],
  ['year', i16],
  ['month', u8],
  ['day', u8],
  ['age_s', f32a],
]);

/** Reads the position values named in `fields` (6.00 or newer). */
export function getGnss<K extends keyof Gnss>(fields: readonly K[]): Request<Pick<Gnss, K>> {
  return askFor(CommandId.GET_GNSS, gnssFields, fields, { request: 'u16', reply: 'u32' });
}

/** The answer to {@link getGnss}. */
export function encodeGnss(gnss: Gnss, mask: number): Uint8Array {
  return gnssFields.write(message(CommandId.GET_GNSS).u32(mask), gnss, mask).finish();
}
