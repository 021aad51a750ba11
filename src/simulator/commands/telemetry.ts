import { CommandId } from '../../protocol/commandId';
import { message } from '../../protocol/messages/message';
import {
  encodeBmsValues,
  encodeDecodedAdc,
  encodeDecodedChuk,
  encodeDecodedPpm,
  encodeGnss,
  encodeImuData,
  encodeSetupValues,
  encodeStats,
  encodeValues,
  type SetupValues,
  setupValueFields,
  type Values,
  valueFields,
} from '../../protocol/messages/telemetry';
import { atLeast } from '../../protocol/version';
import type { CanStatus } from '../canBus';
import type { Call, Firmware, Handler } from '../firmware';
import { averagedKeys } from '../motor';
import { benchReadings, silentBms } from '../readings';

/** What one motor measures. Averages of the fields in `mask` start anew by being read. */
function motorValues({ firmware, motor }: Call, mask: number): Values {
  const source = firmware.motor(motor);
  const asked = averagedKeys.filter((key) => (valueFields.mask([key]) & mask) !== 0);
  return {
    ...source.values(),
    ...source.takeAverages(asked),
    fault: firmware.faults.activeCode(motor + 1),
    controllerId: firmware.canIds[motor]!,
    killSwitchActive: false,
  };
}

/** The vehicle these controllers are thought to be in: poles, gear and wheel of the default configuration. */
const POLES = 14;
const GEAR = 3;
const WHEEL_M = 0.083;
const METRES_PER_REVOLUTION = (Math.PI * WHEEL_M) / GEAR;
const TACHOMETER_PER_REVOLUTION = 3 * POLES;
/** Battery of the default configuration: three cells of 6 Ah would be empty here, so it is judged by 13. */
const CELLS = 13;
const CELL_EMPTY_V = 3.1;
const CELL_FULL_V = 4.2;
const BATTERY_WH = 320;

function sum(statuses: readonly CanStatus[], key: keyof CanStatus): number {
  return statuses.reduce((total, status) => total + status[key], 0);
}

/** What the whole vehicle does: this controller and those it hears on CAN. */
function setupValues(call: Call, mask: number): SetupValues {
  const { firmware } = call;
  const { board } = firmware;
  const asked = setupValueFields.mask(['motorCurrent_A', 'inputCurrent_A']) & mask;
  const values = motorValues(call, asked === 0 ? 0 : valueFields.mask(['motorCurrent_A', 'inputCurrent_A']));
  const statuses = [...firmware.otherMotors(call.motor), ...firmware.heard()];
  const all = [values, ...statuses];
  const metres = METRES_PER_REVOLUTION / TACHOMETER_PER_REVOLUTION;
  const cell_V = values.voltage_V / CELLS;
  const level = Math.max(0, Math.min(1, (cell_V - CELL_EMPTY_V) / (CELL_FULL_V - CELL_EMPTY_V)));
  const distanceAbs_m = values.tachometerAbs * metres;
  return {
    ...values,
    motorCurrent_A: sum(all, 'motorCurrent_A'),
    inputCurrent_A: sum(all, 'inputCurrent_A'),
    charge_Ah: sum(all, 'charge_Ah'),
    chargeRegenerated_Ah: sum(all, 'chargeRegenerated_Ah'),
    energy_Wh: sum(all, 'energy_Wh'),
    energyRegenerated_Wh: sum(all, 'energyRegenerated_Wh'),
    speed_mps: (values.erpm / (POLES / 2) / 60) * METRES_PER_REVOLUTION,
    batteryLevel: level,
    distance_m: values.tachometer * metres,
    distanceAbs_m,
    controllers: 1 + statuses.length,
    batteryEnergyLeft_Wh: level * BATTERY_WH,
    odometer_m: Math.trunc(board.backup.odometer_m + distanceAbs_m),
    uptime_ms: Math.trunc(firmware.uptime_ms),
    ...board.readings.setup,
  };
}

function bmsReply(firmware: Firmware): Uint8Array {
  const { pressure_Pa, dataVersion, status, ...common } = firmware.board.readings.bms ?? silentBms;
  const newer = atLeast(firmware.version, 6, 5) ? { pressure_Pa: pressure_Pa ?? 0 } : {};
  const newest = atLeast(firmware.version, 6, 6)
    ? { dataVersion: dataVersion ?? 0, status: status ?? '' }
    : {};
  return encodeBmsValues({ ...common, ...newer, ...newest });
}

export const telemetryCommands: Partial<Record<CommandId, Handler>> = {
  [CommandId.GET_VALUES]: (call) => call.reply(encodeValues(motorValues(call, valueFields.all))),
  [CommandId.GET_VALUES_SELECTIVE]: (call) => {
    const mask = call.reader.u32();
    call.reply(encodeValues(motorValues(call, mask), mask));
  },
  [CommandId.GET_VALUES_SETUP]: (call) =>
    call.reply(encodeSetupValues(setupValues(call, setupValueFields.all))),
  [CommandId.GET_VALUES_SETUP_SELECTIVE]: (call) => {
    const mask = call.reader.u32();
    call.reply(encodeSetupValues(setupValues(call, mask), mask));
  },
  [CommandId.GET_STATS]: ({ firmware, reader, reply }) =>
    reply(encodeStats(firmware.board.readings.stats, reader.u16())),
  [CommandId.RESET_STATS]: ({ firmware, payload, reply }) => {
    firmware.board.readings.stats = benchReadings(0).stats;
    if (payload[1] === 1) reply(message(CommandId.RESET_STATS).finish());
  },
  [CommandId.GET_IMU_DATA]: ({ firmware, motor, reader, reply }) => {
    const id = atLeast(firmware.version, 6, 5) ? firmware.canIds[motor] : undefined;
    reply(encodeImuData(firmware.board.readings.imu, reader.u16(), id));
  },
  [CommandId.GET_DECODED_PPM]: ({ firmware, reply }) => reply(encodeDecodedPpm(firmware.board.readings.ppm)),
  [CommandId.GET_DECODED_ADC]: ({ firmware, reply }) => reply(encodeDecodedAdc(firmware.board.readings.adc)),
  [CommandId.GET_DECODED_CHUK]: ({ firmware, reply }) =>
    reply(encodeDecodedChuk(firmware.board.readings.chuk)),
  [CommandId.GET_GNSS]: ({ firmware, reader, reply }) => {
    const age_s = firmware.uptime_ms / 1000;
    reply(encodeGnss({ ...firmware.board.readings.gnss, age_s }, reader.u16()));
  },
  [CommandId.BMS_GET_VALUES]: ({ firmware, reply }) => reply(bmsReply(firmware)),
};
