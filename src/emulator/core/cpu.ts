import { CPU_STATE, FLOATS, REGISTERS } from './layout';

/** The core's state besides its general and floating-point registers. */
@unmanaged
export class CpuState {
  /** Bit 31 is N. */
  n: u32;
  /** Z is set when this is 0. */
  z: u32;
  /** C, 0 or 1. */
  c: u32;
  /** V, 0 or 1. */
  v: u32;
  /** Q, 0 or 1. */
  q: u32;
  /** GE, four bits. */
  ge: u32;
  /** ITSTATE; 0 outside an IT block. */
  itState: u32;
  /** 1 while an instruction of an IT block is decoded and executed. */
  inIt: u32;
  /** The number of the exception that is handled, 0 in thread mode. */
  ipsr: u32;
  /** nPRIV (0), SPSEL (1), FPCA (2). */
  control: u32;
  primask: u32;
  faultmask: u32;
  basepri: u32;
  fpscr: u32;
  /** The stack pointer that is not r13 now: PSP in handler mode. */
  otherSp: u32;
  /** Not 0 when the next instruction must not be executed just so: the bits of {@link Attention}. */
  attention: u32;
  /** 1 after a fault inside the fault handler: nothing runs until a reset, time and watchdogs do. */
  lockedUp: u32;
  /** Set by LDREX. */
  exclusive: u32;
  /** A fault that the current instruction raised: its exception number; 0 for none. */
  fault: u32;
  /** Address of the instruction that raised it. */
  faultPc: u32;
  /** While an instruction of the cold path runs: the next one's address, and its own record. */
  next: u32;
  record: usize;
  /** Instructions until the next event; time is read off it, see time.ts. */
  remaining: i32;
  /** 1 while a debugger is attached: DHCSR.C_DEBUGEN, halting debug. No reset ends it. */
  debugged: u32;
  /** Breakpoints that are set. */
  breakpoints: u32;
  /** The breakpoint that execution goes on from. */
  resumeAt: u32;
  /** Why execution stopped: 0 it did not, else {@link Stop}. */
  stopped: u32;
  /** A reset that was asked for: 0 none, else the flag of RCC_CSR to be set. */
  resetCause: u32;
  /** When `remaining` is 0. */
  horizon: i64;
  /** Where the host wants the slice to end. */
  sliceEnd: i64;
  /** Time in which no instruction was executed: idle loops, and waits for the flash. */
  idle_ns: i64;
  stall_ns: i64;
}
export const cpu: CpuState = changetype<CpuState>(CPU_STATE);

/** Why the next instruction is not executed just so. */
export const enum Attention {
  /** Something may have become pending. */
  interrupts = 1,
  itBlock = 2,
  /** A fault, a halt, a lock-up or a reset. */
  stop = 4,
  breakpoints = 8,
}

/** Why execution stopped. */
export const enum Stop {
  none = 0,
  breakpoint = 1,
  step = 2,
  /** BKPT in the program. */
  instruction = 3,
}

/** Nanoseconds an instruction takes. */
export const INSTRUCTION_NS: i64 = 8;

export const SP: u32 = 13;
export const LR: u32 = 14;
export const PC: u32 = 15;

export function reg(number: u32): u32 {
  return load<u32>(REGISTERS + (number << 2));
}

export function setReg(number: u32, value: u32): void {
  store<u32>(REGISTERS + (number << 2), value);
}

/** A general register by four times its number, as records hold it. */
export function reg4(number4: u32): u32 {
  return load<u32>(number4, REGISTERS);
}

export function setReg4(number4: u32, value: u32): void {
  store<u32>(number4, value, REGISTERS);
}

export function float4(number4: u32): f32 {
  return load<f32>(number4, FLOATS);
}

export function setFloat4(number4: u32, value: f32): void {
  store<f32>(number4, value, FLOATS);
}

export function setNz(result: u32): void {
  cpu.n = result;
  cpu.z = result;
}

/** N, Z, C, V, Q and GE as in APSR. */
export function readApsr(): u32 {
  return (
    (cpu.n & 0x80000000) |
    (cpu.z === 0 ? 0x40000000 : 0) |
    (cpu.c << 29) |
    (cpu.v << 28) |
    (cpu.q << 27) |
    (cpu.ge << 16)
  );
}

export function writeFlags(apsr: u32): void {
  cpu.n = apsr;
  cpu.z = ~apsr & 0x40000000;
  cpu.c = (apsr >>> 29) & 1;
  cpu.v = (apsr >>> 28) & 1;
  cpu.q = (apsr >>> 27) & 1;
}

/** Whether the condition of a conditional instruction holds (ARMv7-M ARM, A7.3). */
export function conditionHolds(condition: u32): bool {
  const negative = cpu.n >>> 31;
  let holds = true;
  switch (condition >>> 1) {
    case 0:
      holds = cpu.z === 0;
      break;
    case 1:
      holds = cpu.c !== 0;
      break;
    case 2:
      holds = negative !== 0;
      break;
    case 3:
      holds = cpu.v !== 0;
      break;
    case 4:
      holds = cpu.c !== 0 && cpu.z !== 0;
      break;
    case 5:
      holds = negative === cpu.v;
      break;
    case 6:
      holds = negative === cpu.v && cpu.z !== 0;
      break;
    default:
      return true;
  }
  return (condition & 1) !== 0 ? !holds : holds;
}
