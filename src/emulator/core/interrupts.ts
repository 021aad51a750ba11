import { Attention, cpu } from './cpu';
import { Exception } from './faults';
import { EXCEPTIONS } from './layout';

// Exceptions as bits of four words each, by exception number; interrupts begin at 16. An interrupt line is a level:
// it makes its exception pending when it rises, and again when the handler returns and it is still high.

const PENDING: usize = EXCEPTIONS;
const ENABLED: usize = EXCEPTIONS + 16;
const ACTIVE: usize = EXCEPTIONS + 32;
const LINES: usize = EXCEPTIONS + 48;
const PRIORITIES: usize = EXCEPTIONS + 64;
/** Priority that execution has when nothing is active or masked. */
const THREAD_PRIORITY: i32 = 256;
const IMPLEMENTED_PRIORITY: u32 = 0xf0;
/** Interrupts of the chip. */
export const IRQ_COUNT: u32 = 82;

function wordAt(table: usize, number: u32): usize {
  return table + ((number >>> 5) << 2);
}

function bitOf(number: u32): u32 {
  return 1 << (number & 31);
}

function isSet(table: usize, number: u32): bool {
  return (load<u32>(wordAt(table, number)) & bitOf(number)) !== 0;
}

function change(table: usize, number: u32, on: bool): void {
  const at = wordAt(table, number);
  const old = load<u32>(at);
  store<u32>(at, on ? old | bitOf(number) : old & ~bitOf(number));
}

export function resetInterrupts(): void {
  memory.fill(EXCEPTIONS, 0, 64 + 128);
  // The exceptions of the system cannot be switched off here; MemManage, BusFault and UsageFault come by SHCSR.
  store<u32>(
    ENABLED,
    bitOf(Exception.nmi) |
      bitOf(Exception.hardFault) |
      bitOf(Exception.svCall) |
      bitOf(Exception.debugMonitor) |
      bitOf(Exception.pendSv) |
      bitOf(Exception.sysTick),
  );
}

export function pend(number: u32): void {
  change(PENDING, number, true);
  cpu.attention |= Attention.interrupts;
}

export function clearPending(number: u32): void {
  if (!isSet(LINES, number)) change(PENDING, number, false);
}

export function isPending(number: u32): bool {
  return isSet(PENDING, number);
}

export function enable(number: u32, on: bool): void {
  change(ENABLED, number, on);
  cpu.attention |= Attention.interrupts;
}

export function isEnabled(number: u32): bool {
  return isSet(ENABLED, number);
}

export function isActive(number: u32): bool {
  return isSet(ACTIVE, number);
}

/** The level of interrupt line `irq`. */
export function setLine(irq: u32, high: bool): void {
  const number = irq + Exception.firstIrq;
  if (high === isSet(LINES, number)) return;
  change(LINES, number, high);
  if (high && !isSet(ACTIVE, number)) pend(number);
}

export function priorityOf(number: u32): u32 {
  return load<u8>(PRIORITIES + number);
}

export function setPriority(number: u32, value: u32): void {
  store<u8>(PRIORITIES + number, value & IMPLEMENTED_PRIORITY);
  cpu.attention |= Attention.interrupts;
}

function groupPriority(number: u32): i32 {
  if (number === Exception.nmi) return -2;
  if (number === Exception.hardFault) return -1;
  return (priorityOf(number) & groupMask()) as i32;
}

/** The bits of a priority that decide about preemption, by PRIGROUP. */
function groupMask(): u32 {
  return 0xff & ((0xfffffffe as u32) << load<u8>(PRIGROUP));
}

/** Where the field of AIRCR is kept. */
export const PRIGROUP: usize = EXCEPTIONS + 192;

/** The priority of what is executed now; an exception must have a smaller one to interrupt it. */
export function executionPriority(): i32 {
  let least = THREAD_PRIORITY;
  for (let word: u32 = 0; word < 4; word++) {
    let bits = load<u32>(ACTIVE + (word << 2));
    while (bits !== 0) {
      const priority = groupPriority((word << 5) + ctz<u32>(bits));
      if (priority < least) least = priority;
      bits &= bits - 1;
    }
  }
  const base = (cpu.basepri & groupMask()) as i32;
  if (base !== 0 && base < least) least = base;
  if (cpu.primask !== 0 && least > 0) least = 0;
  if (cpu.faultmask !== 0 && least > -1) least = -1;
  return least;
}

/** The exception to be taken next, or 0: pending, enabled, and of more importance than what runs. */
export function nextException(): u32 {
  let best: u32 = 0;
  let least = THREAD_PRIORITY;
  for (let word: u32 = 0; word < 4; word++) {
    let bits = load<u32>(PENDING + (word << 2)) & load<u32>(ENABLED + (word << 2));
    while (bits !== 0) {
      const number = (word << 5) + ctz<u32>(bits);
      const priority = groupPriority(number);
      if (priority < least || (priority === least && best !== 0 && priorityOf(number) < priorityOf(best))) {
        least = priority;
        best = number;
      }
      bits &= bits - 1;
    }
  }
  return best !== 0 && least < executionPriority() ? best : 0;
}

export function activate(number: u32): void {
  change(PENDING, number, false);
  change(ACTIVE, number, true);
}

export function deactivate(number: u32): void {
  change(ACTIVE, number, false);
  if (isSet(LINES, number)) change(PENDING, number, true);
  cpu.attention |= Attention.interrupts;
}

/** True when at most one exception is active: RETTOBASE of ICSR. */
export function isLastActive(): bool {
  let count: u32 = 0;
  for (let word: u32 = 0; word < 4; word++) count += popcnt<u32>(load<u32>(ACTIVE + (word << 2)));
  return count <= 1;
}

/** The number of the first pending exception, for ICSR. */
export function pendingNumber(): u32 {
  for (let word: u32 = 0; word < 4; word++) {
    const bits = load<u32>(PENDING + (word << 2)) & load<u32>(ENABLED + (word << 2));
    if (bits !== 0) return (word << 5) + ctz<u32>(bits);
  }
  return 0;
}

/** A word of the pending or enabled bits of the interrupts, as NVIC shows them. */
export function interruptWord(pending: bool, index: u32): u32 {
  const table = pending ? PENDING : ENABLED;
  const low = load<u32>(table + (index << 2)) >>> 16;
  return index < 3 ? low | (load<u32>(table + ((index + 1) << 2)) << 16) : low;
}
