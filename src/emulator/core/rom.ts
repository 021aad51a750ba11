import { PERIPHERAL_STATE } from './layout';

/** The 96-bit unique ID, set by the host. */
export const UNIQUE_ID: usize = PERIPHERAL_STATE;

/** System memory: unique ID, flash size and calibration values (RM0090, 39.1 and 39.2); all else reads erased. */
export function readRom(address: u32): u32 {
  const offset = address - 0x1fff7a10;
  if (offset < 12) return load<u32>(UNIQUE_ID + offset);
  // The flash size in KiB is in the upper half of this word.
  if (address === 0x1fff7a20) return (1024 << 16) | 0xffff;
  // VREFINT at 3.3 V: 1502 is 1.21 V.
  if (address === 0x1fff7a28) return (1502 << 16) | 0xffff;
  return 0xffffffff;
}
