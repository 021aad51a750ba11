import type { MotorSetup } from './motor';

// How a motor lies in the core: apart from how people describe one, which the worker of an emulation needs not read.

const FULL_SCALE = 4095;
const NOWHERE = 255;

/** The fields of a motor in the core, in the order of core/motorState.ts. */
export function motorFields({ parameters: motor, wiring }: MotorSetup): number[] {
  const countsPerVolt = FULL_SCALE / wiring.reference_V;
  return [
    1,
    motor.resistance_Ohm,
    motor.inductanceD_H,
    motor.inductanceQ_H,
    motor.flux_Wb,
    motor.polePairs,
    motor.inertia_kgm2,
    motor.friction_Nm,
    motor.drag_Nms,
    motor.load_Nm,
    motor.locked,
    motor.deadTime_s,
    motor.shortCircuit_Ohm,
    wiring.voltsPerAmpere * countsPerVolt,
    countsPerVolt / (wiring.phaseDivider ?? wiring.divider),
    countsPerVolt / wiring.divider,
    ...wiring.currents.map((index) => index ?? NOWHERE),
    ...wiring.voltages,
    wiring.supply,
    wiring.lowSideShunts === true ? 1 : 0,
  ];
}

/** State of the motor in the core behind those fields, in the same order. */
export const MOTOR_STATE = [
  'currentD_A',
  'currentQ_A',
  'angle_rad',
  'speed_rad_s',
  'revolutions',
  'supplied_J',
  'copperLoss_J',
  'frictionLoss_J',
  'supply_V',
  'current1_A',
  'current2_A',
  'current3_A',
  'voltage1_V',
  'voltage2_V',
  'voltage3_V',
] as const;
/** Speed and angle are electrical. */
export type MotorState = Readonly<Record<(typeof MOTOR_STATE)[number], number>>;
export const MOTOR_STATE_FROM = 24;
