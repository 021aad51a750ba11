/**
 * Motor control (facts 2.4). Commands that move the motor are obeyed for the command timeout (1 s unless
 * configured otherwise) and then expire.
 */
import { CommandId } from '../commandId';
import type { Request } from '../request';
import { acknowledged, message } from './message';
import type { McconfTempLimits } from './telemetry';

/** Duty cycle, -1 to 1. */
export function setDuty(duty: number): Uint8Array {
  return message(CommandId.SET_DUTY).f32(duty, 1e5).finish();
}

/** Motor current in A; 0 releases the motor. */
export function setCurrent(current_A: number): Uint8Array {
  return message(CommandId.SET_CURRENT).f32(current_A, 1e3).finish();
}

/** Brake current in A. */
export function setCurrentBrake(current_A: number): Uint8Array {
  return message(CommandId.SET_CURRENT_BRAKE).f32(current_A, 1e3).finish();
}

/** Electrical speed in ERPM. */
export function setRpm(erpm: number): Uint8Array {
  return message(CommandId.SET_RPM).f32(erpm, 1).finish();
}

/** Position in degrees. */
export function setPos(position_deg: number): Uint8Array {
  return message(CommandId.SET_POS).f32(position_deg, 1e6).finish();
}

/** Current in A that holds the motor at standstill. */
export function setHandbrake(current_A: number): Uint8Array {
  return message(CommandId.SET_HANDBRAKE).f32(current_A, 1e3).finish();
}

/** Motor current as a fraction of the configured maximum, -1 to 1. */
export function setCurrentRel(fraction: number): Uint8Array {
  return message(CommandId.SET_CURRENT_REL).f32(fraction, 1e5).finish();
}

/** Servo output, 0 to 1. */
export function setServoPos(position: number): Uint8Array {
  return message(CommandId.SET_SERVO_POS).f16(position, 1e3).finish();
}

/** Which position the ROTOR_POSITION stream carries (facts 2.4). */
export const DetectMode = {
  none: 0,
  inductance: 1,
  observer: 2,
  encoder: 3,
  pidPosition: 4,
  pidPositionError: 5,
  encoderObserverError: 6,
  hallObserverError: 7,
} as const;
export type DetectMode = (typeof DetectMode)[keyof typeof DetectMode];

/** Starts or stops the stream of rotor positions; on a BLDC motor `none` also releases the motor. */
export function setDetect(mode: DetectMode): Uint8Array {
  return message(CommandId.SET_DETECT).u8(mode).finish();
}

/** State of a nunchuk remote. */
export interface ChuckData {
  /** 0 to 255, 128 in the middle. */
  readonly x: number;
  readonly y: number;
  readonly c: boolean;
  readonly z: boolean;
  readonly accelerationX: number;
  readonly accelerationY: number;
  readonly accelerationZ: number;
  /** Present when the remote knows about driving backwards. */
  readonly reverse?: boolean;
}

/** Plays a nunchuk remote. */
export function setChuckData(data: ChuckData): Uint8Array {
  const writer = message(CommandId.SET_CHUCK_DATA)
    .u8(data.x)
    .u8(data.y)
    .u8(data.c ? 1 : 0)
    .u8(data.z ? 1 : 0)
    .i16(data.accelerationX)
    .i16(data.accelerationY)
    .i16(data.accelerationZ);
  if (data.reverse !== undefined) writer.u8(1).u8(data.reverse ? 1 : 0);
  return writer.finish();
}

/** Keeps inputs (throttle, remote) from moving the motor: 0 ends that at once, -1 is for good. */
export function appDisableOutput(options: {
  readonly forwardCan: boolean;
  readonly duration_ms: number;
}): Uint8Array {
  return message(CommandId.APP_DISABLE_OUTPUT)
    .u8(options.forwardCan ? 1 : 0)
    .i32(options.duration_ms)
    .finish();
}

/** Releases both motors and ignores every input for `duration_ms` (6.06 or newer). */
export function motorEstop(duration_ms: number): Uint8Array {
  return message(CommandId.MOTOR_ESTOP).u16(duration_ms).finish();
}

/** Sets the distance counter, in whole metres. */
export function setOdometer(distance_m: number): Uint8Array {
  return message(CommandId.SET_ODOMETER).u32(distance_m).finish();
}

/** Voltages between which the motor current is reduced; `store` keeps them, `forwardCan` tells all nodes. */
export function setBatteryCut(options: {
  readonly start_V: number;
  readonly end_V: number;
  readonly store: boolean;
  readonly forwardCan: boolean;
}): Request<true> {
  return acknowledged(
    CommandId.SET_BATTERY_CUT,
    message(CommandId.SET_BATTERY_CUT)
      .f32(options.start_V, 1e3)
      .f32(options.end_V, 1e3)
      .u8(options.store ? 1 : 0)
      .u8(options.forwardCan ? 1 : 0)
      .finish(),
  );
}

/** How {@link setMcconfTemp} is meant. */
export interface McconfTempOptions {
  readonly store: boolean;
  readonly forwardCan: boolean;
  /** The limits are for all controllers together: each takes its share. */
  readonly divide: boolean;
}

/** The limits with speeds over ground in the place of electrical ones. */
export interface McconfTempSetupLimits extends Omit<McconfTempLimits, 'minErpm' | 'maxErpm'> {
  readonly minSpeed_mps: number;
  readonly maxSpeed_mps: number;
}

/** Changes the most used limits; from 7.00 on what exceeds the hardware's own limits is clamped. */
export function setMcconfTemp(limits: McconfTempLimits, options: McconfTempOptions): Request<true> {
  return limitsRequest(CommandId.SET_MCCONF_TEMP, limits, options);
}

/** As {@link setMcconfTemp}, with speeds in m/s. */
export function setMcconfTempSetup(
  { minSpeed_mps: minErpm, maxSpeed_mps: maxErpm, ...limits }: McconfTempSetupLimits,
  options: McconfTempOptions,
): Request<true> {
  return limitsRequest(CommandId.SET_MCCONF_TEMP_SETUP, { ...limits, minErpm, maxErpm }, options);
}

function limitsRequest(id: CommandId, limits: McconfTempLimits, options: McconfTempOptions): Request<true> {
  const writer = message(id)
    .u8(options.store ? 1 : 0)
    .u8(options.forwardCan ? 1 : 0)
    .u8(1)
    .u8(options.divide ? 1 : 0);
  for (const limit of [
    ...[limits.currentMinScale, limits.currentMaxScale, limits.minErpm, limits.maxErpm],
    ...[limits.minDuty, limits.maxDuty, limits.minPower_W, limits.maxPower_W],
    ...[limits.minInputCurrent_A, limits.maxInputCurrent_A],
  ]) {
    writer.f32a(limit);
  }
  return acknowledged(id, writer.finish());
}
