import { cpu, reg4, setNz, setReg4 } from './cpu';
import { amount, imm, ra4, rd4, rm4, rn4 } from './record';

/** a + b + carry, with all four flags. */
export function addWithCarry(a: u32, b: u32, carry: u32): u32 {
  const wide = (a as u64) + (b as u64) + (carry as u64);
  const result = wide as u32;
  setNz(result);
  cpu.c = (wide >>> 32) as u32;
  cpu.v = ((a ^ result) & (b ^ result)) >>> 31;
  return result;
}

/** a + b with all flags. */
export function addFlags(a: u32, b: u32): u32 {
  const result = a + b;
  setNz(result);
  cpu.c = (result < a) as u32;
  cpu.v = ((a ^ result) & (b ^ result)) >>> 31;
  return result;
}

/** a - b with all flags; C is set when there is no borrow. */
export function subtractFlags(a: u32, b: u32): u32 {
  const result = a - b;
  setNz(result);
  cpu.c = (a >= b) as u32;
  cpu.v = ((a ^ b) & (a ^ result)) >>> 31;
  return result;
}

/** Shift kinds as they are encoded; a rotate right by nothing is RRX where it is a constant. */
export const enum Shift {
  lsl,
  lsr,
  asr,
  ror,
}

/** `value` shifted by `count` (0 to 255); the carry is that of the shifter, unchanged for a count of 0. */
export function shiftWithCarry(value: u32, kind: u32, count: u32): u32 {
  if (count === 0) return value;
  switch (kind) {
    case Shift.lsl:
      cpu.c = count > 32 ? 0 : (value >>> (32 - count)) & 1;
      if (count === 32) cpu.c = value & 1;
      return count > 31 ? 0 : value << count;
    case Shift.lsr:
      cpu.c = count > 32 ? 0 : (value >>> (count - 1)) & 1;
      return count > 31 ? 0 : value >>> count;
    case Shift.asr: {
      const by = count > 31 ? 31 : count;
      cpu.c = count > 31 ? value >>> 31 : (value >>> (count - 1)) & 1;
      return ((value as i32) >> by) as u32;
    }
    default: {
      const result = rotr<u32>(value, count & 31);
      cpu.c = result >>> 31;
      return result;
    }
  }
}

/** `value` shifted by the low byte of `count`, flags untouched. */
export function shiftPlain(value: u32, kind: u32, count: u32): u32 {
  switch (kind) {
    case Shift.lsl:
      return count > 31 ? 0 : value << count;
    case Shift.lsr:
      return count > 31 ? 0 : value >>> count;
    case Shift.asr:
      return ((value as i32) >> (count > 31 ? 31 : count)) as u32;
    default:
      return rotr<u32>(value, count & 31);
  }
}

/** LSLS, LSRS, ASRS or RORS by a register. */
export function shiftsByRegister(record: usize): void {
  const result = shiftWithCarry(reg4(rn4(record)), amount(record), reg4(rm4(record)) & 0xff);
  setNz(result);
  setReg4(rd4(record), result);
}

/** The same by a constant from 1 to 32. */
export function shiftsByConstant(record: usize, kind: u32): void {
  const result = shiftWithCarry(reg4(rm4(record)), kind, amount(record));
  setNz(result);
  setReg4(rd4(record), result);
}

export function testImmediate(record: usize): void {
  const value = imm(record);
  setNz(reg4(rn4(record)) & value);
  // Rd's place tells that the constant is rotated.
  if (rd4(record) !== 0) cpu.c = value >>> 31;
}

export function bitFieldInsert(record: usize): void {
  const low = amount(record);
  const width = ra4(record) >>> 2;
  const mask: u32 = (width === 32 ? 0xffffffff : (1 << width) - 1) << low;
  const source: u32 = rn4(record) === 60 ? 0 : reg4(rn4(record)) << low;
  setReg4(rd4(record), (reg4(rd4(record)) & ~mask) | (source & mask));
}

export function unsignedBitField(record: usize): void {
  const width = ra4(record) >>> 2;
  setReg4(rd4(record), (reg4(rm4(record)) << (32 - width - amount(record))) >>> (32 - width));
}

export function signedBitField(record: usize): void {
  const width = ra4(record) >>> 2;
  const top = (reg4(rm4(record)) << (32 - width - amount(record))) as i32;
  setReg4(rd4(record), (top >> (32 - width)) as u32);
}

/** The bits of a word in the opposite order. */
export function reverseBits(value: u32): u32 {
  let v = value;
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1);
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2);
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4);
  return bswap<u32>(v);
}

/** The bytes of each half-word swapped. */
export function swapHalves(value: u32): u32 {
  return ((value >>> 8) & 0x00ff00ff) | ((value << 8) & 0xff00ff00);
}

export function divideUnsigned(a: u32, b: u32): u32 {
  return b === 0 ? 0 : a / b;
}

export function divideSigned(a: u32, b: u32): u32 {
  if (b === 0) return 0;
  if (a === 0x80000000 && b === 0xffffffff) return a;
  return ((a as i32) / (b as i32)) as u32;
}

/** RdLo and RdHi as one; `accumulate` adds what they held. */
export function multiplyLong(record: usize, signed: bool, accumulate: bool): void {
  const a = reg4(rn4(record));
  const b = reg4(rm4(record));
  let product: u64 = signed ? (((a as i32 as i64) * (b as i32 as i64)) as u64) : (a as u64) * (b as u64);
  if (accumulate) product += ((reg4(ra4(record)) as u64) << 32) | (reg4(rd4(record)) as u64);
  setReg4(rd4(record), product as u32);
  setReg4(ra4(record), (product >>> 32) as u32);
}
