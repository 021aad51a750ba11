import type { SetupValues, Stats, Values } from '../protocol/messages/telemetry';
import type { FeedFields, Reading } from './valueFeed';

/** Something a controller measures that can be drawn over time. */
export interface Signal {
  /** The column of a recording; unique. */
  readonly id: string;
  readonly label: string;
  readonly group: string;
  /** As shown. */
  readonly unit: string;
  /** From the value as read (and recorded) to the one that is shown. */
  readonly scale: number;
  /** Digits behind the point that mean something. */
  readonly digits: number;
}

interface Source {
  readonly fields: FeedFields;
  readonly read: (reading: Reading) => number | undefined;
}
type Entry = Signal & Source;

type NumberKey<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];
type Look = readonly [label: string, unit: string, digits: number, scale?: number];

const look = ([label, unit, digits, scale = 1]: Look, id: string, group: string): Signal => ({
  ...{ id, label, group, unit, digits, scale },
});

function value(group: string, key: NumberKey<Values>, ...how: Look): Entry {
  return { ...look(how, key, group), fields: { values: [key] }, read: ({ values }) => values[key] };
}

function sensor(index: number): Entry {
  return {
    ...look([`MOSFET ${index + 1}`, '°C', 1], `tempFet${index + 1}_C`, 'Temperature'),
    fields: { values: ['tempFets_C'] },
    read: ({ values }) => values.tempFets_C?.[index],
  };
}

function setup(key: NumberKey<SetupValues>, ...how: Look): Entry {
  const signal = look(how, `setup.${key}`, 'Vehicle');
  return { ...signal, fields: { setup: [key] }, read: (reading) => reading.setup[key] };
}

function stat(key: NumberKey<Stats>, ...how: Look): Entry {
  const signal = look(how, `stats.${key}`, 'Statistics');
  return { ...signal, fields: { stats: [key] }, read: ({ stats }) => stats[key] };
}

const ENTRIES: readonly Entry[] = [
  value('Motor', 'erpm', 'Speed', 'ERPM', 0),
  value('Motor', 'duty', 'Duty', '%', 1, 100),
  value('Motor', 'motorCurrent_A', 'Motor current', 'A', 2),
  value('Motor', 'id_A', 'Id', 'A', 2),
  value('Motor', 'iq_A', 'Iq', 'A', 2),
  value('Motor', 'vd_V', 'Vd', 'V', 3),
  value('Motor', 'vq_V', 'Vq', 'V', 3),
  value('Motor', 'pidPosition_deg', 'Position', '°', 2),
  value('Motor', 'tachometer', 'Tachometer', 'counts', 0),
  value('Motor', 'tachometerAbs', 'Tachometer, absolute', 'counts', 0),
  value('Input', 'voltage_V', 'Input voltage', 'V', 1),
  value('Input', 'inputCurrent_A', 'Input current', 'A', 2),
  value('Input', 'charge_Ah', 'Charge drawn', 'Ah', 4),
  value('Input', 'chargeRegenerated_Ah', 'Charge returned', 'Ah', 4),
  value('Input', 'energy_Wh', 'Energy drawn', 'Wh', 3),
  value('Input', 'energyRegenerated_Wh', 'Energy returned', 'Wh', 3),
  value('Temperature', 'tempFet_C', 'MOSFETs', '°C', 1),
  value('Temperature', 'tempMotor_C', 'Motor temperature', '°C', 1),
  sensor(0),
  sensor(1),
  sensor(2),
  setup('speed_mps', 'Speed over ground', 'km/h', 1, 3.6),
  setup('motorCurrent_A', 'Motor currents, all', 'A', 2),
  setup('inputCurrent_A', 'Input currents, all', 'A', 2),
  setup('batteryLevel', 'Battery level', '%', 1, 100),
  setup('batteryEnergyLeft_Wh', 'Battery energy left', 'Wh', 1),
  setup('distance_m', 'Distance', 'm', 1),
  setup('controllers', 'Controllers', '', 0),
  stat('speedAverage_mps', 'Average speed', 'km/h', 1, 3.6),
  stat('speedMax_mps', 'Highest speed', 'km/h', 1, 3.6),
  stat('powerAverage_W', 'Average power', 'W', 0),
  stat('powerMax_W', 'Highest power', 'W', 0),
  stat('currentAverage_A', 'Average current', 'A', 2),
  stat('currentMax_A', 'Highest current', 'A', 2),
  stat('tempFetMax_C', 'Hottest MOSFETs', '°C', 1),
  stat('tempMotorMax_C', 'Hottest motor', '°C', 1),
];
const BY_ID = new Map(ENTRIES.map((entry) => [entry.id, entry]));

/** Everything that can be drawn, in the order in which it is offered. */
export const SIGNALS: readonly Signal[] = ENTRIES;

/** What is drawn until somebody chooses otherwise. */
export const FIRST_SIGNALS: readonly string[] = [
  'erpm',
  'duty',
  'motorCurrent_A',
  'inputCurrent_A',
  'voltage_V',
  'tempFet_C',
];

export function signalById(id: string): Signal | undefined {
  return BY_ID.get(id);
}

/** What must be read for these signals; the fault comes along, it costs one byte. */
export function fieldsFor(ids: readonly string[]): Required<FeedFields> {
  const entries = ids.flatMap((id) => BY_ID.get(id) ?? []);
  return {
    values: ['fault', ...new Set(entries.flatMap(({ fields }) => fields.values ?? []))],
    setup: [...new Set(entries.flatMap(({ fields }) => fields.setup ?? []))],
    stats: [...new Set(entries.flatMap(({ fields }) => fields.stats ?? []))],
  };
}

/** The value of a signal as it was read; undefined when it was not. */
export function signalValue(id: string, reading: Reading): number | undefined {
  return BY_ID.get(id)?.read(reading);
}
