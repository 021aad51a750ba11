import { Emitter } from '../base/emitter';
import { FLASH_ADDRESS, FLASH_SIZE, SECTORS } from '../image/flashMap';

/** What a program or erase operation came to. */
export interface FlashResult {
  readonly ok: boolean;
  /** How long the chip is busy; the processor stands still meanwhile (facts: flash controller). */
  readonly duration_ms: number;
}

/** One program call or one sector erase, as the hook sees it before it happens. */
export interface FlashOperation {
  /** Counts from 0 over the life of the chip. */
  readonly index: number;
  readonly kind: 'program' | 'erase';
  readonly address: number;
  readonly length: number;
}

/**
 * How bits that would have to go from 0 to 1 are met: the real chip keeps the 0 and reports success, a strict model
 * stops there and reports an error (facts 14).
 */
export type FlashModel = 'chip' | 'strict';

/** Thrown out of an operation that the power did not survive; the operation is half done. */
export class PowerCut extends Error {
  constructor() {
    super('the power was cut during a flash operation');
  }
}

/** 16 µs a programmed byte (facts 14). */
const PROGRAM_MS_PER_BYTE = 0.016;
const ERASED = 0xff;

/** Sector erase times by size (facts: flash controller). */
function eraseDuration(size_B: number): number {
  if (size_B <= 16 * 1024) return 250;
  return size_B <= 64 * 1024 ? 550 : 1000;
}

/** The 1 MiB of flash of an STM32F405: programming clears bits, only erasing a whole sector sets them. */
export class Flash {
  /** The bytes themselves, for looking at; change them through the operations. */
  readonly content: Uint8Array;
  /** Decides before an operation whether the power is cut in the middle of it. */
  cutPower: ((operation: FlashOperation) => boolean) | undefined;
  private count = 0;
  private changes = 0;
  private readonly operated = new Emitter<FlashOperation>();
  /** Fires before each operation. */
  readonly onOperation = this.operated.event;

  constructor(
    content?: Uint8Array,
    readonly model: FlashModel = 'chip',
  ) {
    this.content = new Uint8Array(FLASH_SIZE).fill(ERASED);
    if (content !== undefined) this.content.set(content.subarray(0, FLASH_SIZE));
  }

  /** Operations so far. */
  get operations(): number {
    return this.count;
  }

  /** Grows with every change of content, so that what was derived from it can be kept until then. */
  get revision(): number {
    return this.changes;
  }

  /** Counts operations from here on. */
  startCounting(): void {
    this.count = 0;
  }

  /** A view of `length` bytes at `address`; shorter where the flash ends. */
  read(address: number, length: number): Uint8Array {
    const start = address - FLASH_ADDRESS;
    return this.content.subarray(start, start + length);
  }

  /** A little-endian word. */
  word(address: number): number {
    const [a, b, c, d] = this.read(address, 4);
    return (a! | (b! << 8) | (c! << 16) | (d! << 24)) >>> 0;
  }

  isErased(address: number, length: number): boolean {
    return this.read(address, length).every((byte) => byte === ERASED);
  }

  /**
   * Programs byte by byte, stopping at the first that cannot be: outside the flash, or, in the strict model, where a
   * 0 would have to become a 1. Addresses wrap at 2³², as the firmware computes them.
   */
  program(address: number, bytes: Uint8Array): FlashResult {
    const cut = this.begin('program', address, bytes.length);
    const length = cut ? bytes.length >> 1 : bytes.length;
    let done = 0;
    for (; done < length; done++) {
      const at = ((address + done) >>> 0) - FLASH_ADDRESS;
      if (at < 0 || at >= FLASH_SIZE) break;
      const old = this.content[at]!;
      const wanted = bytes[done]!;
      this.content[at] = old & wanted;
      if (this.model === 'strict' && (old & wanted) !== wanted) break;
    }
    if (cut) throw new PowerCut();
    return { ok: done === bytes.length, duration_ms: done * PROGRAM_MS_PER_BYTE };
  }

  /** Erases sector `index` (0 to 11). */
  erase(index: number): FlashResult {
    const sector = SECTORS[index]!;
    const cut = this.begin('erase', sector.address, sector.size_B);
    const start = sector.address - FLASH_ADDRESS;
    this.content.fill(ERASED, start, start + (cut ? sector.size_B >> 1 : sector.size_B));
    if (cut) throw new PowerCut();
    return { ok: true, duration_ms: eraseDuration(sector.size_B) };
  }

  private begin(kind: FlashOperation['kind'], address: number, length: number): boolean {
    this.changes++;
    const operation = { index: this.count++, kind, address, length };
    this.operated.fire(operation);
    return this.cutPower?.(operation) === true;
  }
}
