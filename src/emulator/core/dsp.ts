import { cpu, reg, setReg } from './cpu';
import { undefinedInstruction } from './faults';
import { fieldD, fieldM, fieldN, fieldT } from './fields';
import { executeParallel } from './parallel';
import { saturateSigned } from './saturate';

/** The instructions on registers and the multiplications that have no record of their own (A5.3.12 to A5.3.17). */
export function executeDsp(code: u32): void {
  const op = (code >>> 20) & 0x7f;
  if ((op & 0x70) === 0x20) {
    if ((code & 0xf000) !== 0xf000) undefinedInstruction();
    else if ((op & 8) === 0) extend(code);
    else if ((code & 0x80) === 0) executeParallel(code);
    else miscellaneous(code);
  } else if ((op & 0x78) === 0x30) multiply(code);
  else if ((op & 0x78) === 0x38) multiplyLong(code);
  else undefinedInstruction();
}

function valueN(code: u32): u32 {
  return reg(fieldN(code));
}

function valueM(code: u32): u32 {
  return reg(fieldM(code));
}

function low(value: u32): i32 {
  return value as i16 as i32;
}

function high(value: u32): i32 {
  return (value as i32) >> 16;
}

function setD(code: u32, value: u32): void {
  setReg(fieldD(code), value);
}

/** SXTAH and its kin: sign or zero extension after a rotation, added to Rn unless that is r15. */
function extend(code: u32): void {
  if ((code & 0x80) === 0) return undefinedInstruction();
  const value = rotr<u32>(valueM(code), ((code >>> 4) & 3) << 3);
  const add: u32 = fieldN(code) === 15 ? 0 : valueN(code);
  switch ((code >>> 20) & 7) {
    case 0:
      return setD(code, add + (low(value) as u32));
    case 1:
      return setD(code, add + (value & 0xffff));
    case 2: {
      const bottom = (value as i8 as i32 as u32) + add;
      const top = ((value >>> 16) as i8 as i32 as u32) + (add >>> 16);
      return setD(code, (bottom & 0xffff) | (top << 16));
    }
    case 3:
      return setD(code, (((value & 0xff) + add) & 0xffff) | ((((value >>> 16) & 0xff) + (add >>> 16)) << 16));
    case 4:
      return setD(code, add + (value as i8 as i32 as u32));
    case 5:
      return setD(code, add + (value & 0xff));
    default:
      undefinedInstruction();
  }
}

/** QADD, QDADD, QSUB, QDSUB, and SEL. */
function miscellaneous(code: u32): void {
  const op1 = (code >>> 20) & 3;
  const op2 = (code >>> 4) & 3;
  const n = valueN(code) as i32 as i64;
  const m = valueM(code) as i32 as i64;
  if (op1 === 0) {
    const operand = (op2 & 1) !== 0 ? (saturateSigned(n * 2, 32) as i64) : n;
    setD(code, saturateSigned((op2 & 2) !== 0 ? m - operand : m + operand, 32) as u32);
  } else if (op1 === 2 && op2 === 0) {
    let mask: u32 = 0;
    for (let lane: u32 = 0; lane < 4; lane++) if (((cpu.ge >>> lane) & 1) !== 0) mask |= 0xff << (lane << 3);
    setD(code, (valueN(code) & mask) | (valueM(code) & ~mask));
  } else undefinedInstruction();
}

/** `value` as the sum of a product and Ra; Q tells that it did not fit. */
function setAccumulated(code: u32, product: i64): void {
  const ra = fieldT(code);
  const sum = product + (ra === 15 ? 0 : (reg(ra) as i32 as i64));
  if (sum !== (sum as i32 as i64)) cpu.q = 1;
  setD(code, sum as u32);
}

function multiply(code: u32): void {
  const n = valueN(code);
  const m = valueM(code);
  const op2 = (code >>> 4) & 3;
  switch ((code >>> 20) & 7) {
    case 1:
      return setAccumulated(
        code,
        (((op2 & 2) !== 0 ? high(n) : low(n)) as i64) * (((op2 & 1) !== 0 ? high(m) : low(m)) as i64),
      );
    case 2: {
      const other = (op2 & 1) !== 0 ? rotr<u32>(m, 16) : m;
      return setAccumulated(
        code,
        (low(n) as i64) * (low(other) as i64) + (high(n) as i64) * (high(other) as i64),
      );
    }
    case 3:
      return setAccumulated(code, ((n as i32 as i64) * (((op2 & 1) !== 0 ? high(m) : low(m)) as i64)) >> 16);
    case 4: {
      const other = (op2 & 1) !== 0 ? rotr<u32>(m, 16) : m;
      return setAccumulated(
        code,
        (low(n) as i64) * (low(other) as i64) - (high(n) as i64) * (high(other) as i64),
      );
    }
    case 5:
    case 6:
      return mostSignificant(code, n, m);
    case 7:
      return sumOfDifferences(code, n, m);
    default:
      undefinedInstruction();
  }
}

/** SMMUL, SMMLA, SMMLS: the upper word of the sum, rounded with R. */
function mostSignificant(code: u32, n: u32, m: u32): void {
  const ra = fieldT(code);
  const addend: i64 = ra === 15 ? 0 : (reg(ra) as i64) << 32;
  const product = (n as i32 as i64) * (m as i32 as i64);
  let sum = ((code >>> 20) & 7) === 6 ? addend - product : addend + product;
  if ((code & 0x10) !== 0) sum += 0x80000000;
  setD(code, (sum >>> 32) as u32);
}

/** USAD8 and USADA8. */
function sumOfDifferences(code: u32, n: u32, m: u32): void {
  const ra = fieldT(code);
  let sum: u32 = ra === 15 ? 0 : reg(ra);
  for (let shift: u32 = 0; shift < 32; shift += 8) {
    sum += abs<i32>((((n >>> shift) & 0xff) as i32) - (((m >>> shift) & 0xff) as i32)) as u32;
  }
  setD(code, sum);
}

/** SMLALxy, SMLALD, SMLSLD, UMAAL. */
function multiplyLong(code: u32): void {
  const n = valueN(code);
  const m = valueM(code);
  const lowRegister = fieldT(code);
  const highRegister = fieldD(code);
  const op2 = (code >>> 4) & 15;
  const before = ((reg(highRegister) as u64) << 32) | (reg(lowRegister) as u64);
  let result = before;
  switch ((code >>> 20) & 7) {
    case 4:
      if ((op2 & 12) === 8) {
        result += ((((op2 & 2) !== 0 ? high(n) : low(n)) as i64) *
          (((op2 & 1) !== 0 ? high(m) : low(m)) as i64)) as u64;
      } else if ((op2 & 14) === 12) {
        const other = (op2 & 1) !== 0 ? rotr<u32>(m, 16) : m;
        result += ((low(n) as i64) * (low(other) as i64) + (high(n) as i64) * (high(other) as i64)) as u64;
      } else return undefinedInstruction();
      break;
    case 5: {
      if ((op2 & 14) !== 12) return undefinedInstruction();
      const other = (op2 & 1) !== 0 ? rotr<u32>(m, 16) : m;
      result += ((low(n) as i64) * (low(other) as i64) - (high(n) as i64) * (high(other) as i64)) as u64;
      break;
    }
    case 6:
      if (op2 !== 6) return undefinedInstruction();
      result = (n as u64) * (m as u64) + (reg(lowRegister) as u64) + (reg(highRegister) as u64);
      break;
    default:
      return undefinedInstruction();
  }
  setReg(lowRegister, result as u32);
  setReg(highRegister, (result >>> 32) as u32);
}
