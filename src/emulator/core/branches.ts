import { Attention, cpu } from './cpu';
import { exceptionReturn } from './exceptions';
import { Exception, invalidState } from './faults';
import { pend } from './interrupts';

/** Goes on at `target`, whose lowest bit says Thumb, as BX and loads of the program counter do. */
export function branchTo(target: u32): void {
  if (target >= 0xf0000000 && cpu.ipsr !== 0) exceptionReturn(target);
  else writePc(target);
}

/** BLX: never a return from an exception. */
export function writePc(target: u32): void {
  if ((target & 1) === 0) invalidState();
  else cpu.next = target & ~1;
}

export function supervisorCall(): void {
  pend(Exception.svCall);
  cpu.attention |= Attention.interrupts;
}
