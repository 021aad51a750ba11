import { CommandId } from '../commandId';
import { f16, f32, f32a, FieldTable, i32, list, u32, u8 } from '../fields';
import type { Request } from '../request';
import { acknowledged, ask, askFor, type MaskWidths, message } from './message';

export * from './bms';
export * from './sensors';

const WIDE: MaskWidths = { request: 'u32', reply: 'u32' };

/**
 * What one motor does (facts 2.3). Currents and the d/q values are averages since they were last read, and
 * reading resets them: two pollers disturb each other.
 */
export interface Values {
  readonly tempFet_C: number;
  readonly tempMotor_C: number;
  readonly motorCurrent_A: number;
  readonly inputCurrent_A: number;
  readonly id_A: number;
  readonly iq_A: number;
  /** -1 to 1. */
  readonly duty: number;
  readonly erpm: number;
  readonly voltage_V: number;
  readonly charge_Ah: number;
  readonly chargeRegenerated_Ah: number;
  readonly energy_Wh: number;
  readonly energyRegenerated_Wh: number;
  /** Six counts for an electrical revolution. */
  readonly tachometer: number;
  readonly tachometerAbs: number;
  /** Code of the active fault, 0 for none. */
  readonly fault: number;
  readonly pidPosition_deg: number;
  /** CAN id; a second motor's is its own. */
  readonly controllerId: number;
  /** The three MOSFET sensors. */
  readonly tempFets_C: readonly number[];
  readonly vd_V: number;
  readonly vq_V: number;
  /** The command timeout has expired: the motor is released. */
  readonly timeoutActive: boolean;
  readonly killSwitchActive: boolean;
}

/** The fields of {@link Values} in order; the place of a field is its bit in the mask. */
export const valueFields = new FieldTable<Values>([
  ['tempFet_C', f16(1e1)],
  ['tempMotor_C', f16(1e1)],
  ['motorCurrent_A', f32(1e2)],
  ['inputCurrent_A', f32(1e2)],
  ['id_A', f32(1e2)],
  ['iq_A', f32(1e2)],
  ['duty', f16(1e3)],
  ['erpm', f32(1)],
  ['voltage_V', f16(1e1)],
  ['charge_Ah', f32(1e4)],
  ['chargeRegenerated_Ah', f32(1e4)],
  ['energy_Wh', f32(1e4)],
  ['energyRegenerated_Wh', f32(1e4)],
  ['tachometer', i32],
  ['tachometerAbs', i32],
  ['fault', u8],
  ['pidPosition_deg', f32(1e6)],
  ['controllerId', u8],
  ['tempFets_C', list(3, f16(1e1))],
  ['vd_V', f32(1e3)],
  ['vq_V', f32(1e3)],
  {
    keys: ['timeoutActive', 'killSwitchActive'],
    read(reader) {
      const status = reader.u8();
      return { timeoutActive: (status & 1) !== 0, killSwitchActive: (status & 2) !== 0 };
    },
    write: (writer, values) => writer.u8((values.timeoutActive ? 1 : 0) | (values.killSwitchActive ? 2 : 0)),
  },
]);

/** Reads everything. */
export function getValues(): Request<Values> {
  return ask(CommandId.GET_VALUES, valueFields);
}

/**
 * Reads only `fields`. The fault alone can be polled fast without disturbing anybody's averages. The two status
 * flags share one byte: asking for one brings both.
 */
export function getValuesSelective<K extends keyof Values>(fields: readonly K[]): Request<Pick<Values, K>> {
  return askFor(CommandId.GET_VALUES_SELECTIVE, valueFields, fields, WIDE);
}

/** The answer to {@link getValues}, or to {@link getValuesSelective} when there is a `mask`. */
export function encodeValues(values: Values, mask?: number): Uint8Array {
  return encode(CommandId.GET_VALUES, CommandId.GET_VALUES_SELECTIVE, valueFields, values, mask);
}

/** What the whole vehicle does: currents, charge and energy are sums over all controllers on CAN. */
export interface SetupValues {
  readonly tempFet_C: number;
  readonly tempMotor_C: number;
  readonly motorCurrent_A: number;
  readonly inputCurrent_A: number;
  readonly duty: number;
  readonly erpm: number;
  readonly speed_mps: number;
  readonly voltage_V: number;
  /** 0 to 1. */
  readonly batteryLevel: number;
  readonly charge_Ah: number;
  readonly chargeRegenerated_Ah: number;
  readonly energy_Wh: number;
  readonly energyRegenerated_Wh: number;
  readonly distance_m: number;
  readonly distanceAbs_m: number;
  readonly pidPosition_deg: number;
  readonly fault: number;
  readonly controllerId: number;
  /** Number of controllers summed up, this one included. */
  readonly controllers: number;
  readonly batteryEnergyLeft_Wh: number;
  readonly odometer_m: number;
  readonly uptime_ms: number;
}

/** The fields of {@link SetupValues} in order; the place of a field is its bit in the mask. */
export const setupValueFields = new FieldTable<SetupValues>([
  ['tempFet_C', f16(1e1)],
  ['tempMotor_C', f16(1e1)],
  ['motorCurrent_A', f32(1e2)],
  ['inputCurrent_A', f32(1e2)],
  ['duty', f16(1e3)],
  ['erpm', f32(1)],
  ['speed_mps', f32(1e3)],
  ['voltage_V', f16(1e1)],
  ['batteryLevel', f16(1e3)],
  ['charge_Ah', f32(1e4)],
  ['chargeRegenerated_Ah', f32(1e4)],
  ['energy_Wh', f32(1e4)],
  ['energyRegenerated_Wh', f32(1e4)],
  ['distance_m', f32(1e3)],
  ['distanceAbs_m', f32(1e3)],
  ['pidPosition_deg', f32(1e6)],
  ['fault', u8],
  ['controllerId', u8],
  ['controllers', u8],
  ['batteryEnergyLeft_Wh', f32(1e3)],
  ['odometer_m', u32],
  ['uptime_ms', u32],
]);

