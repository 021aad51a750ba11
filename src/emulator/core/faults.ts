import { Attention, cpu } from './cpu';
import { PERIPHERAL_STATE } from './layout';
import { sizeOf } from './record';
import { noteFault } from './systemRegisters';

/** Exceptions by number. */
export const enum Exception {
  nmi = 2,
  hardFault = 3,
  memManage = 4,
  busFault = 5,
  usageFault = 6,
  svCall = 11,
  debugMonitor = 12,
  pendSv = 14,
  sysTick = 15,
  firstIrq = 16,
}

// Bits of CFSR (ARMv7-M ARM, B3.2.15).
const IBUSERR: u32 = 1 << 8;
const PRECISERR: u32 = 1 << 9;
const BFARVALID: u32 = 1 << 15;
const UNDEFINSTR: u32 = 1 << 16;
const INVSTATE: u32 = 1 << 17;
const INVPC: u32 = 1 << 18;
const NOCP: u32 = 1 << 19;
const UNALIGNED: u32 = 1 << 24;

/** Kept for the host: faults so far, and of the last one where, why (as in CFSR) and at which address. */
const COUNT: usize = PERIPHERAL_STATE + 1104;

function note(status: u32, address: u32): void {
  store<u32>(COUNT, load<u32>(COUNT) + 1);
  store<u32>(COUNT, cpu.faultPc, 4);
  store<u32>(COUNT, status, 8);
  store<u32>(COUNT, address, 12);
  noteFault(status, address);
}

export function faultCount(): u32 {
  return load<u32>(COUNT);
}

/** Field 0: address of the instruction; 1: the bits it sets in CFSR; 2: the address that was accessed. */
export function lastFault(field: u32): u32 {
  return load<u32>(COUNT + 4 + (field << 2));
}

/** Marks the current instruction as failed: its effects stop, and the exception follows before the next one. */
function raise(exception: u32, status: u32, address: u32): void {
  if (cpu.fault !== 0) return;
  cpu.fault = exception;
  cpu.faultPc = cpu.next - sizeOf(cpu.record);
  cpu.attention |= Attention.stop;
  note(status, address);
}

/** An access to an address where there is nothing. */
export function busFault(address: u32): void {
  raise(Exception.busFault, PRECISERR | BFARVALID, address);
}

export function unalignedFault(): void {
  raise(Exception.usageFault, UNALIGNED, 0);
}

export function undefinedInstruction(): void {
  raise(Exception.usageFault, UNDEFINSTR, 0);
}

export function noCoprocessor(): void {
  raise(Exception.usageFault, NOCP, 0);
}

export function invalidReturn(): void {
  raise(Exception.usageFault, INVPC, 0);
}

/** A branch to an address without the Thumb bit. */
export function invalidState(): void {
  raise(Exception.usageFault, INVSTATE, 0);
}

/** An instruction was to be fetched at `pc`, where there is no memory to execute from. */
export function fetchFault(pc: u32): void {
  if (cpu.fault !== 0) return;
  cpu.fault = Exception.busFault;
  cpu.faultPc = pc;
  cpu.attention |= Attention.stop;
  note(IBUSERR, pc);
}
