/** What a test bench can set, in volts and degrees Celsius. */
export const QUANTITIES = ['supply', 'gateDriver', 'fetTemperature', 'motorTemperature'] as const;
export type Quantity = (typeof QUANTITIES)[number];

/** How a place of the ADC's buffer becomes a quantity. */
export type Conversion =
  /** offset + perCount · count */
  | { readonly kind: 'linear'; readonly index: number; readonly offset: number; readonly perCount: number }
  /** A thermistor in a divider, in °C: 1 / (a + b · ln(full / count − 1)) − 273.15 */
  | {
      readonly kind: 'thermistor';
      readonly index: number;
      readonly a: number;
      readonly b: number;
      readonly full: number;
    };

/** A voltage at an input of a board, and between which values its firmware is content by default. */
export interface VoltageInput {
  readonly input: Conversion;
  readonly min_V: number;
  readonly max_V: number;
}

/** A pin, with port 0 for A, and the level at which it means a fault. */
export interface FaultPin {
  readonly port: number;
  readonly pin: number;
  readonly level: 0 | 1;
}

/** What is connected to the inputs of a board, as far as it is known. Several sensors of a kind are set together. */
export interface BoardInputs {
  readonly supply?: VoltageInput;
  readonly gateDriver?: VoltageInput;
  readonly fetTemperature?: readonly Conversion[];
  /** With the thermistor that a motor has by default: 10 kΩ at 25 °C, β 3380. */
  readonly motorTemperature?: readonly Conversion[];
  readonly driverFault?: FaultPin;
}

export const MAX_COUNT = 4095;
const ZERO_C = 273.15;

/** What the firmware makes of `count` (0 to 4095). */
export function quantityAt(input: Conversion, count: number): number {
  if (input.kind === 'linear') return input.offset + input.perCount * count;
  const { a, b, full } = input;
  // At the ends a divider says nothing; the firmware sees the coldest and the hottest there is.
  const inside = Math.min(Math.max(count, 1), full - 1);
  return 1 / (a + b * Math.log(full / inside - 1)) - ZERO_C;
}

/** The count that comes closest to a quantity; every conversion rises or falls all the way. */
export function countFor(input: Conversion, quantity: number): number {
  const rises = quantityAt(input, MAX_COUNT) > quantityAt(input, 0);
  let low = 0;
  let high = MAX_COUNT;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (quantityAt(input, middle) < quantity === rises) low = middle;
    else high = middle;
  }
  const error = (count: number): number => Math.abs(quantityAt(input, count) - quantity);
  return error(low) <= error(high) ? low : high;
}
