import {
  type BoardInputs,
  type Conversion,
  countFor,
  MAX_COUNT,
  QUANTITIES,
  type Quantity,
  quantityAt,
  type VoltageInput,
} from './boardInputs';
import type { Override } from './messages';

/** What an input reads to which nothing is connected: core/adc.ts. */
const MIDDLE = 2048;
const NORMAL_TEMPERATURE_C = 25;
/** Temperatures outside of these melt or freeze more than a controller. */
const COLDEST_C = -20;
const HOTTEST_C = 150;
/** What the middle reads is taken for normal when it is that far inside the limits, or that close to room temperature. */
const MARGIN = 0.05;
const ROOM_C = 5;

/** The range in which a quantity can be set, and where the firmware calls it a fault unless it is told otherwise. */
export interface QuantityRange {
  readonly quantity: Quantity;
  readonly min: number;
  readonly max: number;
  readonly normal: number;
  readonly lowest?: number;
  readonly highest?: number;
}

/** What the inputs of a board can be set to, those that it has. */
export function rangesOf(inputs: BoardInputs): QuantityRange[] {
  return QUANTITIES.flatMap((quantity) => {
    const [input] = conversionsOf(inputs, quantity);
    if (!input) return [];
    const ends = [quantityAt(input, 0), quantityAt(input, MAX_COUNT)];
    const limits = voltageOf(inputs, quantity);
    const normal = normalOf(input, limits);
    if (!limits) {
      const min = Math.max(COLDEST_C, Math.ceil(Math.min(...ends)));
      return [{ quantity, min, max: Math.min(HOTTEST_C, Math.floor(Math.max(...ends))), normal }];
    }
    const { min_V, max_V } = limits;
    return [
      {
        quantity,
        min: Math.ceil(Math.min(...ends)),
        max: Math.floor(Math.max(...ends)),
        normal,
        // Some boards are delivered with limits that nothing can meet, so that nobody forgets to set them.
        ...(min_V < max_V ? { lowest: min_V, highest: max_V } : {}),
      },
    ];
  });
}

/** What has to be set so that nothing is wrong with a board when it starts; where the middle will do, nothing. */
export function normalOverrides(inputs: BoardInputs): Override[] {
  return rangesOf(inputs).flatMap(({ quantity, normal }) =>
    conversionsOf(inputs, quantity).flatMap((input) =>
      Math.abs(countFor(input, normal) - MIDDLE) <= 1 ? [] : [overrideOf(input, normal)],
    ),
  );
}

/** What the ADC reads when a quantity has that value. Nothing where the board has no such input. */
export function quantityOverrides(inputs: BoardInputs, quantity: Quantity, value: number): Override[] {
  return conversionsOf(inputs, quantity).map((input) => overrideOf(input, value));
}

/** The pin by which a gate driver tells of a fault, held as if there were one, or let go of. */
export function driverFaultOverrides({ driverFault }: BoardInputs, on: boolean): Override[] {
  if (!driverFault) return [];
  const { port, pin, level } = driverFault;
  return [{ kind: 'pin', port, pin, level: on ? level : undefined }];
}

function overrideOf(input: Conversion, value: number): Override {
  return { kind: 'index', index: input.index, value: countFor(input, value) };
}

function conversionsOf(inputs: BoardInputs, quantity: Quantity): readonly Conversion[] {
  const voltage = voltageOf(inputs, quantity);
  if (voltage) return [voltage.input];
  const { fetTemperature = [], motorTemperature = [] } = inputs;
  return quantity === 'fetTemperature'
    ? fetTemperature
    : quantity === 'motorTemperature'
      ? motorTemperature
      : [];
}

function voltageOf({ supply, gateDriver }: BoardInputs, quantity: Quantity): VoltageInput | undefined {
  return quantity === 'supply' ? supply : quantity === 'gateDriver' ? gateDriver : undefined;
}

function normalOf(input: Conversion, limits: VoltageInput | undefined): number {
  const middle = quantityAt(input, MIDDLE);
  if (!limits) return Math.abs(middle - NORMAL_TEMPERATURE_C) < ROOM_C ? middle : NORMAL_TEMPERATURE_C;
  const { min_V, max_V } = limits;
  const isInside = middle > min_V * (1 + MARGIN) && middle < max_V * (1 - MARGIN);
  return isInside || min_V >= max_V ? middle : (min_V + max_V) / 2;
}
