import { advanceItBlock } from './attend';
import { Attention, cpu, PC, reg, setReg, Stop, writeFlags } from './cpu';
import { readXpsr } from './exceptions';
import { forget } from './decode';
import { markDirty } from './flash';
import { BREAKPOINTS, FLASH, FLASH_SIZE, READ_PAGES } from './layout';
import { isPeripheral } from './memory';
import { shadow } from './shadow';
import { readSpecial } from './specialRegisters';

// What a debugger asks of the core. Reading has no side effects: peripherals show their shadow.

const MOST_BREAKPOINTS: u32 = 256;
const XPSR: u32 = 16;
const MSP: u32 = 17;
const PSP: u32 = 18;
/** The upper half of the instruction BKPT. */
const BKPT: u32 = 0xbe;

/** r0 to r15, then xPSR, MSP, PSP. */
export function debugRegister(number: u32): u32 {
  if (number < XPSR) return reg(number);
  return number === XPSR ? readXpsr() : number === MSP ? readSpecial(8) : number === PSP ? readSpecial(9) : 0;
}

export function setDebugRegister(number: u32, value: u32): void {
  if (number < XPSR) setReg(number, value);
  else if (number === XPSR) writeFlags(value);
}

/** Where a byte of the controller's memory lies in the module's, or 0. */
function place(address: u32): usize {
  const page = load<u32>((address >>> 16) << 2, READ_PAGES);
  if (page !== 0) return page + address;
  return isPeripheral(address) ? shadow(address) + (address & 3) : 0;
}

/** A byte, or -1 where there is nothing. */
export function debugRead(address: u32): i32 {
  const at = place(address);
  return at === 0 ? -1 : load<u8>(at);
}

/** Writes a byte of memory, also of the flash, whatever is in it; false where there is nothing. */
export function debugWrite(address: u32, value: u32): bool {
  const at = place(address);
  if (at === 0 || isPeripheral(address)) return false;
  store<u8>(at, value);
  if (at - FLASH < FLASH_SIZE) {
    forget((at - FLASH) as u32, 1);
    markDirty((at - FLASH) as u32, 1);
  }
  return true;
}

function find(address: u32): u32 {
  for (let index: u32 = 0; index < cpu.breakpoints; index++) {
    if (load<u32>(BREAKPOINTS + (index << 2)) === address) return index;
  }
  return MOST_BREAKPOINTS;
}

/** False when there is no room for another one. */
export function setBreakpoint(address: u32): bool {
  if (find(address) !== MOST_BREAKPOINTS) return true;
  if (cpu.breakpoints === MOST_BREAKPOINTS) return false;
  store<u32>(BREAKPOINTS + (cpu.breakpoints << 2), address);
  cpu.breakpoints++;
  cpu.attention |= Attention.breakpoints;
  return true;
}

export function clearBreakpoint(address: u32): void {
  const index = find(address);
  if (index === MOST_BREAKPOINTS) return;
  cpu.breakpoints--;
  store<u32>(BREAKPOINTS + (index << 2), load<u32>(BREAKPOINTS + (cpu.breakpoints << 2)));
  if (cpu.breakpoints === 0) cpu.attention &= ~Attention.breakpoints;
}

/** A debugger comes or goes: BKPT is for it from now on, or a fault. */
export function attachDebugger(on: bool): void {
  cpu.debugged = on ? 1 : 0;
}

/** Time may go on, from the instruction at which it stopped. True when that was a BKPT, which is over with this. */
export function resume(): bool {
  const passed = passesInstruction();
  cpu.stopped = Stop.none;
  cpu.resumeAt = reg(PC);
  return passed;
}

/**
 * Passes over a BKPT of the program, which would stop it for ever, as the servers of real probes do (OpenOCD:
 * armv7m_maybe_skip_bkpt_inst). One that somebody has set a breakpoint at is stopped at first.
 */
function passesInstruction(): bool {
  const pc = reg(PC);
  const at = place(pc);
  if (at === 0 || (load<u8>(at + 1) as u32) !== BKPT) return false;
  const wasReached = cpu.stopped === Stop.instruction;
  if (!wasReached && find(pc) !== MOST_BREAKPOINTS) return false;
  if (!wasReached) advanceItBlock();
  setReg(PC, pc + 2);
  return true;
}
