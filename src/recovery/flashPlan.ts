import { checkBootloader } from '../image/bootloaderFile';
import {
  APP_ADDRESS,
  BOOTLOADER_ADDRESS,
  BOOTLOADER_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  FLASH_ADDRESS,
} from '../image/flashMap';
import type { FlashPart } from './programmer';

/** What is known of the chip's flash before it is erased, and what is to be in it afterwards. */
export interface FlashWish {
  /** The application, gaps and all: the CRC the firmware computes of itself covers them (facts 3.8). */
  readonly app: Uint8Array;
  readonly bootloader: Uint8Array | undefined;
  /** The whole flash, where it could be read. */
  readonly before: Uint8Array | undefined;
  /** Leave the sectors of the settings as they are. */
  readonly keepSettings: boolean;
  /** The programmer cannot but erase everything. */
  readonly erasesAll: boolean;
}

/** What is written, and what becomes of that which was there. */
export interface FlashPlan {
  readonly parts: readonly FlashPart[];
  /** `written`: the one that was given. `kept`: the one that was there. `none`: neither. `unknown`: not looked at. */
  readonly bootloader: 'written' | 'kept' | 'none' | 'unknown';
  readonly settings: 'kept' | 'blank' | 'gone';
}

/** Decides what goes where. Nothing is read or written here. */
export function planFlash({ app, bootloader, before, keepSettings, erasesAll }: FlashWish): FlashPlan {
  const settings = settingsPlan(before, keepSettings, erasesAll);
  const found = before && findBootloader(before);
  const kept = bootloader === undefined && erasesAll ? found : undefined;
  const last = bootloader ?? kept;
  return {
    parts: [
      ...appParts(app, settings, erasesAll ? before : undefined),
      ...(last === undefined ? [] : [{ address: BOOTLOADER_ADDRESS, bytes: last }]),
    ],
    bootloader:
      bootloader === undefined
        ? found
          ? 'kept'
          : before === undefined && !erasesAll
            ? 'unknown'
            : 'none'
        : 'written',
    settings,
  };
}

function settingsPlan(
  before: Uint8Array | undefined,
  keepSettings: boolean,
  erasesAll: boolean,
): FlashPlan['settings'] {
  if (!keepSettings) return 'gone';
  // What is not erased stays without being read.
  if (!before) return erasesAll ? 'gone' : 'kept';
  const blank = before.subarray(EEPROM_OFFSET, EEPROM_END_OFFSET).every((byte) => byte === 0xff);
  return blank ? 'blank' : 'kept';
}

/** Settings that stay split the application in two; where everything is erased, they are written as they were. */
function appParts(
  app: Uint8Array,
  settings: FlashPlan['settings'],
  before: Uint8Array | undefined,
): FlashPart[] {
  if (settings !== 'kept') return [{ address: APP_ADDRESS, bytes: app }];
  const vectors = { address: APP_ADDRESS, bytes: app.subarray(0, EEPROM_OFFSET) };
  const code = { address: APP_ADDRESS + EEPROM_END_OFFSET, bytes: app.subarray(EEPROM_END_OFFSET) };
  if (!before) return [vectors, code];
  const kept = before.subarray(EEPROM_OFFSET, EEPROM_END_OFFSET);
  return [vectors, { address: APP_ADDRESS + EEPROM_OFFSET, bytes: kept }, code];
}

/** The bootloader in a read-out flash, without the blank rest of its sector. */
export function findBootloader(flash: Uint8Array): Uint8Array | undefined {
  const start = BOOTLOADER_ADDRESS - FLASH_ADDRESS;
  const sector = flash.subarray(start, start + BOOTLOADER_SIZE);
  let end = sector.length;
  while (end > 0 && sector[end - 1] === 0xff) end--;
  const bytes = sector.slice(0, Math.ceil(end / 4) * 4);
  return checkBootloader(bytes).length === 0 ? bytes : undefined;
}
