import { CommandId } from '../commandId';
import type { Request } from '../request';
import { contents, message } from './message';

/** State of a battery management system (facts 2.10). Fields that an older firmware does not send are absent. */
export interface BmsValues {
  readonly voltage_V: number;
  readonly chargeVoltage_V: number;
  readonly current_A: number;
  readonly currentIc_A: number;
  readonly charge_Ah: number;
  readonly energy_Wh: number;
  readonly cells_V: readonly number[];
  /** For each cell: it is being discharged to match the others. */
  readonly balancing: readonly boolean[];
  readonly temps_C: readonly number[];
  readonly tempIc_C: number;
  readonly tempHumidity_C: number;
  readonly humidity_percent: number;
  readonly tempHottestCell_C: number;
  /** 0 to 1. */
  readonly stateOfCharge: number;
  /** 0 to 1. */
  readonly stateOfHealth: number;
  readonly canId: number;
  readonly chargedTotal_Ah: number;
  readonly chargedTotal_Wh: number;
  readonly dischargedTotal_Ah: number;
  readonly dischargedTotal_Wh: number;
  /** 6.05 or newer. */
  readonly pressure_Pa?: number;
  /** 6.06 or newer. */
  readonly dataVersion?: number;
  /** 6.06 or newer; free text. */
  readonly status?: string;
}

/** Pressure is sent in tens of Pa. */
const PRESSURE_SCALE = 0.1;

/** Reads the battery; a motor controller passes on what it heard on CAN, zeros if nothing (CAN id 255). */
export function bmsGetValues(): Request<BmsValues> {
  return {
    payload: message(CommandId.BMS_GET_VALUES).finish(),
    replyId: CommandId.BMS_GET_VALUES,
    decode: decodeBmsValues,
  };
}

function decodeBmsValues(reply: Uint8Array): BmsValues {
  const reader = contents(reply);
  const voltage_V = reader.f32(1e6);
  const chargeVoltage_V = reader.f32(1e6);
  const current_A = reader.f32(1e6);
  const currentIc_A = reader.f32(1e6);
  const charge_Ah = reader.f32(1e3);
  const energy_Wh = reader.f32(1e3);
  const cells = reader.u8();
  const cells_V = Array.from({ length: cells }, () => reader.f16(1e3));
  const balancing = Array.from({ length: cells }, () => reader.u8() !== 0);
  const temps_C = Array.from({ length: reader.u8() }, () => reader.f16(1e2));
  return {
    ...{ voltage_V, chargeVoltage_V, current_A, currentIc_A, charge_Ah, energy_Wh },
    ...{ cells_V, balancing, temps_C },
    tempIc_C: reader.f16(1e2),
    tempHumidity_C: reader.f16(1e2),
    humidity_percent: reader.f16(1e2),
    tempHottestCell_C: reader.f16(1e2),
    stateOfCharge: reader.f16(1e3),
    stateOfHealth: reader.f16(1e3),
    canId: reader.u8(),
    chargedTotal_Ah: reader.f32a(),
    chargedTotal_Wh: reader.f32a(),
    dischargedTotal_Ah: reader.f32a(),
    dischargedTotal_Wh: reader.f32a(),
    ...(reader.remaining >= 2 && { pressure_Pa: reader.f16(PRESSURE_SCALE) }),
    ...(reader.remaining >= 1 && { dataVersion: reader.u8() }),
    ...(reader.remaining >= 1 && { status: reader.string() }),
  };
}

/** The answer to {@link bmsGetValues}; an absent field is left out, and so has to be all behind it. */
export function encodeBmsValues(values: BmsValues): Uint8Array {
  const writer = message(CommandId.BMS_GET_VALUES)
    .f32(values.voltage_V, 1e6)
    .f32(values.chargeVoltage_V, 1e6)
    .f32(values.current_A, 1e6)
    .f32(values.currentIc_A, 1e6)
    .f32(values.charge_Ah, 1e3)
    .f32(values.energy_Wh, 1e3)
    .u8(values.cells_V.length);
  for (const cell_V of values.cells_V) writer.f16(cell_V, 1e3);
  for (const balancing of values.balancing) writer.u8(balancing ? 1 : 0);
  writer.u8(values.temps_C.length);
  for (const temp_C of values.temps_C) writer.f16(temp_C, 1e2);
  writer
    .f16(values.tempIc_C, 1e2)
    .f16(values.tempHumidity_C, 1e2)
    .f16(values.humidity_percent, 1e2)
    .f16(values.tempHottestCell_C, 1e2)
    .f16(values.stateOfCharge, 1e3)
    .f16(values.stateOfHealth, 1e3)
    .u8(values.canId)
    .f32a(values.chargedTotal_Ah)
    .f32a(values.chargedTotal_Wh)
    .f32a(values.dischargedTotal_Ah)
    .f32a(values.dischargedTotal_Wh);
  if (values.pressure_Pa !== undefined) writer.f16(values.pressure_Pa, PRESSURE_SCALE);
  if (values.dataVersion !== undefined) writer.u8(values.dataVersion);
  if (values.status !== undefined) writer.string(values.status);
  return writer.finish();
}

/** Lets the battery be charged or not. These commands go to the battery on CAN and are not answered. */
export function bmsSetChargeAllowed(allowed: boolean): Uint8Array {
  return message(CommandId.BMS_SET_CHARGE_ALLOWED)
    .u8(allowed ? 1 : 0)
    .finish();
}

/** Takes the balancing of a cell out of the battery's hands; `mode` 0 gives it back. */
export function bmsSetBalanceOverride(cell: number, mode: number): Uint8Array {
  return message(CommandId.BMS_SET_BALANCE_OVERRIDE).u8(cell).u8(mode).finish();
}

/** Sets the counters of charge or energy to zero. */
export function bmsResetCounters(counters: {
  readonly charge: boolean;
  readonly energy: boolean;
}): Uint8Array {
  return message(CommandId.BMS_RESET_COUNTERS)
    .u8(counters.charge ? 1 : 0)
    .u8(counters.energy ? 1 : 0)
    .finish();
}

/** Balances now, whatever the charge. */
export function bmsForceBalance(on: boolean): Uint8Array {
  return message(CommandId.BMS_FORCE_BALANCE)
    .u8(on ? 1 : 0)
    .finish();
}

/** Takes the present current as zero. */
export function bmsZeroCurrentOffset(): Uint8Array {
  return message(CommandId.BMS_ZERO_CURRENT_OFFSET).finish();
}
