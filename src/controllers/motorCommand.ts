import {
  setCurrent,
  setCurrentBrake,
  setCurrentRel,
  setDuty,
  setHandbrake,
  setPos,
  setRpm,
} from '../protocol/messages/motor';
import type { MotorLimits, Range } from './motorLimits';

/** What a motor can be told. `currentRel`: a fraction of the configured current, for where that is not known. */
export const MOTOR_MODES = [
  'current',
  'currentRel',
  'duty',
  'erpm',
  'brake',
  'position',
  'handbrake',
] as const;
export type MotorMode = (typeof MOTOR_MODES)[number];

const ENCODERS: Readonly<Record<MotorMode, (value: number) => Uint8Array>> = {
  current: setCurrent,
  currentRel: setCurrentRel,
  duty: setDuty,
  erpm: setRpm,
  brake: setCurrentBrake,
  position: setPos,
  handbrake: setHandbrake,
};

const NO_SIGN: Range = { min: 0, max: 0 };

/** What a mode takes on a controller with these limits; undefined where it cannot be used on it. */
export function rangeOf(mode: MotorMode, limits: MotorLimits): Range | undefined {
  const { current_A } = limits;
  switch (mode) {
    case 'current':
      return current_A;
    case 'currentRel':
      return current_A === undefined ? { min: -1, max: 1 } : undefined;
    case 'duty':
      return limits.duty;
    case 'erpm':
      return limits.erpm;
    case 'brake':
    case 'handbrake':
      // Braking is the negative current that is allowed.
      return current_A && { ...NO_SIGN, max: Math.abs(current_A.min) };
    case 'position':
      return { min: 0, max: 360 };
  }
}

/** A command within the limits of its controller. */
export interface MotorCommand {
  readonly payload: Uint8Array;
  /** What it says, after clamping. */
  readonly value: number;
  readonly isClamped: boolean;
}

/** The command for `value`, or for the nearest one that is allowed; undefined where the mode cannot be used. */
export function motorCommand(mode: MotorMode, value: number, limits: MotorLimits): MotorCommand | undefined {
  const range = rangeOf(mode, limits);
  if (range === undefined || !Number.isFinite(value)) return undefined;
  const within = Math.min(range.max, Math.max(range.min, value));
  return { payload: ENCODERS[mode](within), value: within, isClamped: within !== value };
}
