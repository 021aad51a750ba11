import type { ByteWriter } from '../bytes';
import { CommandId } from '../commandId';
import type { Request } from '../request';
import { contents, message, succeeded } from './message';

/** Size of the staging area of a VESC: flash sectors 8 to 10 (facts 3.1). */
export const STAGING_SIZE = 0x60000;
/** Size of the bootloader's flash sector. */
export const BOOTLOADER_SIZE = 0x20000;
/** Data bytes in one write: 512 less command and offset. */
export const MAX_WRITE_PAYLOAD = 507;
/** Data bytes in one write that is forwarded over CAN: the wrapping takes two more. */
export const MAX_FORWARDED_WRITE_PAYLOAD = 505;
/** The largest flash of an Express module (its update partition) plus the staging header it skips. */
const MAX_EXPRESS_SIZE = 0x400000 + 6;
/** An Express module skips the staging header and counts from behind it. */
const EXPRESS_HEADER = 6;

/** Where the bootloader begins, seen from the staging area (facts 3.7 D). */
export const BOOTLOADER_OFFSETS = { vesc: 0x60000, bms: 0x1e000, module: 0xe000, hm1: 0x1e000 } as const;

/** The answer to a write. `ok` false means that the flash refused; `offset` is the one that was asked for. */
export interface WriteReply {
  readonly ok: boolean;
  readonly offset: number;
}

interface Write {
  /** The message up to where the offset belongs. */
  readonly start: ByteWriter;
  /** As the caller counts. */
  readonly offset: number;
  /** As it is sent and as it comes back, where that differs. */
  readonly sentOffset?: number;
  readonly answeredOffset?: number;
  readonly data: Uint8Array;
  /** Bytes that the data becomes in flash, where it is not sent as it is. */
  readonly length?: number;
  /** First offset that is no longer allowed. */
  readonly limit: number;
}

/**
 * The firmware adds the offset to an address and programs whatever is there, its own code included (facts, trap
 * 3): nothing that leaves the area may ever be sent.
 */
function write({ start, offset, sentOffset = offset, answeredOffset = sentOffset, ...rest }: Write) {
  const { data, limit, length = data.length } = rest;
  if (!Number.isInteger(offset) || offset < 0 || offset + length > limit) {
    throw new RangeError(`writing ${length} bytes at ${offset} leaves the ${limit} bytes of the area`);
  }
  if (data.length > MAX_WRITE_PAYLOAD) throw new RangeError(`${data.length} bytes do not fit one write`);
  const request: Request<WriteReply> = {
    payload: start.u32(sentOffset).bytes(data).finish(),
    replyId: CommandId.WRITE_NEW_APP_DATA,
    decode(reply) {
      const reader = contents(reply);
      const ok = reader.u8() !== 0;
      return reader.u32() === answeredOffset ? { ok, offset } : undefined;
    },
  };
  return request;
}

/**
 * Erases the staging area as far as `size_B` needs, in sectors of 128 KiB. `size_B` counts the six header bytes.
 * False when the motor could not be released or the flash refused. The controller is deaf for up to 3 seconds.
 */
export function eraseNewApp(size_B: number): Request<boolean> {
  return succeeded(CommandId.ERASE_NEW_APP, message(CommandId.ERASE_NEW_APP).u32(size_B).finish());
}

/**
 * Writes into the staging area.
 * @throws RangeError when the data would reach beyond {@link STAGING_SIZE} or does not fit one frame
 */
export function writeStaging(offset: number, data: Uint8Array): Request<WriteReply> {
  return write({ start: message(CommandId.WRITE_NEW_APP_DATA), offset, data, limit: STAGING_SIZE });
}

/**
 * Writes into the update partition of an Express module. `offset` counts the six header bytes; the answer does
 * not, and for the first piece it is 0 (facts 3.7 F).
 * @throws RangeError as {@link writeStaging}
 */
export function writeStagingExpress(offset: number, data: Uint8Array): Request<WriteReply> {
  const answeredOffset = Math.max(0, offset - EXPRESS_HEADER);
  const start = message(CommandId.WRITE_NEW_APP_DATA);
  return write({ start, offset, answeredOffset, data, limit: MAX_EXPRESS_SIZE });
}

/** Erases the bootloader's sector: from here until it is written again, no update can be installed. */
export function eraseBootloader(): Request<boolean> {
  return succeeded(CommandId.ERASE_BOOTLOADER, message(CommandId.ERASE_BOOTLOADER).finish());
}

/**
 * Writes into the bootloader's sector; `offset` counts from its start, `base` says where that is.
 * @throws RangeError when the data would leave the sector or does not fit one frame
 */
export function writeBootloader(
  offset: number,
  data: Uint8Array,
  base: number = BOOTLOADER_OFFSETS.vesc,
): Request<WriteReply> {
  const start = message(CommandId.WRITE_NEW_APP_DATA);
  return write({ start, offset, sentOffset: base + offset, data, limit: BOOTLOADER_SIZE });
}

