import { cpu } from './cpu';
import { decode16 } from './decode16';
import { decode32 } from './decode32';
import { fetchFault } from './faults';
import { FLASH_SIZE, READ_PAGES, RECORDS, SCRATCH_RECORD } from './layout';

/** Writes the record of the instruction at `pc`, which is in readable memory. */
export function decode(record: usize, pc: u32): void {
  const linear = load<u32>((pc >>> 16) << 2, READ_PAGES) + pc;
  const first = load<u16>(linear) as u32;
  if (first < 0xe800) decode16(record, pc, first);
  else decode32(record, pc, (first << 16) | (load<u16>(linear, 2) as u32));
}

/** The record of an instruction in RAM or in the alias of the flash; 0, and a fault raised, where none can be. */
export function recordOutsideFlash(pc: u32): usize {
  if (load<u32>((pc >>> 16) << 2, READ_PAGES) === 0 || (pc & 1) !== 0) {
    cpu.next = pc;
    fetchFault(pc);
    return 0;
  }
  decode(SCRATCH_RECORD, pc);
  return SCRATCH_RECORD;
}

/** Forgets the instructions of a range of the flash, and one that reaches into it. */
export function forget(offset: u32, size: u32): void {
  const from = offset < 2 ? 0 : (offset - 2) & ~1;
  let to = offset + size;
  if (to > FLASH_SIZE) to = FLASH_SIZE;
  memory.fill(RECORDS + ((from as usize) << 2), 0, (to - from) << 2);
}

export function forgetAll(): void {
  forget(0, FLASH_SIZE);
}
