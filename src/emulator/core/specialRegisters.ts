import { Attention, cpu, readApsr, reg, setReg, SP, writeFlags } from './cpu';
import { usesProcessStack, writeControl } from './exceptions';

// The special registers of MRS and MSR by their number (ARMv7-M ARM, B5.1.1).

export function readSpecial(number: u32): u32 {
  switch (number) {
    case 0:
    case 2:
      return readApsr();
    case 1:
    case 3:
      return readApsr() | cpu.ipsr;
    case 5:
    case 7:
      return cpu.ipsr;
    case 8:
      return usesProcessStack() ? cpu.otherSp : reg(SP);
    case 9:
      return usesProcessStack() ? reg(SP) : cpu.otherSp;
    case 16:
      return cpu.primask;
    case 17:
    case 18:
      return cpu.basepri;
    case 19:
      return cpu.faultmask;
    case 20:
      return cpu.control;
    default:
      return 0;
  }
}

/** `mask` tells which parts of APSR are written: 2 the flags, 1 GE. */
export function writeSpecial(number: u32, mask: u32, value: u32): void {
  switch (number) {
    case 0:
    case 1:
    case 2:
    case 3:
      if ((mask & 2) !== 0) writeFlags(value);
      if ((mask & 1) !== 0) cpu.ge = (value >>> 16) & 15;
      break;
    case 8:
      if (usesProcessStack()) cpu.otherSp = value & ~3;
      else setReg(SP, value & ~3);
      break;
    case 9:
      if (usesProcessStack()) setReg(SP, value & ~3);
      else cpu.otherSp = value & ~3;
      break;
    case 16:
      cpu.primask = value & 1;
      break;
    case 17:
      cpu.basepri = value & 0xf0;
      break;
    case 18: {
      const wanted = value & 0xf0;
      if (wanted !== 0 && (cpu.basepri === 0 || wanted < cpu.basepri)) cpu.basepri = wanted;
      break;
    }
    case 19:
      cpu.faultmask = value & 1;
      break;
    case 20:
      writeControl(value);
      break;
    default:
  }
  cpu.attention |= Attention.interrupts;
}
