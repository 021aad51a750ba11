import { CommandId } from '../commandId';
import { bool, type Codec, f32, FieldTable, i16, list, u8 } from '../fields';
import type { Request } from '../request';
import { ask, contents, contentsOf, message } from './message';

/**
 * Measuring the motor and its sensors (facts 2.10). All of these energise or turn the motor, take seconds and
 * block other blocking commands.
 */

/** Parameters of sensorless BLDC control. */
export interface BldcParameters {
  readonly cycleIntegratorLimit: number;
  readonly couplingK: number;
  readonly hallTable: readonly number[];
  readonly hallResult: number;
}
const bldcFields = new FieldTable<BldcParameters>([
  ['cycleIntegratorLimit', f32(1e3)],
  ['couplingK', f32(1e3)],
  ['hallTable', list(8, u8)],
  ['hallResult', u8],
]);

/** Measures the BLDC parameters. */
export function detectMotorParam(
  current_A: number,
  minErpm: number,
  lowDuty: number,
): Request<BldcParameters> {
  const id = CommandId.DETECT_MOTOR_PARAM;
  const payload = message(id).f32(current_A, 1e3).f32(minErpm, 1e3).f32(lowDuty, 1e3).finish();
  return { ...ask(id, bldcFields), payload };
}

/** Winding resistance and inductance; zeros when a fault stopped the measurement. */
export interface ResistanceInductance {
  readonly resistance_Ohm: number;
  readonly inductance_uH: number;
  /** Difference between the d and the q axis. */
  readonly inductanceDifference_uH: number;
}
const resistanceFields = new FieldTable<ResistanceInductance>([
  ['resistance_Ohm', f32(1e6)],
  ['inductance_uH', f32(1e3)],
  ['inductanceDifference_uH', f32(1e3)],
]);

/** Measures resistance and inductance. */
export function detectMotorRL(): Request<ResistanceInductance> {
  return ask(CommandId.DETECT_MOTOR_R_L, resistanceFields);
}

/** Flux linkage, and what the encoder showed meanwhile (6.06 or newer). */
export interface FluxLinkage {
  readonly fluxLinkage_Wb: number;
  readonly encoder?: EncoderAlignment;
}
export interface EncoderAlignment {
  /** 1001 when there is no encoder. */
  readonly offset_deg: number;
  readonly ratio: number;
  readonly inverted: boolean;
}
const encoderFields = new FieldTable<EncoderAlignment>([
  ['offset_deg', f32(1e6)],
  ['ratio', f32(1e6)],
  ['inverted', bool],
]);

/** Measures the flux linkage with a turning BLDC motor. */
export function detectMotorFluxLinkage(options: {
  readonly current_A: number;
  readonly minErpm: number;
  readonly duty: number;
  readonly resistance_Ohm: number;
}): Request<FluxLinkage> {
  const id = CommandId.DETECT_MOTOR_FLUX_LINKAGE;
  const payload = message(id)
    .f32(options.current_A, 1e3)
    .f32(options.minErpm, 1e3)
    .f32(options.duty, 1e3)
    .f32(options.resistance_Ohm, 1e6);
  return {
    payload: payload.finish(),
    replyId: id,
    decode: (reply) => ({ fluxLinkage_Wb: contents(reply).f32(1e7) }),
  };
}

/** Measures the flux linkage in open loop; with the inductance where it is known. */
export function detectMotorFluxLinkageOpenloop(options: {
  readonly current_A: number;
  readonly acceleration_erpmps: number;
  readonly duty: number;
  readonly resistance_Ohm: number;
  readonly inductance_H?: number;
}): Request<FluxLinkage> {
  const id = CommandId.DETECT_MOTOR_FLUX_LINKAGE_OPENLOOP;
  const payload = message(id)
    .f32(options.current_A, 1e3)
    .f32(options.acceleration_erpmps, 1e3)
    .f32(options.duty, 1e3)
    .f32(options.resistance_Ohm, 1e6);
  if (options.inductance_H !== undefined) payload.f32(options.inductance_H, 1e8);
  return {
    payload: payload.finish(),
    replyId: id,
    decode(reply) {
      const reader = contents(reply);
      const fluxLinkage_Wb = reader.f32(1e7);
      return reader.remaining > 0
        ? { fluxLinkage_Wb, encoder: encoderFields.read(reader) }
        : { fluxLinkage_Wb };
    },
  };
}

/** Aligns the encoder with the rotor. */
export function detectEncoder(current_A: number): Request<EncoderAlignment> {
  const id = CommandId.DETECT_ENCODER;
  return { ...ask(id, encoderFields), payload: message(id).f32(current_A, 1e3).finish() };
}

/** What each hall state means. */
export interface HallTable {
  readonly table: readonly number[];
  /** 0 when the table is good. */
  readonly result: number;
}
const hallFields = new FieldTable<HallTable>([
  ['table', list(8, u8)],
  ['result', u8],
]);

/** Turns the rotor slowly and notes the hall sensors. */
export function detectHallFoc(current_A: number): Request<HallTable> {
  const id = CommandId.DETECT_HALL_FOC;
  return { ...ask(id, hallFields), payload: message(id).f32(current_A, 1e3).finish() };
}

/**
 * Measures everything and stores it. The result is at least 0 when it went well. Both new configurations arrive
 * unasked before the answer.
 */
export function detectApplyAllFoc(options: {
  readonly detectCan: boolean;
  readonly maxPowerLoss_W: number;
  readonly minInputCurrent_A: number;
  readonly maxInputCurrent_A: number;
  readonly openloopErpm: number;
  readonly sensorlessErpm: number;
}): Request<number> {
  const id = CommandId.DETECT_APPLY_ALL_FOC;
  const payload = message(id)
    .u8(options.detectCan ? 1 : 0)
    .f32(options.maxPowerLoss_W, 1e3)
    .f32(options.minInputCurrent_A, 1e3)
    .f32(options.maxInputCurrent_A, 1e3)
    .f32(options.openloopErpm, 1e3)
    .f32(options.sensorlessErpm, 1e3);
  return { payload: payload.finish(), replyId: id, decode: (reply) => i16.read(contents(reply)) };
}

const nine: Codec<readonly number[]> = list(9, f32(1e6));

/** Measures how the inertial sensor sits: nine numbers, roll, pitch, yaw, accelerometer and gyro offsets. */
export function getImuCalibration(yaw_deg: number): Request<readonly number[]> {
  const id = CommandId.GET_IMU_CALIBRATION;
  return {
    payload: message(id).f32(yaw_deg, 1e3).finish(),
    replyId: id,
    decode: (reply) => nine.read(contents(reply)),
  };
}

const PAIRING_STATES = ['started', 'paired', 'failed'] as const;
export type PairingState = (typeof PAIRING_STATES)[number];

/** Waits for a radio remote to pair with; how it ended arrives later ({@link decodeNrfPairing}). */
export function nrfStartPairing(duration_ms: number): Request<PairingState> {
  const id = CommandId.NRF_START_PAIRING;
  return { payload: message(id).i32(duration_ms).finish(), replyId: id, decode: decodeNrfPairing };
}

/** How far pairing got; `undefined` for any other payload or an unknown state. */
export function decodeNrfPairing(payload: Uint8Array): PairingState | undefined {
  const reader = contentsOf(CommandId.NRF_START_PAIRING, payload);
  return reader && PAIRING_STATES[reader.u8()];
}
