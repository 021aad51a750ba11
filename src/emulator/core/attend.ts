import { Attention, conditionHolds, cpu, INSTRUCTION_NS, reg, setReg, Stop, PC } from './cpu';
import { enterException, takeFault } from './exceptions';
import { nextException } from './interrupts';
import { BREAKPOINTS } from './layout';
import { read16 } from './memory';
import { endStretch } from './time';

/**
 * Deals with what stands between the core and its next instruction, whose address is in r15: a fault, an exception,
 * an IT block, a breakpoint. False when execution is to stop.
 */
export function attend(): bool {
  while (true) {
    if ((cpu.attention & Attention.stop) !== 0 && !attendToStop()) return false;
    if ((cpu.attention & Attention.interrupts) !== 0) {
      cpu.attention &= ~Attention.interrupts;
      const number = nextException();
      if (number !== 0) {
        enterException(number, reg(PC));
        setReg(PC, cpu.next);
        if (cpu.fault !== 0) continue;
      }
    }
    if ((cpu.attention & Attention.breakpoints) !== 0 && isBreakpoint(reg(PC))) {
      // The instruction was counted already, but does not run.
      cpu.remaining++;
      cpu.stopped = Stop.breakpoint;
      endStretch();
      return false;
    }
    if ((cpu.attention & Attention.itBlock) === 0) return true;
    if (!skipsInItBlock()) return true;
    if (cpu.remaining === 0) break;
    cpu.remaining--;
  }
  return false;
}

function attendToStop(): bool {
  if (cpu.resetCause !== 0 || cpu.lockedUp !== 0) {
    cpu.idle_ns += (cpu.remaining as i64) * INSTRUCTION_NS;
    cpu.remaining = 0;
    return false;
  }
  if (cpu.stopped !== Stop.none) {
    cpu.remaining++;
    endStretch();
    return false;
  }
  cpu.attention &= ~Attention.stop;
  if (cpu.fault !== 0) {
    takeFault();
    if (cpu.lockedUp !== 0) return false;
    setReg(PC, cpu.next);
  }
  return true;
}

/** Moves the IT block on by one instruction. True when that instruction's condition failed: it is passed over. */
function skipsInItBlock(): bool {
  const state = cpu.itState;
  if (state === 0) {
    cpu.attention &= ~Attention.itBlock;
    cpu.inIt = 0;
    return false;
  }
  advanceItBlock();
  cpu.inIt = 1;
  if (conditionHolds(state >>> 4)) return false;
  const pc = reg(PC);
  setReg(PC, pc + (read16(pc) >= 0xe800 ? 4 : 2));
  return true;
}

/** One instruction less in the IT block, if there is one. */
export function advanceItBlock(): void {
  const state = cpu.itState;
  cpu.itState = (state & 7) === 0 ? 0 : (state & 0xe0) | ((state << 1) & 0x1f);
}

function isBreakpoint(pc: u32): bool {
  if (cpu.resumeAt === pc) {
    cpu.resumeAt = 0xffffffff;
    return false;
  }
  cpu.resumeAt = 0xffffffff;
  for (let index: u32 = 0; index < cpu.breakpoints; index++) {
    if (load<u32>(BREAKPOINTS + (index << 2)) === pc) return true;
  }
  return false;
}
