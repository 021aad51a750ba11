import { Attention, cpu, LR, readApsr, reg, setReg, SP, writeFlags } from './cpu';
import { Exception, invalidReturn } from './faults';
import { activate, deactivate, executionPriority, isActive, isEnabled } from './interrupts';
import { FLOATS } from './layout';
import { read32, write32 } from './memory';
import { floatControl, floatDefaults, vectorTable } from './systemRegisters';
import { endStretch } from './time';

const CONTROL_SPSEL: u32 = 2;
const CONTROL_FPCA: u32 = 4;
const FPCCR_ASPEN: u32 = 0x80000000;
const BASIC_FRAME: u32 = 32;
const EXTENDED_FRAME: u32 = 104;
const XPSR_THUMB: u32 = 1 << 24;
const XPSR_ALIGNED: u32 = 1 << 9;
/** AHP, DN, FZ and the rounding mode, that FPDSCR gives to a handler. */
const FPDSCR_BITS: u32 = 0x07c00000;

/** True while r13 is the process stack pointer. */
export function usesProcessStack(): bool {
  return cpu.ipsr === 0 && (cpu.control & CONTROL_SPSEL) !== 0;
}

/** Makes r13 the other stack pointer. */
function swapStacks(): void {
  const other = cpu.otherSp;
  cpu.otherSp = reg(SP);
  setReg(SP, other);
}

/**
 * Writes CONTROL as MSR does; SPSEL takes effect at once in thread mode only.
 */
export function writeControl(value: u32): void {
  const before = usesProcessStack();
  cpu.control = cpu.ipsr === 0 ? value & 7 : (value & 5) | (cpu.control & CONTROL_SPSEL);
  if (before !== usesProcessStack()) swapStacks();
}

/** xPSR with the IT state in its two places. */
export function readXpsr(): u32 {
  const it = cpu.itState;
  return readApsr() | cpu.ipsr | XPSR_THUMB | ((it & 3) << 25) | ((it & 0xfc) << 8);
}

/** Takes exception `number`: stacks a frame, selects the main stack, and goes to the handler (ARMv7-M ARM, B1.5.6). */
export function enterException(number: u32, returnAddress: u32): void {
  const hasFloats = (cpu.control & CONTROL_FPCA) !== 0 && (floatControl() & FPCCR_ASPEN) !== 0;
  const fromProcess = usesProcessStack();
  const stack = reg(SP);
  const padding = stack & 4;
  const frame = (stack - (hasFloats ? EXTENDED_FRAME : BASIC_FRAME)) & ~7;
  for (let index: u32 = 0; index < 4; index++) write32(frame + (index << 2), reg(index));
  write32(frame + 16, reg(12));
  write32(frame + 20, reg(LR));
  write32(frame + 24, returnAddress);
  write32(frame + 28, readXpsr() | (padding !== 0 ? XPSR_ALIGNED : 0));
  if (hasFloats) {
    // Eagerly, where the chip would do it when the handler first uses the FPU.
    for (let index: u32 = 0; index < 64; index += 4) {
      write32(frame + BASIC_FRAME + index, load<u32>(FLOATS + index));
    }
    write32(frame + 96, cpu.fpscr);
    cpu.fpscr = (cpu.fpscr & ~FPDSCR_BITS) | (floatDefaults() & FPDSCR_BITS);
  }
  let returnCode: u32 = cpu.ipsr !== 0 ? 0xfffffff1 : fromProcess ? 0xfffffffd : 0xfffffff9;
  if (hasFloats) returnCode &= ~0x10;
  setReg(SP, frame);
  if (fromProcess) swapStacks();
  setReg(LR, returnCode);
  cpu.ipsr = number;
  cpu.control &= ~(CONTROL_SPSEL | CONTROL_FPCA);
  cpu.itState = 0;
  cpu.exclusive = 0;
  activate(number);
  cpu.next = read32(vectorTable() + (number << 2)) & ~1;
}

/** Returns from an exception by the code in `target` (B1.5.8); {@link CpuState.next} is where it goes on. */
export function exceptionReturn(target: u32): void {
  const kind = target & 15;
  const returning = cpu.ipsr;
  if (!isActive(returning) || (kind !== 1 && kind !== 9 && kind !== 13)) return invalidReturn();
  if (returning !== Exception.nmi) cpu.faultmask = 0;
  deactivate(returning);
  cpu.ipsr = 0;
  cpu.control = (cpu.control & ~CONTROL_SPSEL) | (kind === 13 ? CONTROL_SPSEL : 0);
  if (kind === 13) swapStacks();
  const frame = reg(SP);
  const hasFloats = (target & 0x10) === 0;
  for (let index: u32 = 0; index < 4; index++) setReg(index, read32(frame + (index << 2)));
  setReg(12, read32(frame + 16));
  setReg(LR, read32(frame + 20));
  cpu.next = read32(frame + 24) & ~1;
  const xpsr = read32(frame + 28);
  if (hasFloats) {
    for (let index: u32 = 0; index < 64; index += 4) {
      store<u32>(FLOATS + index, read32(frame + BASIC_FRAME + index));
    }
    cpu.fpscr = read32(frame + 96);
    cpu.control |= CONTROL_FPCA;
  } else cpu.control &= ~CONTROL_FPCA;
  setReg(SP, (frame + (hasFloats ? EXTENDED_FRAME : BASIC_FRAME)) | ((xpsr & XPSR_ALIGNED) !== 0 ? 4 : 0));
  writeFlags(xpsr);
  cpu.ge = (xpsr >>> 16) & 15;
  cpu.ipsr = xpsr & 0x1ff;
  cpu.itState = ((xpsr >>> 25) & 3) | ((xpsr >>> 8) & 0xfc);
  cpu.exclusive = 0;
  cpu.attention |= Attention.interrupts | (cpu.itState !== 0 ? Attention.itBlock : 0);
  // Back in thread mode although the frame is a handler's, or the reverse.
  if ((kind === 1) !== (cpu.ipsr !== 0)) invalidReturn();
}

/** Takes the fault that the last instruction raised: its own exception when enabled, else HardFault, else lock-up. */
export function takeFault(): void {
  const wanted = cpu.fault;
  const at = cpu.faultPc;
  cpu.fault = 0;
  const priority = executionPriority();
  if (priority < 0) return lockUp();
  const own = isEnabled(wanted) && priority > 0 ? wanted : Exception.hardFault;
  enterException(own, at);
  // The stack itself is broken: nothing can be saved.
  if (cpu.fault !== 0) lockUp();
}

/** The core stops for good; time goes on, and a watchdog ends it. */
export function lockUp(): void {
  cpu.fault = 0;
  cpu.lockedUp = 1;
  cpu.attention |= Attention.stop;
  endStretch();
}
