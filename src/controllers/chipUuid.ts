import { crc16 } from '../protocol/crc16';

/**
 * The UUID of a controller that exists only here. What it is makes its UUID: what was learnt of one, as that it has a
 * bootloader, must not be taken for known of another.
 * @returns 24 hex digits
 */
export function uuidOf(description: string): string {
  const chip = crc16(new TextEncoder().encode(description));
  return `3a004100${chip.toString(16).padStart(4, '0')}563039373220`;
}
