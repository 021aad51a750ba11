import {
  BOOTLOADER_ADDRESS,
  BOOTLOADER_SIZE,
  FLASH_ADDRESS,
  SECTORS,
  STAGING_ADDRESS,
  STAGING_SIZE,
} from '../image/flashMap';
import { decompress } from '../image/heatshrink';
import { HEADER_SIZE, readHeader } from '../image/stagingHeader';
import { crc16 } from '../protocol/crc16';
import type { Flash } from './flash';
import { isOldBootloader } from './syntheticImage';

/** How a run of the bootloader ended (facts 4). */
export type BootloaderOutcome =
  'installed' | 'size-invalid' | 'size-zero' | 'crc-wrong' | 'flash-error' | 'watchdog';

/** Decompressing and programming took 9.3 s for 524,280 bytes; a plain copy is the flash alone. */
const DECOMPRESS_MS_PER_BYTE = 0.0017;
/** Programmed at a time, so that the power can fail in between. */
const PIECE = 4096;
const APP_SECTORS = 8;
const MAX_ATTEMPTS = 5;
/** The watchdog that the application left running (facts 3.6). */
export const WATCHDOG_MS = 32_000;
const CHECK_MS = 50;
/** Everything from the length up: the decoder does not know where the application area ends. */
const RUNAWAY = 0x18_0000;

/** A run of the bootloader, and how long the application is that it installed. */
export interface BootloaderRun {
  readonly outcome: BootloaderOutcome;
  readonly installed_B: number;
}

/** What a bootloader needs of the chip. */
export interface BootloaderChip {
  readonly flash: Flash;
  stall(duration_ms: number): Promise<void>;
  /** From here on the application is no longer whole. */
  installing(): void;
}

/** True when a jump to sector 11 finds a stack and a reset vector there that lead into it. */
export function hasBootloader(flash: Flash): boolean {
  const stack = flash.word(BOOTLOADER_ADDRESS);
  const reset = flash.word(BOOTLOADER_ADDRESS + 4);
  const inside = reset >= BOOTLOADER_ADDRESS && reset < BOOTLOADER_ADDRESS + BOOTLOADER_SIZE;
  return stack >>> 20 === 0x200 && inside && (reset & 1) === 1;
}

/** One run of the bootloader: what is staged replaces the application, if header and CRC hold. */
export async function runBootloader(chip: BootloaderChip): Promise<BootloaderRun> {
  const { flash } = chip;
  // The watchdog counts what the chip does, not how late the host's timers are when it is made to live fast.
  let spent_ms = 0;
  const stall = (duration_ms: number): Promise<void> => {
    spent_ms += duration_ms;
    return chip.stall(duration_ms);
  };
  const old = isOldBootloader(flash.read(BOOTLOADER_ADDRESS, BOOTLOADER_SIZE));
  const staging = flash.read(STAGING_ADDRESS, STAGING_SIZE);
  const header = readHeader(staging)!;
  const compressed = header.compressed && !old;
  const length = compressed ? header.payload_B : header.lengthField;
  await stall(CHECK_MS);
  if (length > STAGING_SIZE) return refused('size-invalid');
  if (length === 0) return refused('size-zero');
  // The header of an almost full area makes it read on into its own sector; nothing stops it.
  const payload = flash.read(STAGING_ADDRESS + HEADER_SIZE, length).slice();
  if (crc16(payload) !== header.crc) return refused('crc-wrong');

  const app = compressed ? decompress(payload, RUNAWAY) : payload;
  chip.installing();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const ok = await install({ flash, stall }, app, compressed);
    if (spent_ms > WATCHDOG_MS) return refused('watchdog');
    if (ok) return { outcome: 'installed', installed_B: app.length };
  }
  return refused('flash-error');
}

function refused(outcome: BootloaderOutcome): BootloaderRun {
  return { outcome, installed_B: 0 };
}

async function install(
  chip: Pick<BootloaderChip, 'flash' | 'stall'>,
  app: Uint8Array,
  compressed: boolean,
): Promise<boolean> {
  const { flash } = chip;
  for (const sector of SECTORS.slice(0, APP_SECTORS)) {
    if (!compressed && sector.address - FLASH_ADDRESS >= app.length) break;
    const erased = flash.erase(sector.index);
    await chip.stall(erased.duration_ms);
  }
  for (let offset = 0; offset < app.length; offset += PIECE) {
    const piece = app.subarray(offset, offset + PIECE);
    const result = flash.program(FLASH_ADDRESS + offset, piece);
    await chip.stall(result.duration_ms + (compressed ? piece.length * DECOMPRESS_MS_PER_BYTE : 0));
    if (!result.ok) return false;
  }
  return true;
}
