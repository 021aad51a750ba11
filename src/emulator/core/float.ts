import { cpu, float4, setFloat4, writeFlags } from './cpu';
import { FLOATS } from './layout';
import { rd4, rm4, rn4 } from './record';

// Single precision as the chip does it with FPSCR at its reset value: round to nearest even, denormal numbers kept,
// NaN payloads kept. WebAssembly's arithmetic is the same but for NaNs, which it leaves open: wherever a result is
// NaN it is made anew from the operands (ARMv7-M ARM, FPProcessNaN).

const DEFAULT_NAN: u32 = 0x7fc00000;
const QUIET: u32 = 0x00400000;

export function isNan(bits: u32): bool {
  return (bits & 0x7fffffff) > 0x7f800000;
}

function isSignalling(bits: u32): bool {
  return isNan(bits) && (bits & QUIET) === 0;
}

/** The NaN that an operation with these operands results in. */
function nanOf(a: u32, b: u32): u32 {
  if (isSignalling(a)) return a | QUIET;
  if (isSignalling(b)) return b | QUIET;
  if (isNan(a)) return a;
  return isNan(b) ? b : DEFAULT_NAN;
}

export function addFloats(a: u32, b: u32): u32 {
  const result = reinterpret<f32>(a) + reinterpret<f32>(b);
  return result === result ? reinterpret<u32>(result) : nanOf(a, b);
}

export function multiplyFloats(a: u32, b: u32): u32 {
  const result = reinterpret<f32>(a) * reinterpret<f32>(b);
  return result === result ? reinterpret<u32>(result) : nanOf(a, b);
}

function operandN(record: usize): u32 {
  return load<u32>(rn4(record), FLOATS);
}

function operandM(record: usize): u32 {
  return load<u32>(rm4(record), FLOATS);
}

/** The result of a sum or difference that is NaN. */
export function repairedSum(record: usize): void {
  store<u32>(rd4(record), nanOf(operandN(record), operandM(record)), FLOATS);
}

export function repairedProduct(record: usize, negated: bool): void {
  const nan = nanOf(operandN(record), operandM(record));
  store<u32>(rd4(record), negated ? nan ^ 0x80000000 : nan, FLOATS);
}

export function divideFloats(record: usize): void {
  const result = float4(rn4(record)) / float4(rm4(record));
  if (result === result) setFloat4(rd4(record), result);
  else repairedSum(record);
}

export function squareRoot(record: usize): void {
  const operand = operandM(record);
  const result = sqrt<f32>(reinterpret<f32>(operand));
  store<u32>(rd4(record), result === result ? reinterpret<u32>(result) : nanOf(operand, operand), FLOATS);
}

/** Rd + Rn × Rm rounded once, with the signs of the addend and of the first factor flipped by the masks. */
export function fused(record: usize, addendSign: u32, factorSign: u32): void {
  const addend = load<u32>(rd4(record), FLOATS) ^ addendSign;
  const n = operandN(record) ^ factorSign;
  const m = operandM(record);
  store<u32>(rd4(record), fusedBits(addend, n, m), FLOATS);
}

function fusedBits(addend: u32, n: u32, m: u32): u32 {
  // Exact: two factors of 24 bits.
  const product = (reinterpret<f32>(n) as f64) * (reinterpret<f32>(m) as f64);
  const other = reinterpret<f32>(addend) as f64;
  let sum = product + other;
  if (sum !== sum) return fusedNan(addend, n, m);
  // What the sum lost (Knuth's two-sum). Rounded to odd, the second rounding to 24 bits cannot go wrong.
  const part = sum - product;
  const lost = product - (sum - part) + (other - part);
  if (lost !== 0 && abs(sum) < f64.MAX_VALUE) {
    const bits = reinterpret<u64>(sum);
    if ((bits & 1) === 0) sum = reinterpret<f64>(lost > 0 === sum > 0 ? bits + 1 : bits - 1);
  }
  return reinterpret<u32>(sum as f32);
}

function fusedNan(addend: u32, n: u32, m: u32): u32 {
  if (isSignalling(addend)) return addend | QUIET;
  if (isSignalling(n)) return n | QUIET;
  if (isSignalling(m)) return m | QUIET;
  const product = reinterpret<f32>(n) * reinterpret<f32>(m);
  const isInvalid = product !== product && !isNan(n) && !isNan(m);
  if (isNan(addend) && !isInvalid) return addend;
  return nanOf(n, m);
}

/** VMLA and the like: the product is rounded by itself. */
export function multiplyAccumulate(record: usize, addendSign: u32, productSign: u32): void {
  const product = multiplyFloats(operandN(record), operandM(record)) ^ productSign;
  store<u32>(rd4(record), addFloats(load<u32>(rd4(record), FLOATS) ^ addendSign, product), FLOATS);
}

/** The flags of FPSCR after a comparison. */
export function compareFloats(a: f32, b: f32): void {
  let flags: u32 = 3;
  if (a === b) flags = 6;
  else if (a < b) flags = 8;
  else if (a > b) flags = 2;
  cpu.fpscr = (cpu.fpscr & 0x0fffffff) | (flags << 28);
}

/** VMRS APSR_nzcv, FPSCR. */
export function statusToFlags(): void {
  writeFlags((cpu.fpscr & 0xf0000000) | (cpu.q << 27));
}

/** A float as an integer, by the rounding mode of FPSCR: nearest, up, down, towards zero. */
export function rounded(value: f32): f32 {
  switch ((cpu.fpscr >>> 22) & 3) {
    case 0:
      return nearest<f32>(value);
    case 1:
      return ceil<f32>(value);
    case 2:
      return floor<f32>(value);
    default:
      return trunc<f32>(value);
  }
}

/** VCVT between a float and a fixed-point number in the same register. */
export function convertFixed(code: u32, register: u32): void {
  const at = FLOATS + (register << 2);
  const isWide = (code & 0x80) !== 0;
  const isUnsigned = (code & 0x00010000) !== 0;
  const size: u32 = isWide ? 32 : 16;
  const fraction = size - (((code & 15) << 1) | ((code >>> 5) & 1));
  const scale = ((1 as u64) << (fraction as u64)) as f64;
  if ((code & 0x00040000) === 0) {
    let value: f64 = 0;
    if (isUnsigned) value = isWide ? (load<u32>(at) as f64) : (load<u16>(at) as f64);
    else value = isWide ? (load<i32>(at) as f64) : (load<i16>(at) as f64);
    store<f32>(at, (value / scale) as f32);
    return;
  }
  const value = (load<f32>(at) as f64) * scale;
  if (isUnsigned) {
    const result = value as u32;
    store<u32>(at, isWide || result < 0xffff ? result : 0xffff);
  } else {
    const result = value as i32;
    if (isWide) store<i32>(at, result);
    else store<i32>(at, result > 32767 ? 32767 : result < -32768 ? -32768 : result);
  }
}

/** A half-precision number as a single. */
export function fromHalf(half: u32): u32 {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (fraction === 0 ? 0 : QUIET | (fraction << 13));
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  // Denormal: a count of 2^-24.
  return sign | reinterpret<u32>((fraction as f32) * (5.960464477539063e-8 as f32));
}

/** A single as half precision, rounded to nearest even. */
export function toHalf(bits: u32): u32 {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (isNan(bits)) return sign | 0x7e00 | ((bits >>> 13) & 0x1ff);
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    return sign | (nearest<f32>(reinterpret<f32>(magnitude) * (16777216 as f32)) as u32);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
