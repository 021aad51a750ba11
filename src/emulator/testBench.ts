import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { CRC_INFO_OFFSET, EEPROM_END_OFFSET } from '../image/flashMap';
import type { BoardInputs, Quantity } from './boardInputs';
import type { EmulatedController } from './emulatedController';
import type { Override } from './messages';
import {
  driverFaultOverrides,
  normalOverrides,
  type QuantityRange,
  quantityOverrides,
  rangesOf,
} from './quantities';

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

  /** Sets a quantity; beyond its range to the end of that. */
  setQuantity(quantity: Quantity, value: number): void {
    const range = this.ranges.find((each) => each.quantity === quantity);
    if (!range) return;
    const inside = Math.min(Math.max(value, range.min), range.max);
    this.set.set(quantity, inside);
    this.apply(quantityOverrides(this.inputs ?? {}, quantity, inside));
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

  /**
   * Clears a bit of the program where it is not used: only its checksum can tell, and a firmware that finds it stops for
   * good. Repaired, the program starts over.
   */
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
      if (this.powered) controller.power(true);
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

  /** True while nothing of what can be set here is set. */
  get isNormal(): boolean {
    const isSet = this.set.size > 0 || this.places.size > 0 || this.fault || this.isDamaged;
    return !isSet && this.isPlugged && this.powered;
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
