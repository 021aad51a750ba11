import { Attention, cpu } from './cpu';
import { forgetAll } from './decode';
import { Exception } from './faults';
import {
  clearPending,
  enable,
  interruptWord,
  isLastActive,
  isPending,
  pend,
  pendingNumber,
  PRIGROUP,
  priorityOf,
  setPriority,
} from './interrupts';
import { PERIPHERAL_STATE, SYSTEM_REGISTERS } from './layout';
import { requestReset, ResetCause } from './reset';
import { readSysTick, writeSysTick } from './sysTick';
import { now } from './time';

// The system control space (ARMv7-M ARM, B3.2): registers at 0xE000Exxx, and of DWT the cycle counter.

const ICSR: u32 = 0xe000ed04;
const VTOR: u32 = 0xe000ed08;
const AIRCR: u32 = 0xe000ed0c;
const SHCSR: u32 = 0xe000ed24;
const CFSR: u32 = 0xe000ed28;
const HFSR: u32 = 0xe000ed2c;
const BFAR: u32 = 0xe000ed38;
const CPACR: u32 = 0xe000ed88;
const DHCSR: u32 = 0xe000edf0;
const FPCCR: u32 = 0xe000ef34;
const FPDSCR: u32 = 0xe000ef3c;
const DWT_CTRL: u32 = 0xe0001000;
const DWT_CYCCNT: u32 = 0xe0001004;
/** DWT_CTRL is kept in an unused word of the system control space. */
const DWT_CTRL_COPY: u32 = 0xe000eff0;
const RESET_KEY: u32 = 0x05fa;
const BFARVALID: u32 = 1 << 15;
const FORCED: u32 = 1 << 30;

/** Cycle count at the time the counter was last written, and that time. */
const CYCLE_BASE: usize = PERIPHERAL_STATE + 16;

function word(address: u32): usize {
  return SYSTEM_REGISTERS + (address & 0xfff);
}

function register(address: u32): u32 {
  return load<u32>(word(address));
}

export function resetSystemRegisters(): void {
  memory.fill(SYSTEM_REGISTERS, 0, 0x1000);
  store<u8>(PRIGROUP, 0);
  store<u32>(word(FPCCR), 0xc0000000);
  store<u32>(word(0xe000ed14), 0x200); // CCR: STKALIGN
}

export function isFloatEnabled(): bool {
  return ((register(CPACR) >>> 20) & 3) !== 0;
}

export function floatControl(): u32 {
  return register(FPCCR);
}

export function floatDefaults(): u32 {
  return register(FPDSCR);
}

export function vectorTable(): u32 {
  return register(VTOR);
}

/** Records a fault in the status registers. */
export function noteFault(status: u32, address: u32): void {
  store<u32>(word(CFSR), register(CFSR) | status);
  store<u32>(word(HFSR), register(HFSR) | FORCED);
  if ((status & BFARVALID) !== 0) store<u32>(word(BFAR), address);
}

export function readSystem(address: u32): u32 {
  if (address >>> 12 !== 0xe000e) return readDebug(address);
  if (address >= 0xe000e100 && address < 0xe000e110) return interruptWord(false, (address >>> 2) & 3);
  if (address >= 0xe000e180 && address < 0xe000e190) return interruptWord(false, (address >>> 2) & 3);
  if (address >= 0xe000e200 && address < 0xe000e210) return interruptWord(true, (address >>> 2) & 3);
  if (address >= 0xe000e280 && address < 0xe000e290) return interruptWord(true, (address >>> 2) & 3);
  if (address >= 0xe000e400 && address < 0xe000e460) return priorities(address - 0xe000e400 + 16);
  if (address >= 0xe000ed18 && address < 0xe000ed24) return priorities(address - 0xe000ed18 + 4);
  switch (address) {
    case 0xe000e004: // ICTR: lines in groups of 32
      return 2;
    case 0xe000e010:
    case 0xe000e014:
    case 0xe000e018:
    case 0xe000e01c:
      return readSysTick(address);
    case 0xe000ed00: // CPUID: Cortex-M4 r0p1
      return 0x410fc241;
    case ICSR:
      return readIcsr();
    case AIRCR:
      return 0xfa050000 | ((load<u8>(PRIGROUP) as u32) << 8);
    case DHCSR: // C_DEBUGEN, by which a program knows whether a BKPT finds a debugger
      return cpu.debugged;
    default:
      return register(address);
  }
}

function priorities(first: u32): u32 {
  return (
    priorityOf(first) |
    (priorityOf(first + 1) << 8) |
    (priorityOf(first + 2) << 16) |
    (priorityOf(first + 3) << 24)
  );
}

function readIcsr(): u32 {
  const pending = pendingNumber();
  return (
    cpu.ipsr |
    (isLastActive() ? 1 << 11 : 0) |
    (pending << 12) |
    (pending >= (Exception.firstIrq as u32) ? 1 << 22 : 0) |
    (isPending(Exception.sysTick) ? 1 << 26 : 0) |
    (isPending(Exception.pendSv) ? 1 << 28 : 0)
  );
}

