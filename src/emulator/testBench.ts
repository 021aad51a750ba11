import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { CRC_INFO_OFFSET, EEPROM_END_OFFSET } from '../image/flashMap';
import {
  type BoardInputs,
  type Conversion,
  countFor,
  MAX_COUNT,
  quantityAt,
  type VoltageInput,
} from './boardInputs';
import type { EmulatedController } from './emulatedController';
import type { Override } from './messages';

/** What a test bench can set, in volts and degrees Celsius. */
export const QUANTITIES = ['supply', 'gateDriver', 'fetTemperature', 'motorTemperature'] as const;
export type Quantity = (typeof QUANTITIES)[number];
export type Quantities = Partial<Record<Quantity, number>>;

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

/** The surroundings of one emulated controller, to be changed while its firmware runs. */
export class TestBench implements Disposable {
  readonly ranges: readonly QuantityRange[];
  private readonly changes = new Emitter<void>();
  private readonly set = new Map<Quantity, number>();
  private readonly places = new Map<number, number>();
  private fault = false;
  private damage: { readonly offset: number; readonly byte: number } | undefined;
  private powered = true;

  /** Fires after every change of what can be read here. */
  readonly onChange: Event<void> = this.changes.event;

  constructor(
    private readonly controller: EmulatedController,
    /** Undefined for a board that nobody knows: then there are only its places. */
    readonly inputs: BoardInputs | undefined,
  ) {
    this.ranges = inputs ? rangesOf(inputs) : [];
  }

  /** What a quantity is set to. */
  valueOf(quantity: Quantity): number | undefined {
    return this.set.get(quantity) ?? this.ranges.find((range) => range.quantity === quantity)?.normal;
  }

  setQuantity(quantity: Quantity, value: number): void {
    this.set.set(quantity, value);
    this.apply(quantityOverrides(this.inputs ?? {}, quantity, value));
  }

  /** True while the gate driver is made to report a fault; undefined where it has no pin for that. */
  get driverFault(): boolean | undefined {
    return this.inputs?.driverFault && this.fault;
  }

  setDriverFault(on: boolean): void {
    this.fault = on;
    this.apply(driverFaultOverrides(this.inputs ?? {}, on));
  }

  /** The places of the ADC's buffer that are set one by one, by their index. */
  get setPlaces(): ReadonlyMap<number, number> {
    return this.places;
  }

  /** Sets a place of the ADC's buffer, or gives it back; what was set by its quantity before is gone then. */
  setPlace(index: number, value: number | undefined): void {
    if (value === undefined) this.places.delete(index);
    else this.places.set(index, value);
    this.apply([{ kind: 'index', index, value }]);
  }

  /** The channel of each place, as the firmware has it. */
  readChannels(): Promise<readonly number[]> {
    return this.controller.readSequence();
  }

  /** True while a byte of the program is another one than was flashed. */
  get isDamaged(): boolean {
    return this.damage !== undefined;
  }

  /** Clears a bit of the program where it is not used, or sets it again: only its checksum can tell. */
  damageFlash(on: boolean): void {
    const { controller } = this;
    if (on && !this.damage) {
      const offset = unusedByte(controller.flash.content);
      const byte = controller.flash.content[offset]!;
      this.damage = { offset, byte };
      controller.patch(offset, Uint8Array.of(byte & (byte - 1)));
    } else if (!on && this.damage) {
      controller.patch(this.damage.offset, Uint8Array.of(this.damage.byte));
      this.damage = undefined;
    } else return;
    this.changes.fire();
  }

  get isPlugged(): boolean {
    return this.controller.isPlugged;
  }

  plugIn(on: boolean): void {
    this.controller.plugIn(on);
    this.changes.fire();
  }

  get isPowered(): boolean {
    return this.powered;
  }

  power(on: boolean): void {
    if (on === this.powered) return;
    this.powered = on;
    this.controller.power(on);
    this.changes.fire();
  }

  /** Another program is in the flash, whole, and runs. */
  renewed(): void {
    this.damage = undefined;
    this.powered = true;
    this.changes.fire();
  }

  /** Undoes all that was done here. */
  backToNormal(): void {
    for (const index of this.places.keys()) this.post([{ kind: 'index', index, value: undefined }]);
    const { inputs } = this;
    for (const quantity of this.set.keys()) {
      const places = quantityOverrides(inputs ?? {}, quantity, 0);
      this.post(places.map((each) => ({ ...each, value: undefined }) as Override));
    }
    this.places.clear();
    this.set.clear();
    this.fault = false;
    if (inputs) this.post([...normalOverrides(inputs), ...driverFaultOverrides(inputs, false)]);
    this.damageFlash(false);
    this.plugIn(true);
    this.power(true);
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private apply(overrides: readonly Override[]): void {
    this.post(overrides);
    this.changes.fire();
  }

  private post(overrides: readonly Override[]): void {
    for (const override of overrides) this.controller.override(override);
  }
}

/** Where nothing of the program lies, as high as possible; its last byte when all of it is used. */
function unusedByte(flash: Uint8Array): number {
  const end = CRC_INFO_OFFSET;
  for (let at = end - 1; at >= EEPROM_END_OFFSET; at--) if (flash[at] === 0xff) return at;
  return end - 1;
}
