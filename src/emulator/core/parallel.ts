import { cpu, reg, setReg } from './cpu';
import { undefinedInstruction } from './faults';
import { fieldD, fieldM, fieldN } from './fields';

/**
 * Parallel additions and subtractions (ARMv7-M ARM, A5.3.13 and A5.3.14). They are plain (GE is set), saturating or
 * halving, on two half-words or on four bytes.
 */
export function executeParallel(code: u32): void {
  const op1 = (code >>> 20) & 7;
  const kind = (code >>> 4) & 3;
  const isUnsigned = (code & 0x40) !== 0;
  const n = reg(fieldN(code));
  const m = reg(fieldM(code));
  if (kind === 3) return undefinedInstruction();
  let result: u32 = 0;
  let ge: u32 = 0;
  if (op1 === 0 || op1 === 4) {
    for (let lane: u32 = 0; lane < 4; lane++) {
      const shift = lane << 3;
      const value = combine(byteOf(n, shift, isUnsigned), byteOf(m, shift, isUnsigned), op1 === 4);
      if (reaches(value, isUnsigned, op1 === 4, 8)) ge |= 1 << lane;
      result |= (finish(value, kind, isUnsigned, 8) & 0xff) << shift;
    }
  } else {
    // ASX and SAX exchange the halves of the second operand; which half is subtracted differs.
    const exchanges = op1 === 2 || op1 === 6;
    const other = exchanges ? rotr<u32>(m, 16) : m;
    const lowSubtracts = op1 === 5 || op1 === 2;
    const highSubtracts = op1 === 5 || op1 === 6;
    if (op1 === 3 || op1 === 7) return undefinedInstruction();
    const low = combine(halfOf(n, 0, isUnsigned), halfOf(other, 0, isUnsigned), lowSubtracts);
    const high = combine(halfOf(n, 16, isUnsigned), halfOf(other, 16, isUnsigned), highSubtracts);
    if (reaches(low, isUnsigned, lowSubtracts, 16)) ge |= 3;
    if (reaches(high, isUnsigned, highSubtracts, 16)) ge |= 12;
    result =
      (finish(low, kind, isUnsigned, 16) & 0xffff) | ((finish(high, kind, isUnsigned, 16) & 0xffff) << 16);
  }
  if (kind === 0) cpu.ge = ge;
  setReg(fieldD(code), result);
}

function byteOf(value: u32, shift: u32, isUnsigned: bool): i32 {
  return isUnsigned ? (((value >>> shift) & 0xff) as i32) : ((value >>> shift) as i8 as i32);
}

function halfOf(value: u32, shift: u32, isUnsigned: bool): i32 {
  return isUnsigned ? (((value >>> shift) & 0xffff) as i32) : ((value >>> shift) as i16 as i32);
}

function combine(a: i32, b: i32, subtracts: bool): i32 {
  return subtracts ? a - b : a + b;
}

/** The GE bit of a lane: no borrow, a carry, or not negative. */
function reaches(value: i32, isUnsigned: bool, subtracts: bool, bits: u32): bool {
  return isUnsigned && !subtracts ? value >= 1 << bits : value >= 0;
}

function finish(value: i32, kind: u32, isUnsigned: bool, bits: u32): u32 {
  if (kind === 2) return (value >> 1) as u32;
  if (kind === 0) return value as u32;
  const most: i32 = isUnsigned ? (1 << bits) - 1 : (1 << (bits - 1)) - 1;
  const least: i32 = isUnsigned ? 0 : -(1 << (bits - 1));
  return (value > most ? most : value < least ? least : value) as u32;
}
