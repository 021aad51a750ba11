import { cpu, reg, setReg } from './cpu';
import { firstOfDoubleD, singleD, singleM } from './decodeFloat';
import { undefinedInstruction } from './faults';
import { fieldN, fieldT } from './fields';
import { convertFixed, fromHalf, rounded, toHalf } from './float';
import { FLOATS } from './layout';
import { readAligned32, writeAligned32 } from './memory';
import { imm, rd4, rn4 } from './record';

const FPSCR_BITS: u32 = 0xf7c0009f;

/** VLDM, VSTM, VPUSH, VPOP: the word is described at decodeFloat's loadStore. */
export function transferMultiple(record: usize, isLoad: bool): void {
  const word = imm(record);
  const count = word & 0xff;
  const size = ((word >>> 8) & 0xff) << 2;
  const rn = (rn4(record) as u32) >>> 2;
  const base = reg(rn);
  const isBefore = (word & 0x20000) !== 0;
  const start = isBefore ? base - size : base;
  const first = FLOATS + rd4(record);
  for (let index: u32 = 0; index < count; index++) {
    const address = start + (index << 2);
    if (isLoad) {
      const value = readAligned32(address);
      if (cpu.fault !== 0) return;
      store<u32>(first + (index << 2), value);
    } else writeAligned32(address, load<u32>(first + (index << 2)));
  }
  if (cpu.fault === 0 && (word & 0x10000) !== 0) setReg(rn, isBefore ? start : base + size);
}

/** Floating-point instructions that are rare enough to be read from their code. */
export function executeFloatCode(code: u32): void {
  if (code >>> 25 === 0x76) {
    if ((code & 0x0fe00000) === 0x0c400000) twoRegisters(code);
    else if ((code & 0x01200000) === 0x01000000) doubleOrLiteral(code);
    else undefinedInstruction();
  } else if ((code & 0x10) !== 0) registerTransfer(code);
  else convert(code);
}

/** VMOV between two core registers and two singles or a double. */
function twoRegisters(code: u32): void {
  const isDouble = (code & 0x100) !== 0;
  const first = isDouble ? ((code & 15) | ((code >>> 1) & 16)) << 1 : singleM(code);
  const at = FLOATS + (first << 2);
  const low = fieldT(code);
  const high = fieldN(code);
  if (first > 30 || (code & 0xd0) !== 0x10) return undefinedInstruction();
  if ((code & 0x00100000) !== 0) {
    setReg(low, load<u32>(at));
    setReg(high, load<u32>(at, 4));
  } else {
    store<u32>(at, reg(low));
    store<u32>(at, reg(high), 4);
  }
}

/** VLDR and VSTR of a double, or a single relative to the program counter. */
function doubleOrLiteral(code: u32): void {
  const isDouble = (code & 0x100) !== 0;
  const rn = fieldN(code);
  const base = rn === 15 ? cpu.next & ~3 : reg(rn);
  const offset = (code & 0xff) << 2;
  const address = (code & 0x00800000) !== 0 ? base + offset : base - offset;
  const first = isDouble ? firstOfDoubleD(code) : singleD(code);
  if (first > 30 && isDouble) return undefinedInstruction();
  const at = FLOATS + (first << 2);
  const words: u32 = isDouble ? 2 : 1;
  for (let index: u32 = 0; index < words; index++) {
    const place = index << 2;
    if ((code & 0x00100000) !== 0) {
      const value = readAligned32(address + place);
      if (cpu.fault !== 0) return;
      store<u32>(at + place, value);
    } else writeAligned32(address + place, load<u32>(at + place));
  }
}

/** VMSR, VMRS, and VMOV of half a double register. */
function registerTransfer(code: u32): void {
  const rt = fieldT(code);
  const kind = (code >>> 21) & 7;
  const toCore = (code & 0x00100000) !== 0;
  if ((code & 0x100) !== 0) {
    const d = ((code >>> 16) & 15) | ((code >>> 3) & 16);
    const place = FLOATS + (((d << 1) | (kind & 1)) << 2);
    if (d > 15 || kind > 1) return undefinedInstruction();
    if (toCore) setReg(rt, load<u32>(place));
    else store<u32>(place, reg(rt));
    return;
  }
  if (kind !== 7 || ((code >>> 16) & 15) !== 1) return undefinedInstruction();
  if (toCore) setReg(rt, cpu.fpscr);
  else cpu.fpscr = reg(rt) & FPSCR_BITS;
}

function convert(code: u32): void {
  const d = singleD(code);
  const place = FLOATS + (d << 2);
  const source = load<u32>(FLOATS + (singleM(code) << 2));
  const isTop = (code & 0x80) !== 0;
  switch ((code >>> 16) & 15) {
    case 2:
      store<u32>(place, fromHalf(isTop ? source >>> 16 : source & 0xffff));
      break;
    case 3:
      if (isTop) store<u16>(place, toHalf(source), 2);
      else store<u16>(place, toHalf(source));
      break;
    case 10:
    case 11:
    case 14:
    case 15:
      convertFixed(code, d);
      break;
    case 12:
      store<u32>(place, rounded(reinterpret<f32>(source)) as u32);
      break;
    case 13:
      store<i32>(place, rounded(reinterpret<f32>(source)) as i32);
      break;
    default:
      undefinedInstruction();
  }
}
