import { VescError } from '../base/errors';
import { uniqueIdBytes } from '../emulator/uniqueId';
import { uuidOf } from './chipUuid';

const POLYNOMIAL = 0x82f6_3b78;
/** So few IDs have to be left between two controllers: the second motor of a board has the next one. */
const LEAST_DISTANCE = 2;
const TRIES = 200;

/**
 * The CAN ID that current firmware takes before its settings say otherwise: the low 7 bits of the CRC-32C over its unique
 * ID; the few IDs that it leaves to other devices are of no importance here.
 */
export function defaultCanId(uuid: string): number {
  let crc = 0xffff_ffff;
  for (const byte of uniqueIdBytes(uuid)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (POLYNOMIAL & -(crc & 1));
  }
  return ~crc & 0x7f;
}

/**
 * The UUID of an emulated controller by what it is called: always the same, unless it, or the CAN ID that comes of it, is
 * that of another on its bus (`taken`). Then the next that is free.
 */
export function pickUuid(name: string, taken: readonly string[]): string {
  const ids = taken.map(defaultCanId);
  const isFree = (uuid: string): boolean =>
    !taken.includes(uuid) && ids.every((id) => Math.abs(id - defaultCanId(uuid)) >= LEAST_DISTANCE);
  let uuid = uuidOf(`emulated ${name}`);
  for (let number = 2; number < TRIES && !isFree(uuid); number++) uuid = uuidOf(`emulated ${name} ${number}`);
  return uuid;
}

/** What a UUID is chosen by. */
export interface IdentityOptions {
  /** What it is made from, unless that is given. */
  readonly name: string;
  /** The one that is asked for: 24 hex digits. */
  readonly uuid?: string | undefined;
  /** The one that the chip with this flash had before. */
  readonly lastUuid?: string | undefined;
}

/**
 * The UUID that was asked for, else the one that the chip had before, unless another on its bus has it now (`taken`): then
 * its flash is a copy. Else the one that comes of the name.
 * @throws VescError `usage` for one that is none, or that another on its CAN bus has
 */
export function chooseUuid({ uuid, lastUuid, name }: IdentityOptions, taken: readonly string[]): string {
  if (uuid === undefined) {
    return lastUuid === undefined || taken.includes(lastUuid) ? pickUuid(name, taken) : lastUuid;
  }
  uniqueIdBytes(uuid);
  const wanted = uuid.toLowerCase();
  if (!taken.includes(wanted)) return wanted;
  const problem = `Another controller on the CAN bus has the UUID ${wanted}.`;
  throw new VescError('usage', { problem, help: 'vesc emulate --help' });
}
