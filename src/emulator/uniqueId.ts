import { VescError } from '../base/errors';

/**
 * The 12 bytes of a UUID of 24 hex digits.
 * @throws VescError `usage` for anything else
 */
export function uniqueIdBytes(uuid: string): Uint8Array {
  if (!/^[0-9a-f]{24}$/i.test(uuid)) {
    throw new VescError('usage', { problem: `A UUID has 24 hex digits, not "${uuid}".` });
  }
  return Uint8Array.from({ length: 12 }, (_, index) => parseInt(uuid.slice(index * 2, index * 2 + 2), 16));
}
