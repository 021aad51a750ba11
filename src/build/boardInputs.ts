import {
  type BoardInputs,
  type Conversion,
  MAX_COUNT,
  quantityAt,
  type VoltageInput,
} from '../emulator/boardInputs';
import type { Files } from './files';
import { type Macros, readMacros } from './headerReader';
import { macroValue } from './macroValue';

/** Counts at which a formula of a header is tried. */
const SAMPLES = [300, 1000, 1700, 2048, 2500, 3100, 3700];
/** A conversion that is that far off, in volts or degrees, is another one. */
const TOLERANCE = 0.05;
const ZERO_C = 273.15;
/** The count at which a divider's thermistor would be a short: the full one, at 5 V, behind a resistor more. */
const FULL_SCALES = [MAX_COUNT, (MAX_COUNT * 5) / 3.3, (MAX_COUNT * 17_740) / 18_870];
/** What the firmware takes where a header says nothing (motor/mcconf_default.h). */
const DEFAULTS = { MCCONF_L_MIN_VOLTAGE: 8, MCCONF_L_MAX_VOLTAGE: 57, MCCONF_M_NTC_MOTOR_BETA: 3380 };
/** Names that headers give to the temperatures of their power stage, where the usual one is a function. */
const FET_TEMPERATURES = [
  'NTC_TEMP_MOS1()',
  'NTC_TEMP_MOS2()',
  'NTC_TEMP_MOS3()',
  'NTC_TEMP_MOS1_M2()',
  'NTC_TEMP_MOS2_M2()',
  'NTC_TEMP_MOS3_M2()',
  ...[1, 2, 3].map((sensor) =>
    thermistorFormula(`NTC_RES_IGBT(ADC_Value[ADC_IND_TEMP_IGBT_${sensor}])`, 5000, 3433),
  ),
];
/** Functions of single boards that stand in their headers, in the terms of a header. */
const FUNCTIONS: Macros = new Map([
  ['hw_get_ADC_value', { parameters: ['place'], body: '(ADC_Value[place] / 4096.0 * V_REG)', certain: true }],
  [
    'hw_get_mosfet_temp_filtered',
    {
      parameters: [],
      body: thermistorFormula('NTC_RES(ADC_Value[ADC_IND_TEMP_MOS])', 10_000, 3455),
      certain: true,
    },
  ],
]);

function thermistorFormula(resistance: string, at25C: number, beta: number): string {
  return `(1.0 / (logf(${resistance} / ${at25C}.0) / ${beta} + 1.0 / 298.15) - 273.15)`;
}

/** What is connected to the inputs of a board, as its header in `root` has it. */
export async function readBoardInputs(header: string, files: Files, root: string): Promise<BoardInputs> {
  return boardInputs(new Map([...FUNCTIONS, ...(await readMacros(header, files, root))]));
}

function boardInputs(macros: Macros): BoardInputs {
  const setting = (name: keyof typeof DEFAULTS): number => constant(name, macros) ?? DEFAULTS[name];
  const beta = setting('MCCONF_M_NTC_MOTOR_BETA');
  const fet = conversions(['NTC_TEMP(ADC_IND_TEMP_MOS)', 'NTC_TEMP(ADC_IND_TEMP_MOS_M2)'], macros);
  const found = {
    supply: voltage('GET_INPUT_VOLTAGE()', macros, {
      min_V: setting('MCCONF_L_MIN_VOLTAGE'),
      max_V: setting('MCCONF_L_MAX_VOLTAGE'),
    }),
    gateDriver: macros.has('HW_HAS_GATE_DRIVER_SUPPLY_MONITOR')
      ? voltage('GET_GATE_DRIVER_SUPPLY_VOLTAGE()', macros, {
          min_V: constant('HW_GATE_DRIVER_SUPPLY_MIN_VOLTAGE', macros),
          max_V: constant('HW_GATE_DRIVER_SUPPLY_MAX_VOLTAGE', macros),
        })
      : undefined,
    fetTemperature: fet ?? conversions(FET_TEMPERATURES, macros),
    motorTemperature: conversions([`NTC_TEMP_MOTOR(${beta})`, `NTC_TEMP_MOTOR_2(${beta})`], macros),
    driverFault: faultPin(macros),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function constant(name: string, macros: Macros): number | undefined {
  return macros.has(name) ? macroValue(name, macros, () => NaN) : undefined;
}

function voltage(
  expression: string,
  macros: Macros,
  { min_V, max_V }: { readonly min_V: number | undefined; readonly max_V: number | undefined },
): VoltageInput | undefined {
  const input = conversion(expression, macros);
  return input && min_V !== undefined && max_V !== undefined ? { input, min_V, max_V } : undefined;
}

/** One a place: two names for the same sensor are one sensor. */
function conversions(expressions: readonly string[], macros: Macros): Conversion[] | undefined {
  const found = expressions.flatMap((each) => conversion(each, macros) ?? []);
  const places = new Map(found.map((each) => [each.index, each]));
  return places.size === 0 ? undefined : [...places.values()];
}

/** The form of a formula that depends on one place of the buffer. */
function conversion(expression: string, macros: Macros): Conversion | undefined {
  const places = new Set<number>();
  const values = SAMPLES.map((count) =>
    macroValue(expression, macros, (index) => {
      places.add(index);
      return count;
    }),
  );
  const [index = NaN, another] = places;
  if (!Number.isInteger(index) || index < 0 || another !== undefined) return undefined;
  if (!values.every((value) => value !== undefined)) return undefined;
  return [linear(index, values), ...FULL_SCALES.map((full) => thermistor(index, values, full))].find((form) =>
    values.every((value, at) => Math.abs(quantityAt(form, SAMPLES[at]!) - value) < TOLERANCE),
  );
}

function linear(index: number, values: readonly number[]): Conversion {
  const [offset, perCount] = line(SAMPLES, values);
  return { kind: 'linear', index, offset: rounded(offset), perCount: rounded(perCount) };
}

function thermistor(index: number, values: readonly number[], full: number): Conversion {
  const [a, b] = line(
    SAMPLES.map((count) => Math.log(full / count - 1)),
    values.map((value) => 1 / (value + ZERO_C)),
  );
  return { kind: 'thermistor', index, a: rounded(a), b: rounded(b), full: rounded(full) };
}

/** Offset and slope through the first and the last point. */
function line(x: readonly number[], y: readonly number[]): [offset: number, slope: number] {
  const slope = (y.at(-1)! - y[0]!) / (x.at(-1)! - x[0]!);
  return [y[0]! - slope * x[0]!, slope];
}

/** As many digits as make no difference to a count. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(7));
}

/** `(!palReadPad(GPIOB, 7))`, or without the `!`. */
function faultPin(macros: Macros): BoardInputs['driverFault'] {
  const macro = macros.get('IS_DRV_FAULT');
  const match = /^\(?\s*(!?)\s*palReadPad\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)\s*\)?$/.exec(
    macro?.certain ? macro.body.trim() : '',
  );
  const resolved = (name = ''): string => macros.get(name)?.body.trim() ?? name;
  const port = /^GPIO([A-I])$/.exec(resolved(match?.[2]))?.[1];
  const pin = Number(resolved(match?.[3]));
  if (match === null || port === undefined || !(pin >= 0 && pin <= 15)) return undefined;
  return { port: port.charCodeAt(0) - 'A'.charCodeAt(0), pin, level: match[1] === '!' ? 0 : 1 };
}
