import table from './boardInputRows.json';
import type { BoardInputs, Conversion, FaultPin, VoltageInput } from './boardInputs';

// boardInputRows.json: a row for boards that are wired in the same way. Voltages are `INDEX V/COUNT MIN MAX [OFFSET]`, all
// in volts; temperatures `INDEX BETA [A [FULL]]` for a thermistor (BETA is negative where it is at the low side of its
// divider), or `INDEX linear OFFSET PER-COUNT`, several with commas; the fault pin is `B7=0`. Written by
// scripts/boardInputs.ts from the headers of a firmware tree.

/** A row without the names of its boards. */
export interface TableRow {
  readonly supply?: string;
  readonly gateDriver?: string;
  readonly fet?: string;
  readonly motor?: string;
  readonly fault?: string;
}
interface Row extends TableRow {
  readonly hardware: readonly string[];
}

const FULL = 4095;
/** 10 kΩ at 25 °C in a divider with 10 kΩ: 1 / 298.15 K. */
const A = 1 / 298.15;

/** The inputs of a board of the official firmware, by the name that its image carries (HW_NAME). */
export function knownInputs(hardware: string): BoardInputs | undefined {
  const row = (table as readonly Row[]).find((each) => each.hardware.includes(hardware));
  return row && parseRow(row);
}

export function parseRow({ supply, gateDriver, fet, motor, fault }: TableRow): BoardInputs {
  return {
    ...(supply === undefined ? {} : { supply: parseVoltage(supply) }),
    ...(gateDriver === undefined ? {} : { gateDriver: parseVoltage(gateDriver) }),
    ...(fet === undefined ? {} : { fetTemperature: fet.split(', ').map(parseTemperature) }),
    ...(motor === undefined ? {} : { motorTemperature: motor.split(', ').map(parseTemperature) }),
    ...(fault === undefined ? {} : { driverFault: parsePin(fault) }),
  };
}

/** What {@link parseRow} reads. */
export function tableRow(inputs: BoardInputs): TableRow {
  const { supply, gateDriver, fetTemperature, motorTemperature, driverFault } = inputs;
  return {
    ...(supply ? { supply: voltage(supply) } : {}),
    ...(gateDriver ? { gateDriver: voltage(gateDriver) } : {}),
    ...(fetTemperature ? { fet: fetTemperature.map(temperature).join(', ') } : {}),
    ...(motorTemperature ? { motor: motorTemperature.map(temperature).join(', ') } : {}),
    ...(driverFault
      ? { fault: `${String.fromCharCode(0x41 + driverFault.port)}${driverFault.pin}=${driverFault.level}` }
      : {}),
  };
}

function parseVoltage(text: string): VoltageInput {
  const [index = 0, perCount = 0, min_V = 0, max_V = 0, offset = 0] = text.split(' ').map(Number);
  return { input: { kind: 'linear', index, offset, perCount }, min_V, max_V };
}

function voltage({ input, min_V, max_V }: VoltageInput): string {
  if (input.kind !== 'linear') throw new Error('a voltage that is not linear');
  const { index, perCount, offset } = input;
  return [index, perCount, min_V, max_V, ...(offset === 0 ? [] : [offset])].join(' ');
}

function parseTemperature(text: string): Conversion {
  const [index = '', kind = '', ...rest] = text.split(' ');
  const [first, second] = rest.map(Number);
  if (kind === 'linear') {
    return { kind, index: Number(index), offset: first ?? 0, perCount: second ?? 0 };
  }
  return {
    kind: 'thermistor',
    index: Number(index),
    a: first ?? A,
    b: 1 / Number(kind),
    full: second ?? FULL,
  };
}

function temperature(input: Conversion): string {
  if (input.kind === 'linear') return `${input.index} linear ${input.offset} ${input.perCount}`;
  const { index, a, b, full } = input;
  const parts = [index, Number((1 / b).toPrecision(4))];
  if (Math.abs(a - A) > 1e-6 || full !== FULL) parts.push(a);
  if (full !== FULL) parts.push(full);
  return parts.join(' ');
}

function parsePin(text: string): FaultPin {
  const [, port = 'A', pin = '0', level] = /^([A-I])(\d+)=([01])$/.exec(text) ?? [];
  return { port: port.charCodeAt(0) - 0x41, pin: Number(pin), level: level === '1' ? 1 : 0 };
}
