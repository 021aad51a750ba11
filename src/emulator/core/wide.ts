import { addWithCarry, shiftWithCarry } from './arithmetic';
import { branchTo } from './branches';
import { cpu, reg, setNz, setReg } from './cpu';
import { expandImmediate, isRotated } from './decode32';
import { executeDsp } from './dsp';
import { undefinedInstruction } from './faults';
import { fieldD, fieldM, fieldN, fieldT } from './fields';
import { read16, read32, read8, readAligned32, write16, write32, write8, writeAligned32 } from './memory';
import { imm, sizeOf } from './record';
import { executeSaturate } from './saturate';
import { readSpecial, writeSpecial } from './specialRegisters';

/** Instructions that are rare enough to be read from their code. */
export function executeWide(record: usize): void {
  const code = imm(record);
  // ADD PC, Rm is the only one of 16 bits.
  if (sizeOf(record) === 2) {
    cpu.next = (cpu.next + 2 + reg((code >>> 3) & 15)) & ~1;
    return;
  }
  const group = (code >>> 27) & 3;
  const op = (code >>> 20) & 0x7f;
  if (group === 1) {
    if ((op & 0x60) === 0x20) shifted(code);
    else if ((op & 0x64) === 0x04) dualLiteralOrExclusive(code);
    else undefinedInstruction();
  } else if (group === 2) {
    if ((code & 0x8000) !== 0) control(code);
    else if ((op & 0x20) === 0) immediate(code);
    else executeSaturate(code);
  } else if ((op & 0x60) === 0) loadStore(code);
  else executeDsp(code);
}

function shifted(code: u32): void {
  const kind = (code >>> 4) & 3;
  const amount = ((code >>> 10) & 0x1c) | ((code >>> 6) & 3);
  const value = reg(fieldM(code));
  if (((code >>> 21) & 15) === 6) return packHalves(code, amount);
  const carryIn = cpu.c;
  let operand = value;
  if (kind === 3 && amount === 0) {
    operand = (value >>> 1) | (carryIn << 31);
    cpu.c = value & 1;
  } else operand = shiftWithCarry(value, kind, amount === 0 && (kind === 1 || kind === 2) ? 32 : amount);
  dataProcessing(code, operand, carryIn);
}

function immediate(code: u32): void {
  const operand = expandImmediate(code);
  const carryIn = cpu.c;
  if (isRotated(code)) cpu.c = operand >>> 31;
  dataProcessing(code, operand, carryIn);
}

/** PKHBT and PKHTB. */
function packHalves(code: u32, amount: u32): void {
  const n = reg(fieldN(code));
  const m = reg(fieldM(code));
  const isTop = (code & 0x20) !== 0;
  if (!isTop) setReg(fieldD(code), (n & 0xffff) | ((m << amount) & 0xffff0000));
  else {
    const by = amount === 0 ? 31 : amount;
    setReg(fieldD(code), (n & 0xffff0000) | ((((m as i32) >> by) as u32) & 0xffff));
  }
}

/** With the carry of the shifter in the carry flag already; `carryIn` is what it was before. */
function dataProcessing(code: u32, operand: u32, carryIn: u32): void {
  const setsFlags = (code & 0x00100000) !== 0;
  const shifterCarry = cpu.c;
  const oldN = cpu.n;
  const oldZ = cpu.z;
  const oldV = cpu.v;
  const rn = fieldN(code);
  const rd = fieldD(code);
  const a = reg(rn);
  let result: u32 = 0;
  let isLogical = true;
  switch ((code >>> 21) & 15) {
    case 0:
      result = a & operand;
      break;
    case 1:
      result = a & ~operand;
      break;
    case 2:
      result = rn === 15 ? operand : a | operand;
      break;
    case 3:
      result = rn === 15 ? ~operand : a | ~operand;
      break;
    case 4:
      result = a ^ operand;
      break;
    case 8:
      isLogical = false;
      result = addWithCarry(a, operand, 0);
      break;
    case 10:
      isLogical = false;
      result = addWithCarry(a, operand, carryIn);
      break;
    case 11:
      isLogical = false;
      result = addWithCarry(a, ~operand, carryIn);
      break;
    case 13:
      isLogical = false;
      result = addWithCarry(a, ~operand, 1);
      break;
    case 14:
      isLogical = false;
      result = addWithCarry(operand, ~a, 1);
      break;
    default:
      return undefinedInstruction();
  }
  if (!setsFlags) {
    cpu.n = oldN;
    cpu.z = oldZ;
    cpu.v = oldV;
    cpu.c = carryIn;
  } else if (isLogical) {
    setNz(result);
    cpu.c = shifterCarry;
  }
  // With S, r15 as the destination means that only the flags are wanted.
  if (rd !== 15) setReg(rd, result);
}

