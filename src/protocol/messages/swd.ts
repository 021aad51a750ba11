import { CommandId } from '../commandId';
import type { Request } from '../request';
import { contents, message } from './message';
import { MAX_WRITE_PAYLOAD } from './update';

/**
 * The built-in programmer: a controller flashes another chip by SWD (facts 2.9). Every command blocks. Results
 * are the firmware's: 1 is success, 0 and below are failures whose meaning each command documents.
 */

/** What {@link swdConnect} found, by its result. */
export const swdTargets: Readonly<Record<number, string>> = {
  1: 'STM32F40x',
  2: 'nRF51822 128K/16K',
  3: 'nRF51822 256K/16K',
  4: 'nRF51822 256K/32K',
  5: 'nRF52832',
  6: 'nRF52832',
  7: 'nRF52832 512K/64K',
  8: 'nRF52840',
  9: 'STM32F30x',
  10: 'STM32L47x',
  11: 'STM32G43x',
  12: 'STM32G47x',
  13: 'STM32G49x',
};

/** The longest piece of {@link swdReadMemory}. */
export const MAX_SWD_READ = 509;

function resultOf(id: CommandId, payload: Uint8Array): Request<number> {
  return { payload, replyId: id, decode: (reply) => contents(reply).i16() };
}

function piece(id: CommandId, address: number, data: Uint8Array): Uint8Array {
  if (data.length > MAX_WRITE_PAYLOAD) throw new RangeError(`${data.length} bytes do not fit one piece`);
  return message(id).u32(address).bytes(data).finish();
}

/** Uses the pins of the SWD connector. Result 1. */
export function swdMapPinsDefault(): Request<number> {
  return resultOf(CommandId.BM_MAP_PINS_DEFAULT, message(CommandId.BM_MAP_PINS_DEFAULT).finish());
}

/** Uses the pins that lead to the radio chip. Result 1, or 0 when the board has none. */
export function swdMapPinsNrf5x(): Request<number> {
  return resultOf(CommandId.BM_MAP_PINS_NRF5X, message(CommandId.BM_MAP_PINS_NRF5X).finish());
}

/** Connects. Result: the target ({@link swdTargets}), -1 nothing connected, -2 unknown chip. */
export function swdConnect(): Request<number> {
  return resultOf(CommandId.BM_CONNECT, message(CommandId.BM_CONNECT).finish());
}

/** Erases the whole flash; takes up to 20 s. Result 1, -1 not connected, -3 failed. */
export function swdEraseFlash(): Request<number> {
  return resultOf(CommandId.BM_ERASE_FLASH_ALL, message(CommandId.BM_ERASE_FLASH_ALL).finish());
}

/**
 * Writes flash at `address`. Result 1, -1 not connected, -2 failed.
 * @throws RangeError when `data` does not fit one frame
 */
export function swdWriteFlash(address: number, data: Uint8Array): Request<number> {
  return resultOf(CommandId.BM_WRITE_FLASH, piece(CommandId.BM_WRITE_FLASH, address, data));
}

/**
 * As {@link swdWriteFlash}, with `length` bytes compressed as an LZO1X stream.
 * @throws RangeError when `stream` does not fit one frame
 */
export function swdWriteFlashLzo(address: number, length: number, stream: Uint8Array): Request<number> {
  const id = CommandId.BM_WRITE_FLASH_LZO;
  return resultOf(id, piece(id, address, Uint8Array.of(length >> 8, length & 0xff, ...stream)));
}

/**
 * Writes memory (not flash) at `address`. Result as {@link swdWriteFlash}.
 * @throws RangeError when `data` does not fit one frame
 */
export function swdWriteMemory(address: number, data: Uint8Array): Request<number> {
  return resultOf(CommandId.BM_MEM_WRITE, piece(CommandId.BM_MEM_WRITE, address, data));
}

export interface SwdMemory {
  /** As {@link swdWriteFlash}. */
  readonly result: number;
  /** Empty when it failed. */
  readonly data: Uint8Array;
}

/**
 * Reads memory at `address`, after finishing pending writes.
 * @throws RangeError above {@link MAX_SWD_READ}
 */
export function swdReadMemory(address: number, length: number): Request<SwdMemory> {
  if (length > MAX_SWD_READ) throw new RangeError(`${length} bytes do not fit one answer`);
  return {
    payload: message(CommandId.BM_MEM_READ).u32(address).u16(length).finish(),
    replyId: CommandId.BM_MEM_READ,
    decode(reply) {
      const reader = contents(reply);
      return { result: reader.i16(), data: reader.take() };
    },
  };
}

/** Restarts the target. Result 1, -1 not connected, -2 pending writes failed. */
export function swdReboot(): Request<number> {
  return resultOf(CommandId.BM_REBOOT, message(CommandId.BM_REBOOT).finish());
}

/** Disconnects; the answer holds nothing. */
export function swdDisconnect(): Request<true> {
  return {
    payload: message(CommandId.BM_DISCONNECT).finish(),
    replyId: CommandId.BM_DISCONNECT,
    decode: () => true,
  };
}
