import { MOTOR } from './layout';

// A permanent magnet synchronous motor at the bridge of TIM1: its parameters, as the host sets them, and its state.
// Every field is an f64, so that the host finds them by number (motorFields.ts has the names in the same order).
// SI units; angle and speed are electrical, torques mechanical.

@unmanaged
export class MotorState {
  /** 1 while a motor is connected. */
  present: f64;
  resistance: f64;
  inductanceD: f64;
  inductanceQ: f64;
  /** Flux linkage of the magnets with a phase, peak. */
  flux: f64;
  polePairs: f64;
  inertia: f64;
  /** Torque against the motion, whatever its speed. */
  friction: f64;
  /** Torque against the motion by the mechanical speed. */
  drag: f64;
  /** Like friction: what the motor drives. */
  load: f64;
  /** 1 while the rotor is held. */
  locked: f64;
  /** Time without a conducting switch, for each switching. */
  deadTime: f64;
  /** Resistance between the first two phases' terminals; 0 is no connection. */
  shortCircuit: f64;

  /** ADC counts for an ampere into the motor. */
  countsPerAmpere: f64;
  /** ADC counts for a volt at a phase. */
  countsPerVolt: f64;
  /** ADC counts for a volt of the supply. */
  countsPerSupplyVolt: f64;
  /** Places in the ADC's buffer: currents and voltages of the phases of channel 1 to 3 of the timer, supply. */
  currentIndex1: f64;
  currentIndex2: f64;
  currentIndex3: f64;
  voltageIndex1: f64;
  voltageIndex2: f64;
  voltageIndex3: f64;
  supplyIndex: f64;
  /** 1 where the shunts are between bridge and ground: they see a phase only while its lower switch conducts. */
  lowSideShunts: f64;

  currentD: f64;
  currentQ: f64;
  angle: f64;
  speed: f64;
  /** Mechanical revolutions since power-on. */
  revolutions: f64;
  /** Electrical energy taken in at the terminals. */
  supplied: f64;
  /** Heat of the windings. */
  copperLoss: f64;
  /** Heat of friction, drag and load. */
  frictionLoss: f64;
  supply: f64;
  /** Currents into the phases, and voltages at them against ground. */
  current1: f64;
  current2: f64;
  current3: f64;
  voltage1: f64;
  voltage2: f64;
  voltage3: f64;
  /** What the bridge does with each phase ({@link Drive}), and the part of the time that it is at the supply. */
  drive1: f64;
  drive2: f64;
  drive3: f64;
  duty1: f64;
  duty2: f64;
  duty3: f64;
}

export const motor = changetype<MotorState>(MOTOR);

/** What holds a phase. The values stand in the state as f64. */
export const enum Drive {
  /** Both switches open. */
  open,
  /** One of them always closed, or both in turn. */
  driven,
}

const PHASE_FIELDS: usize = offsetof<MotorState>('current1');

/** Currents of the phases from 0. */
export function currentOf(phase: u32): f64 {
  return load<f64>(MOTOR + PHASE_FIELDS + (phase << 3));
}

export function setCurrent(phase: u32, value: f64): void {
  store<f64>(MOTOR + PHASE_FIELDS + (phase << 3), value);
}

export function voltageOf(phase: u32): f64 {
  return load<f64>(MOTOR + PHASE_FIELDS + 24 + (phase << 3));
}

export function setVoltage(phase: u32, value: f64): void {
  store<f64>(MOTOR + PHASE_FIELDS + 24 + (phase << 3), value);
}

export function isDriven(phase: u32): bool {
  return load<f64>(MOTOR + PHASE_FIELDS + 48 + (phase << 3)) !== 0;
}

export function dutyOf(phase: u32): f64 {
  return load<f64>(MOTOR + PHASE_FIELDS + 72 + (phase << 3));
}

/** Connects a phase, `duty` of the time to the supply, else to ground; or leaves it open. */
export function setDrive(phase: u32, drive: Drive, duty: f64): void {
  store<f64>(MOTOR + PHASE_FIELDS + 48 + (phase << 3), drive as f64);
  store<f64>(MOTOR + PHASE_FIELDS + 72 + (phase << 3), duty);
}

/** How many fields the host may ask for. */
export const MOTOR_FIELDS: u32 = (offsetof<MotorState>() >>> 3) as u32;

export function setMotorField(field: u32, value: f64): void {
  if (field < MOTOR_FIELDS) store<f64>(MOTOR + (field << 3), value);
}

export function motorField(field: u32): f64 {
  return field < MOTOR_FIELDS ? load<f64>(MOTOR + (field << 3)) : 0;
}
