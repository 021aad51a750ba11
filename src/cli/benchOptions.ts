import { VescError } from '../base/errors';
import { knownInputs } from '../emulator/boardInputTable';
import type { Override } from '../emulator/messages';
import type { Quantity } from '../emulator/boardInputs';
import { driverFaultOverrides, normalOverrides, quantityOverrides, rangesOf } from '../emulator/quantities';
import { readIdentity } from '../image/imageIdentity';
import { IMAGE_LENGTH } from '../image/flashMap';
import { type OptionTable, type OptionValues, readNumber } from './options';

/** What the inputs of an emulated controller see, in volts and degrees. */
export const BENCH_OPTIONS = {
  supply: {
    type: 'string',
    value: 'VOLTS',
    help: 'supply voltage (default: one that its board is content with)',
  },
  'gate-driver-supply': {
    type: 'string',
    value: 'VOLTS',
    help: 'supply of the gate driver, where it is measured',
  },
  'fet-temperature': {
    type: 'string',
    value: 'CELSIUS',
    help: 'temperature of the power stage (default: 25)',
  },
  'motor-temperature': {
    type: 'string',
    value: 'CELSIUS',
    help: 'temperature of the motor, 10 k NTC (default: 25)',
  },
  'driver-fault': { type: 'boolean', help: 'hold the fault pin of the gate driver' },
} as const satisfies OptionTable;

const QUANTITY_OPTIONS = {
  supply: 'supply',
  'gate-driver-supply': 'gateDriver',
  'fet-temperature': 'fetTemperature',
  'motor-temperature': 'motorTemperature',
} as const satisfies Partial<Record<keyof typeof BENCH_OPTIONS, Quantity>>;

/**
 * What makes `options` true for the board whose firmware is in `flash`, and the rest of its inputs normal.
 * @throws VescError `usage` for a value out of range, and for an input that the board has not or nobody knows
 */
export function benchOverrides(flash: Uint8Array, options: OptionValues<typeof BENCH_OPTIONS>): Override[] {
  const { hardware = 'unknown' } = readIdentity(flash.subarray(0, IMAGE_LENGTH));
  const inputs = knownInputs(hardware) ?? {};
  const overrides = normalOverrides(inputs);
  const missing = (option: string): VescError => {
    const problem = `--${option}: what hardware ${hardware} has for that is not known. --adc and --pin set inputs one by one.`;
    return new VescError('usage', { problem, help: 'vesc emulate --help' });
  };
  for (const [option, quantity] of Object.entries(QUANTITY_OPTIONS)) {
    const text = options[option as keyof typeof QUANTITY_OPTIONS];
    if (text === undefined) continue;
    const range = rangesOf(inputs).find((each) => each.quantity === quantity);
    if (!range) throw missing(option);
    const { min, max } = range;
    overrides.push(...quantityOverrides(inputs, quantity, readNumber(`--${option}`, text, { min, max })));
  }
  if (options['driver-fault']) {
    const held = driverFaultOverrides(inputs, true);
    if (held.length === 0) throw missing('driver-fault');
    overrides.push(...held);
  }
  return overrides;
}