/** LDRD relative to the program counter, and the exclusive accesses. */
function dualLiteralOrExclusive(code: u32): void {
  const rn = fieldN(code);
  const rt = fieldT(code);
  const offset = (code & 0xff) << 2;
  if ((code & 0x01200000) !== 0) {
    if (rn !== 15 || (code & 0x00100000) === 0) return undefinedInstruction();
    const base = cpu.next & ~3;
    const address = (code & 0x00800000) !== 0 ? base + offset : base - offset;
    const first = read32(address);
    const second = read32(address + 4);
    if (cpu.fault !== 0) return;
    setReg(rt, first);
    setReg(fieldD(code), second);
    return;
  }
  const isLoad = (code & 0x00100000) !== 0;
  const kind = (code >>> 4) & 15;
  if ((code & 0x00800000) === 0) {
    const address = reg(rn) + offset;
    if (isLoad) exclusiveLoad(rt, readAligned32(address));
    else if (exclusiveStore(fieldD(code))) writeAligned32(address, reg(rt));
  } else if (kind === 4) {
    if (isLoad) exclusiveLoad(rt, read8(reg(rn)));
    else if (exclusiveStore(fieldM(code))) write8(reg(rn), reg(rt));
  } else if (kind === 5) {
    if (isLoad) exclusiveLoad(rt, read16(reg(rn)));
    else if (exclusiveStore(fieldM(code))) write16(reg(rn), reg(rt));
  } else undefinedInstruction();
}

function exclusiveLoad(rt: u32, value: u32): void {
  if (cpu.fault !== 0) return;
  setReg(rt, value);
  cpu.exclusive = 1;
}

/** Writes the result of STREX, 0 when the store is to be done. */
function exclusiveStore(rd: u32): bool {
  const wasExclusive = cpu.exclusive !== 0;
  setReg(rd, wasExclusive ? 0 : 1);
  cpu.exclusive = 0;
  return wasExclusive;
}

/** MSR, MRS, barriers, CLREX, hints. */
function control(code: u32): void {
  const op = (code >>> 20) & 0x7f;
  if ((code & 0x5000) !== 0) undefinedInstruction();
  else if ((op & 0x7e) === 0x38) writeSpecial(code & 0xff, (code >>> 10) & 3, reg(fieldN(code)));
  else if ((op & 0x7e) === 0x3e) setReg(fieldD(code), readSpecial(code & 0xff));
  else if (op === 0x3b) {
    if (((code >>> 4) & 15) === 2) cpu.exclusive = 0;
  } else if (op !== 0x3a) undefinedInstruction();
}

/** Single loads and stores with write-back, from the program counter, or into it. */
function loadStore(code: u32): void {
  const rn = fieldN(code);
  const rt = fieldT(code);
  const isLoad = (code & 0x00100000) !== 0;
  const base = rn === 15 ? cpu.next & ~3 : reg(rn);
  let address = base;
  let after = base;
  if (rn === 15) {
    const offset = code & 0xfff;
    address = (code & 0x00800000) !== 0 ? base + offset : base - offset;
  } else if ((code & 0x00800000) !== 0) address = base + (code & 0xfff);
  else if ((code & 0x0fc0) === 0) address = base + (reg(fieldM(code)) << ((code >>> 4) & 3));
  else if ((code & 0x0800) !== 0) {
    const offset = code & 0xff;
    const moved = (code & 0x0200) !== 0 ? base + offset : base - offset;
    if ((code & 0x0400) !== 0) address = moved;
    if ((code & 0x0100) !== 0) after = moved;
  } else return undefinedInstruction();
  const value = transfer(code, address, isLoad, reg(rt));
  if (cpu.fault !== 0) return;
  if (after !== base) setReg(rn, after);
  if (!isLoad) return;
  if (rt === 15) branchTo(value);
  else setReg(rt, value);
}

function transfer(code: u32, address: u32, isLoad: bool, value: u32): u32 {
  const signed = (code & 0x01000000) !== 0;
  switch ((code >>> 21) & 3) {
    case 0:
      if (isLoad) return signed ? (read8(address) as i8 as i32 as u32) : read8(address);
      write8(address, value);
      return 0;
    case 1:
      if (isLoad) return signed ? (read16(address) as i16 as i32 as u32) : read16(address);
      write16(address, value);
      return 0;
    default:
      if (isLoad) return read32(address);
      write32(address, value);
      return 0;
  }
}
