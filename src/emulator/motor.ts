import { VescError } from '../base/errors';
import { IMAGE_LENGTH } from '../image/flashMap';
import { readIdentity } from '../image/imageIdentity';
import wirings from './motorWiring.json';

/** A permanent magnet synchronous motor, and what it drives. */
export interface MotorParameters {
  /** Of one phase. */
  readonly resistance_Ohm: number;
  readonly inductanceD_H: number;
  readonly inductanceQ_H: number;
  /** Flux linkage of the magnets with a phase, peak; what the firmware calls so. */
  readonly flux_Wb: number;
  readonly polePairs: number;
  readonly inertia_kgm2: number;
  /** Torque against the motion at any speed. */
  readonly friction_Nm: number;
  /** Torque against the motion, by the speed in rad/s. */
  readonly drag_Nms: number;
  /** The same as friction: what the motor drives. */
  readonly load_Nm: number;
  /** 1 while the rotor is held. */
  readonly locked: number;
  /** Time without a conducting switch at each switching, as far as it acts on the voltage. */
  readonly deadTime_s: number;
  /** Between the terminals of the first two phases; 0 is no connection. */
  readonly shortCircuit_Ohm: number;
}

/** How a board measures its motor, by places in the ADC's buffer (emulation facts 4.7) and channels of TIM1. */
export interface MotorWiring {
  /** Places of the phases' currents; `null` for one without a shunt. */
  readonly currents: readonly (number | null)[];
  /** Places of the phases' voltages. */
  readonly voltages: readonly number[];
  /** Place of the supply voltage. */
  readonly supply: number;
  /** Shunt times gain, negative where the amplifier inverts. */
  readonly voltsPerAmpere: number;
  /** Of the supply, and of the phases unless there is another. */
  readonly divider: number;
  readonly phaseDivider?: number;
  readonly reference_V: number;
  /** Shunts between bridge and ground see a phase only while its lower switch conducts. */
  readonly lowSideShunts?: boolean;
}

export interface MotorSetup {
  readonly parameters: MotorParameters;
  readonly wiring: MotorWiring;
}

/** The motor that the firmware's default settings describe: it runs without a detection. */
const SMALL: MotorParameters = {
  resistance_Ohm: 0.015,
  inductanceD_H: 7e-6,
  inductanceQ_H: 7e-6,
  flux_Wb: 0.00245,
  polePairs: 7,
  inertia_kgm2: 1e-4,
  friction_Nm: 0.02,
  drag_Nms: 2e-5,
  load_Nm: 0,
  locked: 0,
  deadTime_s: 0.16e-6,
  shortCircuit_Ohm: 0,
};

/** Motors by name. */
export const MOTORS: Readonly<Record<string, MotorParameters>> = {
  small: SMALL,
  /** A skateboard's outrunner, about 190 rpm/V. */
  outrunner: {
    ...SMALL,
    resistance_Ohm: 0.04,
    inductanceD_H: 24e-6,
    inductanceQ_H: 30e-6,
    flux_Wb: 0.00415,
    inertia_kgm2: 3e-4,
    friction_Nm: 0.04,
    drag_Nms: 5e-5,
  },
  /** A scooter's hub motor with its wheel. */
  hub: {
    ...SMALL,
    resistance_Ohm: 0.12,
    inductanceD_H: 180e-6,
    inductanceQ_H: 240e-6,
    flux_Wb: 0.022,
    polePairs: 15,
    inertia_kgm2: 0.02,
    friction_Nm: 0.3,
    drag_Nms: 2e-3,
  },
};

/** What may be said of a motor in words, and the parameters that it means. */
const KEYS: Readonly<Record<string, readonly (keyof MotorParameters)[]>> = {
  r: ['resistance_Ohm'],
  l: ['inductanceD_H', 'inductanceQ_H'],
  ld: ['inductanceD_H'],
  lq: ['inductanceQ_H'],
  flux: ['flux_Wb'],
  pairs: ['polePairs'],
  inertia: ['inertia_kgm2'],
  friction: ['friction_Nm'],
  drag: ['drag_Nms'],
  load: ['load_Nm'],
  locked: ['locked'],
  deadtime: ['deadTime_s'],
  short: ['shortCircuit_Ohm'],
};
/** These cannot be nothing. */
const POSITIVE: readonly string[] = ['l', 'ld', 'lq', 'pairs', 'inertia', 'kv'];

/**
 * Reads a motor: a name of {@link MOTORS} or parameters in SI units, or both, as `hub,load=2` or `r=0.02,l=1e-5,kv=190`.
 * @throws VescError `usage`
 */
export function parseMotor(text: string): MotorParameters {
  const parts = text.split(',').map((part) => part.trim());
  const named = Object.hasOwn(MOTORS, parts[0] ?? '') ? MOTORS[parts.shift()!] : undefined;
  const motor: { -readonly [K in keyof MotorParameters]: number } = { ...(named ?? SMALL) };
  let kv: number | undefined;
  for (const part of parts) {
    const [key = '', ...rest] = part.split('=');
    const value = readValue(key, rest.join('='), part);
    if (key === 'kv') kv = value;
    for (const parameter of KEYS[key] ?? []) motor[parameter] = value;
  }
  if (kv !== undefined) motor.flux_Wb = fluxOf(kv, motor.polePairs);
  return motor;
}

function readValue(key: string, text: string, part: string): number {
  if (key !== 'kv' && !Object.hasOwn(KEYS, key)) {
    const known = [...Object.keys(KEYS), 'kv'].join(', ');
    const names = Object.keys(MOTORS).join(', ');
    throw new VescError('usage', {
      problem: `A motor is none, auto, ${names}, or KEY=VALUE with a key of ${known}, separated by commas; not "${part}".`,
    });
  }
  const value = Number(text);
  const isRight = text.trim() !== '' && Number.isFinite(value) && value >= 0;
  if (isRight && !(value === 0 && POSITIVE.includes(key))) return value;
  throw new VescError('usage', {
    problem: `The motor's ${key} takes a number ${POSITIVE.includes(key) ? 'above' : 'from'} 0, not "${text}".`,
  });
}

/** Flux linkage of a motor that turns with `kv` revolutions a minute for a volt between two phases, peak. */
function fluxOf(kv: number, polePairs: number): number {
  return 60 / (Math.sqrt(3) * 2 * Math.PI * kv * polePairs);
}

interface Row extends MotorWiring {
  readonly hardware: readonly string[];
}

/** How the board of that hardware name measures its motor; `undefined` when that is not known. */
export function wiringOf(hardware: string | undefined): MotorWiring | undefined {
  return (wirings as readonly Row[]).find((row) => row.hardware.includes(hardware ?? ''));
}

/**
 * What motor the controller with that flash has: `none`, `auto` for the small one where it can be measured, else what
 * {@link parseMotor} reads.
 * @throws VescError `usage`, also when it is not known how the board measures a motor
 */
export function readMotor(text: string, flash: Uint8Array): MotorSetup | undefined {
  if (text === 'none') return undefined;
  const parameters = text === 'auto' ? SMALL : parseMotor(text);
  const { hardware } = readIdentity(flash.subarray(0, IMAGE_LENGTH));
  const wiring = wiringOf(hardware);
  if (wiring) return { parameters, wiring };
  if (text === 'auto') return undefined;
  const board =
    hardware === undefined ? 'this image, which does not name its hardware' : `hardware ${hardware}`;
  throw new VescError('usage', {
    problem: `A motor cannot be connected to ${board}: how it measures currents is not known.`,
  });
}
