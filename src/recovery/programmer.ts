/** How far a part of the work is, 0 to 1. */
export type OnFraction = (fraction: number) => void;

/** Option bytes: `level-1` can be unlocked and loses everything, `level-2` never (RM0090, FLASH_OPTCR). */
export type ReadProtection = 'none' | 'level-1' | 'level-2';

/** What a chip tells of itself over SWD, whatever its firmware. */
export interface ChipFacts {
  /** 24 hex digits; the firmware reports the same as its UUID. */
  readonly uuid: string;
  readonly protection: ReadProtection;
}

/** A stretch of flash and what is to stand there. */
export interface FlashPart {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface ProgramHooks {
  /** All is ready: the next thing is the erase. Nothing is erased when it rejects. */
  readonly onStart: () => Promise<void>;
  readonly onErase: OnFraction;
  readonly onWrite: OnFraction;
  readonly onVerify: OnFraction;
}

/** A chip in the hands of a programmer: its processor stands still until it is started over or let go. */
export interface Chip {
  readonly facts: ChipFacts;
  /**
   * True when erasing takes the whole flash, so that whatever is to stay must be read before and written again; else
   * only the sectors that are written are erased.
   */
  readonly erasesAll: boolean;
  /** The whole flash; `undefined` when the chip does not let it be read. */
  readFlash(onFraction: OnFraction, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * Takes the read protection away, and with it all that the chip holds; not every programmer can.
   * @throws VescError `swd-unlock-failed`
   */
  readonly unlock?: () => Promise<void>;
  /**
   * Erases, writes `parts` and reads them back. Not to be cancelled: half of it is nothing.
   * @throws VescError `swd-erase-failed`, `swd-write-failed`, `swd-verify-failed`, `swd-interrupted`
   */
  program(parts: readonly FlashPart[], hooks: ProgramHooks): Promise<void>;
  /** Starts the processor over and lets go of it. */
  restart(): Promise<void>;
  /** Lets go, whatever was done; never fails. */
  release(): Promise<void>;
}

/** A way to a chip's flash that needs nothing of its firmware. */
export interface Programmer {
  /** What to call it: `ST-Link`, `the controller at COM5`. */
  readonly name: string;
  /**
   * Takes hold of the chip that is wired to it.
   * @throws VescError that tells what is in the way; nothing was changed then
   */
  connect(signal: AbortSignal): Promise<Chip>;
}

/** Where the chip keeps its unique ID, 12 bytes (facts: memory map). */
export const UNIQUE_ID_ADDRESS = 0x1fff_7a10;
export const UNIQUE_ID_SIZE = 12;

/** The flash option control register, whose second byte is the level of read protection (RM0090). */
export const OPTION_CONTROL_ADDRESS = 0x4002_3c14;
const OPEN = 0xaa;
const FOR_GOOD = 0xcc;

/** Reads the level out of the option control register: 0xAA is none, 0xCC for good, all else level 1. */
export function protectionOf(optionControl: number): ReadProtection {
  const level = (optionControl >>> 8) & 0xff;
  if (level === OPEN) return 'none';
  return level === FOR_GOOD ? 'level-2' : 'level-1';
}