/** Reads everything about the vehicle. */
export function getValuesSetup(): Request<SetupValues> {
  return ask(CommandId.GET_VALUES_SETUP, setupValueFields);
}

/** Reads only `fields` of it. */
export function getValuesSetupSelective<K extends keyof SetupValues>(
  fields: readonly K[],
): Request<Pick<SetupValues, K>> {
  return askFor(CommandId.GET_VALUES_SETUP_SELECTIVE, setupValueFields, fields, WIDE);
}

/** The answer to {@link getValuesSetup}, or to {@link getValuesSetupSelective} when there is a `mask`. */
export function encodeSetupValues(values: SetupValues, mask?: number): Uint8Array {
  const id = CommandId.GET_VALUES_SETUP;
  return encode(id, CommandId.GET_VALUES_SETUP_SELECTIVE, setupValueFields, values, mask);
}

function encode<T extends object>(
  full: CommandId,
  selective: CommandId,
  table: FieldTable<T>,
  values: T,
  mask: number | undefined,
): Uint8Array {
  if (mask === undefined) return table.write(message(full), values).finish();
  return table.write(message(selective).u32(mask), values, mask).finish();
}

/** Averages and peaks since the statistics were reset. */
export interface Stats {
  readonly speedAverage_mps: number;
  readonly speedMax_mps: number;
  readonly powerAverage_W: number;
  readonly powerMax_W: number;
  readonly currentAverage_A: number;
  readonly currentMax_A: number;
  readonly tempFetAverage_C: number;
  readonly tempFetMax_C: number;
  readonly tempMotorAverage_C: number;
  readonly tempMotorMax_C: number;
  readonly counted_s: number;
}

export const statFields = new FieldTable<Stats>([
  ['speedAverage_mps', f32a],
  ['speedMax_mps', f32a],
  ['powerAverage_W', f32a],
  ['powerMax_W', f32a],
  ['currentAverage_A', f32a],
  ['currentMax_A', f32a],
  ['tempFetAverage_C', f32a],
  ['tempFetMax_C', f32a],
  ['tempMotorAverage_C', f32a],
  ['tempMotorMax_C', f32a],
  ['counted_s', f32a],
]);

/** Reads the statistics named in `fields`. */
export function getStats<K extends keyof Stats>(fields: readonly K[]): Request<Pick<Stats, K>> {
  return askFor(CommandId.GET_STATS, statFields, fields, { request: 'u16', reply: 'u32' });
}

/** The answer to {@link getStats}. */
export function encodeStats(stats: Stats, mask: number): Uint8Array {
  return statFields.write(message(CommandId.GET_STATS).u32(mask), stats, mask).finish();
}

/** Restarts the statistics. */
export function resetStats(): Request<true> {
  return acknowledged(CommandId.RESET_STATS, message(CommandId.RESET_STATS).u8(1).finish());
}

/** Between these voltages the motor current is reduced, to nothing at the end. */
export interface BatteryCut {
  readonly start_V: number;
  readonly end_V: number;
}

export const batteryCutFields = new FieldTable<BatteryCut>([
  ['start_V', f32(1e3)],
  ['end_V', f32(1e3)],
]);

/** Reads the voltages at which the motor current is reduced. */
export function getBatteryCut(): Request<BatteryCut> {
  return ask(CommandId.GET_BATTERY_CUT, batteryCutFields);
}

/** The answer to {@link getBatteryCut}. */
export function encodeBatteryCut(cut: BatteryCut): Uint8Array {
  return batteryCutFields.write(message(CommandId.GET_BATTERY_CUT), cut).finish();
}

/** The limits that can be changed without writing the whole motor configuration. */
export interface McconfTempLimits {
  /** Fraction of the configured brake current. */
  readonly currentMinScale: number;
  /** Fraction of the configured motor current. */
  readonly currentMaxScale: number;
  readonly minErpm: number;
  readonly maxErpm: number;
  readonly minDuty: number;
  readonly maxDuty: number;
  readonly minPower_W: number;
  readonly maxPower_W: number;
  readonly minInputCurrent_A: number;
  readonly maxInputCurrent_A: number;
}
/** The limits with what is needed to turn ERPM into speed. */
export interface McconfTemp extends McconfTempLimits {
  readonly motorPoles: number;
  readonly gearRatio: number;
  readonly wheelDiameter_m: number;
}

export const mcconfTempFields = new FieldTable<McconfTemp>([
  ['currentMinScale', f32a],
  ['currentMaxScale', f32a],
  ['minErpm', f32a],
  ['maxErpm', f32a],
  ['minDuty', f32a],
  ['maxDuty', f32a],
  ['minPower_W', f32a],
  ['maxPower_W', f32a],
  ['minInputCurrent_A', f32a],
  ['maxInputCurrent_A', f32a],
  ['motorPoles', u8],
  ['gearRatio', f32a],
  ['wheelDiameter_m', f32a],
]);

/** Reads the limits in force. */
export function getMcconfTemp(): Request<McconfTemp> {
  return ask(CommandId.GET_MCCONF_TEMP, mcconfTempFields);
}

/** The answer to {@link getMcconfTemp}. */
export function encodeMcconfTemp(limits: McconfTemp): Uint8Array {
  return mcconfTempFields.write(message(CommandId.GET_MCCONF_TEMP), limits).finish();
}