/** The cycle counter runs from 168 MHz while it is enabled; the rest of DWT, ITM and the like is storage. */
function readDebug(address: u32): u32 {
  if (address === DWT_CTRL) return 0x40000000 | register(DWT_CTRL_COPY);
  if (address === DWT_CYCCNT) {
    const running = (register(DWT_CTRL_COPY) & 1) !== 0;
    return running ? cycles() + load<u32>(CYCLE_BASE) : load<u32>(CYCLE_BASE);
  }
  return 0;
}

function cycles(): u32 {
  return ((now() * 168) / 1000) as u32;
}

function writeDebug(address: u32, value: u32): void {
  if (address === DWT_CTRL) {
    const wasRunning = (register(DWT_CTRL_COPY) & 1) !== 0;
    const count = load<u32>(CYCLE_BASE);
    if (wasRunning !== ((value & 1) !== 0))
      store<u32>(CYCLE_BASE, wasRunning ? count + cycles() : count - cycles());
    store<u32>(word(DWT_CTRL_COPY), value);
  } else if (address === DWT_CYCCNT) {
    store<u32>(CYCLE_BASE, (register(DWT_CTRL_COPY) & 1) !== 0 ? value - cycles() : value);
  }
}

/** Writes of any size; narrow ones are merged, but for priorities and the registers where a 1 does something. */
export function writeSystem(address: u32, size: u32, value: u32): void {
  if (address >>> 12 !== 0xe000e) return writeDebug(address, value);
  if (address >= 0xe000e400 && address < 0xe000e460) {
    return writePriorities(address - 0xe000e400 + 16, size, value);
  }
  if (address >= 0xe000ed18 && address < 0xe000ed24) {
    return writePriorities(address - 0xe000ed18 + 4, size, value);
  }
  const at = address & ~3;
  const shift = (address & 3) << 3;
  const mask: u32 = size === 4 ? 0xffffffff : ((1 << (size << 3)) - 1) << shift;
  const shifted = value << shift;
  if (at >= 0xe000e100 && at < 0xe000e300) return writeInterrupts(at, shifted);
  writeWord(at, (register(at) & ~mask) | shifted, shifted);
}

function writePriorities(first: u32, size: u32, value: u32): void {
  for (let index: u32 = 0; index < size; index++) setPriority(first + index, value >>> (index << 3));
}

function writeInterrupts(address: u32, bits: u32): void {
  const kind = (address >>> 7) & 7;
  const first = (((address >>> 2) & 7) << 5) + Exception.firstIrq;
  for (let left = bits; left !== 0; left &= left - 1) {
    const number = first + ctz<u32>(left);
    if (number >= 112) continue;
    if (kind === 2) enable(number, true);
    else if (kind === 3) enable(number, false);
    else if (kind === 4) pend(number);
    else if (kind === 5) clearPending(number);
  }
}

function writeWord(address: u32, merged: u32, written: u32): void {
  switch (address) {
    case 0xe000e010:
    case 0xe000e014:
    case 0xe000e018:
      return writeSysTick(address, merged);
    case ICSR:
      if ((written & (1 << 28)) !== 0) pend(Exception.pendSv);
      if ((written & (1 << 27)) !== 0) clearPending(Exception.pendSv);
      if ((written & (1 << 26)) !== 0) pend(Exception.sysTick);
      if ((written & (1 << 25)) !== 0) clearPending(Exception.sysTick);
      if ((written & (1 << 31)) !== 0) pend(Exception.nmi);
      return;
    case AIRCR:
      if (written >>> 16 !== RESET_KEY) return;
      store<u8>(PRIGROUP, (written >>> 8) & 7);
      if ((written & 4) !== 0) requestReset(ResetCause.software);
      return;
    case SHCSR:
      enable(Exception.memManage, (merged & (1 << 16)) !== 0);
      enable(Exception.busFault, (merged & (1 << 17)) !== 0);
      enable(Exception.usageFault, (merged & (1 << 18)) !== 0);
      store<u32>(word(address), merged);
      return;
    case CFSR:
    case HFSR:
      // Written ones clear.
      store<u32>(word(address), register(address) & ~written);
      return;
    case CPACR:
      store<u32>(word(address), merged);
      // Instructions of the FPU decode to something else now.
      forgetAll();
      return;
    case FPCCR:
      // Frames are always saved at once, so there is never anything lazily open (LSPACT).
      store<u32>(word(address), merged & ~1);
      return;
    case 0xe000ef00: // STIR
      pend((written & 0x1ff) + Exception.firstIrq);
      return;
    case VTOR:
      store<u32>(word(address), merged & 0x3fffff80);
      return;
    default:
      store<u32>(word(address), merged);
  }
}

/** CPSIE and CPSID. */
export function changeProcessorState(code: u32): void {
  const disable: u32 = (code >>> 4) & 1;
  if ((code & 2) !== 0) cpu.primask = disable;
  if ((code & 1) !== 0) cpu.faultmask = disable;
  cpu.attention |= Attention.interrupts;
}
