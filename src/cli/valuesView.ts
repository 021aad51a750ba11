import { faultName } from '../protocol/faults';
import type { Values } from '../protocol/messages/telemetry';
import { quantity, UNKNOWN } from './format';
import type { Style } from './output';
import { pairs } from './table';

/** All values under each other, in groups. */
export function valuesText(values: Values, { bold, dim, green, red }: Style): string[] {
  const group = (title: string, ...rows: (readonly [string, string | undefined])[]): string[] => [
    bold(title),
    ...pairs(
      rows.map(([name, value]) => [name.padEnd(17), value] as const),
      dim,
    ),
    '',
  ];
  const number = (value: number | undefined, digits: number, unit = ''): string => {
    const text = quantity(value, digits);
    return `${text.padStart(10)}${unit === '' ? '' : ` ${unit}`}`;
  };
  // Boards without sensors of their own for each phase send zeros.
  const fets = values.tempFets_C?.some((temp) => temp !== 0)
    ? ` (${values.tempFets_C.map((temp) => quantity(temp, 1)).join(', ')})`
    : '';
  const lines = [
    ...group(
      'Motor',
      ['Speed', number(values.erpm, 0, 'ERPM')],
      ['Duty', number(values.duty * 100, 1, '%')],
      ['Current', number(values.motorCurrent_A, 2, 'A')],
      ['Id, Iq', `${number(values.id_A, 2)} A, ${quantity(values.iq_A, 2, 'A')}`],
      ['Vd, Vq', `${number(values.vd_V, 3)} V, ${quantity(values.vq_V, 3, 'V')}`],
      ['Position', number(values.pidPosition_deg, 2, '°')],
      ['Tachometer', `${number(values.tachometer, 0)} (absolute ${quantity(values.tachometerAbs, 0)})`],
    ),
    ...group(
      'Input',
      ['Voltage', number(values.voltage_V, 1, 'V')],
      ['Current', number(values.inputCurrent_A, 2, 'A')],
      [
        'Charge',
        `${number(values.charge_Ah, 4)} Ah drawn, ${quantity(values.chargeRegenerated_Ah, 4, 'Ah')} returned`,
      ],
      [
        'Energy',
        `${number(values.energy_Wh, 4)} Wh drawn, ${quantity(values.energyRegenerated_Wh, 4, 'Wh')} returned`,
      ],
    ),
    ...group(
      'Temperature',
      ['MOSFETs', `${number(values.tempFet_C, 1)} °C${fets}`],
      ['Motor', number(values.tempMotor_C, 1, '°C')],
    ),
    ...group(
      'State',
      ['Fault', values.fault ? red(faultName(values.fault)) : green('none')],
      ['CAN id', quantity(values.controllerId, 0)],
      ['Command timeout', flag(values.timeoutActive, 'expired: motor released')],
      ['Kill switch', flag(values.killSwitchActive, 'active')],
    ),
  ];
  return lines.slice(0, -1);
}

function flag(value: boolean | undefined, meaning: string): string {
  return value === undefined ? UNKNOWN : value ? meaning : 'no';
}

interface WatchColumn {
  readonly title: string;
  readonly width: number;
  readonly value: (values: Values) => string;
}

const WATCHED: readonly WatchColumn[] = [
  { title: 'INPUT V', width: 8, value: ({ voltage_V }) => quantity(voltage_V, 1) },
  { title: 'INPUT A', width: 9, value: ({ inputCurrent_A }) => quantity(inputCurrent_A, 2) },
  { title: 'MOTOR A', width: 9, value: ({ motorCurrent_A }) => quantity(motorCurrent_A, 2) },
  { title: 'DUTY %', width: 8, value: ({ duty }) => quantity(duty * 100, 1) },
  { title: 'ERPM', width: 9, value: ({ erpm }) => quantity(erpm, 0) },
  { title: 'FET °C', width: 8, value: ({ tempFet_C }) => quantity(tempFet_C, 1) },
  { title: 'MOTOR °C', width: 10, value: ({ tempMotor_C }) => quantity(tempMotor_C, 1) },
];
const TIME_WIDTH = 9;

/** The titles over {@link watchLine}. */
export function watchTitle(): string {
  return (
    'TIME s'.padStart(TIME_WIDTH) +
    WATCHED.map(({ title, width }) => title.padStart(width)).join('') +
    '  FAULT'
  );
}

/** The values one follows, in one line. */
export function watchLine(time_s: number, values: Values, { red }: Style): string {
  const cells = WATCHED.map(({ value, width }) => value(values).padStart(width)).join('');
  const fault = values.fault ? `  ${red(faultName(values.fault).replace('FAULT_CODE_', ''))}` : '';
  return quantity(time_s, 2).padStart(TIME_WIDTH) + cells + fault;
}
