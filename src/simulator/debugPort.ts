import {
  APP_ADDRESS,
  APP_SIZE,
  FLASH_ADDRESS,
  FLASH_SIZE,
  RAM_ADDRESS,
  RAM_SIZE,
  SECTORS,
} from '../image/flashMap';
import { fromHex } from '../protocol/bytes';
import type { ControllerTime } from './controllerTime';
import { type Flash, PowerCut } from './flash';
import type { SwdPins } from './swdPins';

/** What BM_CONNECT calls an STM32F405 (facts 2.9). */
const STM32F40X = 1;
/** Registers and words a programmer looks at: unique ID (facts: memory map), device id, option bytes (RM0090). */
const UNIQUE_ID = 0x1fff_7a10;
const DEVICE_ID = 0xe004_2000;
const OPTION_CONTROL = 0x4002_3c14;
const DEVICE_ID_VALUE = 0x1007_6413;
/** Write protection off, read protection at level 0 (0xAA) or 1 (anything else but 0xCC). */
const OPTIONS_OPEN = 0x0fff_aaed;
const OPTIONS_PROTECTED = 0x0fff_55ed;

/** The chip as its debug port sees it. */
export interface DebuggedChip {
  readonly flash: Flash;
  readonly time: ControllerTime;
  /** 24 hex digits. */
  readonly uuid: string;
  readonly isPowered: boolean;
  /** Its option bytes keep programmers out of the flash. */
  readonly isProtected: boolean;
  /** The processor stands still. */
  hold(): void;
  /** It goes on where it stood. */
  letGo(): void;
  reset(): void;
  /** The application is no longer whole. */
  erased(): void;
  /** The power failed in the middle of a flash operation. */
  powerFailed(): void;
}

/** The SWD pins of a simulated controller. */
export class DebugPort implements SwdPins {
  constructor(private readonly chip: DebuggedChip) {}

  attach(): Promise<number | undefined> {
    if (!this.chip.isPowered) return Promise.resolve(undefined);
    this.chip.hold();
    return Promise.resolve(STM32F40X);
  }

  async eraseAll(): Promise<boolean> {
    for (const { index } of SECTORS) if (!(await this.eraseSector(index))) return false;
    return true;
  }

  async eraseSector(index: number): Promise<boolean> {
    if (!this.isOpen || SECTORS[index] === undefined) return false;
    if (SECTORS[index].address < APP_ADDRESS + APP_SIZE) this.chip.erased();
    return this.operate((flash) => flash.erase(index));
  }

  writeFlash(address: number, bytes: Uint8Array): Promise<boolean> {
    if (!this.isOpen) return Promise.resolve(false);
    return this.operate((flash) => flash.program(address, bytes));
  }

  writeMemory(address: number, bytes: Uint8Array): Promise<boolean> {
    const inRam = address >= RAM_ADDRESS && address + bytes.length <= RAM_ADDRESS + RAM_SIZE;
    return Promise.resolve(this.chip.isPowered && inRam);
  }

  readMemory(address: number, length: number): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.chip.isPowered ? this.read(address, length) : undefined);
  }

  reset(): Promise<boolean> {
    if (!this.chip.isPowered) return Promise.resolve(false);
    this.chip.reset();
    return Promise.resolve(true);
  }

  detach(): Promise<void> {
    this.chip.letGo();
    return Promise.resolve();
  }

  private get isOpen(): boolean {
    return this.chip.isPowered && !this.chip.isProtected;
  }

  private read(address: number, length: number): Uint8Array | undefined {
    const within = (start: number, size_B: number): boolean =>
      address >= start && address + length <= start + size_B;
    if (within(FLASH_ADDRESS, FLASH_SIZE)) {
      return this.isOpen ? this.chip.flash.read(address, length).slice() : undefined;
    }
    if (within(RAM_ADDRESS, RAM_SIZE)) return new Uint8Array(length);
    const words: readonly (readonly [start: number, content: Uint8Array])[] = [
      [UNIQUE_ID, fromHex(this.chip.uuid)],
      [DEVICE_ID, word(DEVICE_ID_VALUE)],
      [OPTION_CONTROL, word(this.chip.isProtected ? OPTIONS_PROTECTED : OPTIONS_OPEN)],
    ];
    const found = words.find(([start, content]) => within(start, content.length));
    return found?.[1].slice(address - found[0], address - found[0] + length);
  }

  /** One flash operation and the time it takes; the power may fail in it, or while it is waited for. */
  private async operate(
    operation: (flash: Flash) => { readonly ok: boolean; readonly duration_ms: number },
  ): Promise<boolean> {
    const { chip } = this;
    try {
      const { ok, duration_ms } = operation(chip.flash);
      await new Promise<void>((resolve) => chip.time.pass(duration_ms, resolve));
      return ok && chip.isPowered;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      chip.powerFailed();
      return false;
    }
  }
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
