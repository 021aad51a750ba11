import { cpu, reg, setReg } from './cpu';
import { undefinedInstruction } from './faults';
import { fieldD, fieldN } from './fields';

/** `value` limited to `bits` signed bits; Q is set when it was outside. */
export function saturateSigned(value: i64, bits: u32): i32 {
  const most = ((1 as i64) << ((bits - 1) as i64)) - 1;
  const least = -most - 1;
  if (value > most) {
    cpu.q = 1;
    return most as i32;
  }
  if (value < least) {
    cpu.q = 1;
    return least as i32;
  }
  return value as i32;
}

export function saturateUnsigned(value: i64, bits: u32): u32 {
  const most = ((1 as i64) << (bits as i64)) - 1;
  if (value >= 0 && value <= most) return value as u32;
  cpu.q = 1;
  return value < 0 ? 0 : (most as u32);
}

/** SSAT, USAT, SSAT16, USAT16. */
export function executeSaturate(code: u32): void {
  const kind = (code >>> 20) & 31;
  const rd = fieldD(code);
  const n = reg(fieldN(code));
  const amount = ((code >>> 10) & 0x1c) | ((code >>> 6) & 3);
  const isUnsigned = (kind & 8) !== 0;
  const bits = isUnsigned ? code & 31 : (code & 31) + 1;
  if ((kind & 0x15) !== 0x10) return undefinedInstruction();
  if ((kind & 2) !== 0 && amount === 0) {
    const low = n as i16 as i64;
    const high = ((n as i32) >> 16) as i64;
    const halves = isUnsigned
      ? (saturateUnsigned(low, bits) & 0xffff) | (saturateUnsigned(high, bits) << 16)
      : ((saturateSigned(low, bits) as u32) & 0xffff) | ((saturateSigned(high, bits) as u32) << 16);
    return setReg(rd, halves);
  }
  const value = ((kind & 2) !== 0 ? (n as i32) >> amount : ((n << amount) as i32)) as i64;
  setReg(rd, isUnsigned ? saturateUnsigned(value, bits) : (saturateSigned(value, bits) as u32));
}