/** Starts the bootloader, which installs what is staged and boots. There is no answer; the port goes away. */
export function jumpToBootloader(): Uint8Array {
  return message(CommandId.JUMP_TO_BOOTLOADER).finish();
}

/**
 * A write whose data is an LZO1X stream of `length` bytes. A stream that cannot be decompressed is written as
 * rubbish and acknowledged all the same (facts 3.5).
 * @throws RangeError as {@link writeStaging}
 */
export function writeStagingLzo(offset: number, length: number, stream: Uint8Array): Request<WriteReply> {
  return writeLzo(CommandId.WRITE_NEW_APP_DATA_LZO, offset, length, stream);
}

/** As {@link eraseNewApp}, for all controllers on CAN; only the local one answers, after 1.5 s more. */
export function eraseNewAppAllCan(size_B: number): Request<boolean> {
  return succeeded(CommandId.ERASE_NEW_APP, message(CommandId.ERASE_NEW_APP_ALL_CAN).u32(size_B).finish());
}

/** As {@link writeStaging}, for all controllers on CAN; only the local one answers. */
export function writeStagingAllCan(offset: number, data: Uint8Array): Request<WriteReply> {
  return write({ start: message(CommandId.WRITE_NEW_APP_DATA_ALL_CAN), offset, data, limit: STAGING_SIZE });
}

/** As {@link writeStagingLzo}, for all controllers on CAN; only the local one answers. */
export function writeStagingAllCanLzo(
  offset: number,
  length: number,
  stream: Uint8Array,
): Request<WriteReply> {
  return writeLzo(CommandId.WRITE_NEW_APP_DATA_ALL_CAN_LZO, offset, length, stream);
}

function writeLzo(id: CommandId, offset: number, length: number, stream: Uint8Array): Request<WriteReply> {
  const data = new Uint8Array(stream.length + 2);
  new DataView(data.buffer).setUint16(0, length);
  data.set(stream, 2);
  return write({ start: message(id), offset, data, length, limit: STAGING_SIZE });
}

/** As {@link eraseBootloader}, for all controllers on CAN; only the local one answers, after 1.5 s more. */
export function eraseBootloaderAllCan(): Request<boolean> {
  return succeeded(CommandId.ERASE_BOOTLOADER, message(CommandId.ERASE_BOOTLOADER_ALL_CAN).finish());
}

/** As {@link jumpToBootloader}, for all controllers on CAN. */
export function jumpToBootloaderAllCan(): Uint8Array {
  return message(CommandId.JUMP_TO_BOOTLOADER_ALL_CAN).finish();
}

/** Which devices a `…Hw` command means: every one of this type with exactly this hardware name (facts 3.7 E). */
export interface HardwareTarget {
  /** As on the wire: 0 VESC, 1 BMS, 2 custom module. */
  readonly hardwareType: number;
  readonly hardware: string;
  /** True: the device passes it on to all on CAN and obeys it itself. */
  readonly allCan: boolean;
}

function toHardware(target: HardwareTarget, allCan: CommandId, one: CommandId): ByteWriter {
  return message(target.allCan ? allCan : one)
    .u8(target.hardwareType)
    .string(target.hardware);
}

/** Erases the staging area of a BMS or module; VESC and Express firmware ignore this and its sisters. */
export function eraseNewAppHw(target: HardwareTarget, size_B: number): Request<boolean> {
  const start = toHardware(target, CommandId.ERASE_NEW_APP_ALL_CAN_HW, CommandId.ERASE_NEW_APP_HW);
  return succeeded(CommandId.ERASE_NEW_APP, start.u32(size_B).finish());
}

/**
 * Writes into the staging area of a BMS or module; a BMS wants multiples of eight bytes.
 * @throws RangeError as {@link writeStaging}
 */
export function writeStagingHw(
  target: HardwareTarget,
  offset: number,
  data: Uint8Array,
): Request<WriteReply> {
  const start = toHardware(target, CommandId.WRITE_NEW_APP_DATA_ALL_CAN_HW, CommandId.WRITE_NEW_APP_DATA_HW);
  return write({ start, offset, data, limit: STAGING_SIZE });
}

/** Erases the bootloader of a BMS or module. */
export function eraseBootloaderHw(target: HardwareTarget): Request<boolean> {
  const start = toHardware(target, CommandId.ERASE_BOOTLOADER_ALL_CAN_HW, CommandId.ERASE_BOOTLOADER_HW);
  return succeeded(CommandId.ERASE_BOOTLOADER, start.finish());
}

/** Starts the bootloader of a BMS or module. */
export function jumpToBootloaderHw(target: HardwareTarget): Uint8Array {
  return toHardware(
    target,
    CommandId.JUMP_TO_BOOTLOADER_ALL_CAN_HW,
    CommandId.JUMP_TO_BOOTLOADER_HW,
  ).finish();
}
