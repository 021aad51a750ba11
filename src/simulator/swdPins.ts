/**
 * What a programmer finds at the SWD pins of a chip. Every operation fails, and none throws, once the chip has lost
 * its power.
 */
export interface SwdPins {
  /**
   * Takes hold of the processor, which stands still from then on. The chip as BM_CONNECT numbers it (facts 2.9), -2
   * for one nobody knows, `undefined` when nothing answers.
   */
  attach(): Promise<number | undefined>;
  /** Erases all of the flash. */
  eraseAll(): Promise<boolean>;
  /** Erases one sector, as programmers do that know the chip. */
  eraseSector(index: number): Promise<boolean>;
  writeFlash(address: number, bytes: Uint8Array): Promise<boolean>;
  /** RAM and registers. */
  writeMemory(address: number, bytes: Uint8Array): Promise<boolean>;
  readMemory(address: number, length: number): Promise<Uint8Array | undefined>;
  /** Starts the processor over. */
  reset(): Promise<boolean>;
  /** Lets go: a processor that was not started over goes on where it stood. */
  detach(): Promise<void>;
}

/** The flash of each chip that BM_CONNECT knows, by its number: where it begins and how long it is (facts 2.9). */
export const chipFlash: Readonly<Record<number, { readonly address: number; readonly size_B: number }>> = {
  1: { address: 0x0800_0000, size_B: 0x10_0000 },
  2: { address: 0, size_B: 0x2_0000 },
  3: { address: 0, size_B: 0x4_0000 },
  4: { address: 0, size_B: 0x4_0000 },
  5: { address: 0, size_B: 0x8_0000 },
  6: { address: 0, size_B: 0x8_0000 },
  7: { address: 0, size_B: 0x8_0000 },
  8: { address: 0, size_B: 0x10_0000 },
  9: { address: 0x0800_0000, size_B: 0x4_0000 },
  10: { address: 0x0800_0000, size_B: 0x4_0000 },
  11: { address: 0x0800_0000, size_B: 0x2_0000 },
  12: { address: 0x0800_0000, size_B: 0x8_0000 },
  13: { address: 0x0800_0000, size_B: 0x8_0000 },
};

/** A chip that is no motor controller's: a radio, a BMS. Its flash is all there is to it. */
export class OtherChip implements SwdPins {
  readonly content: Uint8Array;
  resets = 0;
  isAttached = false;
  isPowered = true;
  private readonly start: number;

  /** @param target what BM_CONNECT says of it; -2 for a chip it does not know */
  constructor(readonly target: number) {
    const flash = chipFlash[target] ?? { address: 0, size_B: 0 };
    this.start = flash.address;
    this.content = new Uint8Array(flash.size_B).fill(0xff);
  }

  attach(): Promise<number | undefined> {
    this.isAttached = this.isPowered && this.target > 0;
    return Promise.resolve(this.isPowered ? this.target : undefined);
  }

  eraseAll(): Promise<boolean> {
    if (this.isPowered) this.content.fill(0xff);
    return Promise.resolve(this.isPowered);
  }

  eraseSector(): Promise<boolean> {
    return Promise.resolve(false);
  }

  writeFlash(address: number, bytes: Uint8Array): Promise<boolean> {
    const offset = address - this.start;
    const fits = this.isPowered && offset >= 0 && offset + bytes.length <= this.content.length;
    if (fits) bytes.forEach((byte, at) => (this.content[offset + at]! &= byte));
    return Promise.resolve(fits);
  }

  writeMemory(): Promise<boolean> {
    return Promise.resolve(this.isPowered);
  }

  readMemory(address: number, length: number): Promise<Uint8Array | undefined> {
    const offset = address - this.start;
    const fits = this.isPowered && offset >= 0 && offset + length <= this.content.length;
    return Promise.resolve(fits ? this.content.slice(offset, offset + length) : undefined);
  }

  reset(): Promise<boolean> {
    this.resets++;
    return Promise.resolve(this.isPowered);
  }

  detach(): Promise<void> {
    this.isAttached = false;
    return Promise.resolve();
  }
}
