import { fieldN, fieldT } from './fields';
import { emit, emitReg, emitUndefined, Op } from './record';
import { isFloatEnabled } from './systemRegisters';

/** Decodes an instruction of the coprocessor space: the FPU is coprocessors 10 and 11 (ARMv7-M ARM, A6). */
export function decodeFloat(record: usize, pc: u32, code: u32): void {
  const coprocessor = (code >>> 8) & 15;
  if ((coprocessor & 14) !== 10 || !isFloatEnabled()) return emit(record, Op.noCoprocessor, 4, 0, 0, code);
  const isDouble = coprocessor === 11;
  const isTransfer = (code & 0x10) !== 0;
  emit(record, Op.vfpWide, 4, 0, 0, code);
  switch ((code >>> 24) & 15) {
    case 12:
    case 13:
      loadStore(record, pc, code, isDouble);
      break;
    case 14:
      if (isTransfer) transfer(record, code, isDouble);
      else if (!isDouble) arithmetic(record, code);
      else emitUndefined(record, 4, code);
      break;
    default:
      emitUndefined(record, 4, code);
  }
}

export function singleD(code: u32): u32 {
  return ((code >>> 11) & 30) | ((code >>> 22) & 1);
}

export function singleN(code: u32): u32 {
  return ((code >>> 15) & 30) | ((code >>> 7) & 1);
}

export function singleM(code: u32): u32 {
  return ((code << 1) & 30) | ((code >>> 5) & 1);
}

/** The first of the two single registers that make up a double register. */
export function firstOfDoubleD(code: u32): u32 {
  return (((code >>> 12) & 15) | ((code >>> 18) & 16)) << 1;
}

/**
 * The word of a multiple transfer: words to move (0–7), write back (16); Rd's place has the first register, and the
 * offset at which it starts is in the upper half as a count of words below Rn.
 */
function loadStore(record: usize, pc: u32, code: u32, isDouble: bool): void {
  const rn = fieldN(code);
  const add = (code & 0x00800000) !== 0;
  const before = (code & 0x01000000) !== 0;
  const writeBack = (code & 0x00200000) !== 0;
  const isLoad = (code & 0x00100000) !== 0;
  const words = code & 0xff;
  if (!before && !add) return; // Two core registers, or undefined.
  if (!before || writeBack) {
    const first = isDouble ? firstOfDoubleD(code) : singleD(code);
    const count = isDouble ? words & 0xfe : words;
    if (count === 0 || first + count > 32 || add === before) {
      return emitUndefined(record, 4, code);
    }
    const word = count | (words << 8) | (writeBack ? 0x10000 : 0) | (before ? 0x20000 : 0);
    return emit(record, isLoad ? Op.vldm : Op.vstm, 4, first, rn, word);
  }
  if (isDouble) return;
  const offset = add ? words << 2 : 0 - (words << 2);
  if (rn !== 15) emit(record, isLoad ? Op.vldr : Op.vstr, 4, singleD(code), rn, offset);
  else if (isLoad) emit(record, Op.vldrLiteral, 4, singleD(code), 0, ((pc + 4) & ~3) + offset);
}

function transfer(record: usize, code: u32, isDouble: bool): void {
  const rt = fieldT(code);
  const toCore = (code & 0x00100000) !== 0;
  const kind = (code >>> 21) & 7;
  if (isDouble || rt === 15) {
    if (!isDouble && kind === 7 && toCore && ((code >>> 16) & 15) === 1) {
      emit(record, Op.vmrsFlags, 4, 0, 0, 0);
    }
    return;
  }
  if (kind === 0) emit(record, toCore ? Op.vmovToCore : Op.vmovFromCore, 4, rt, singleN(code), 0);
}

function arithmetic(record: usize, code: u32): void {
  const kind = ((code >>> 20) & 3) | ((code >>> 21) & 4);
  const alternative = (code & 0x40) !== 0;
  let op = Op.undefined;
  switch (kind) {
    case 0:
      op = alternative ? Op.vmls : Op.vmla;
      break;
    case 1:
      op = alternative ? Op.vnmla : Op.vnmls;
      break;
    case 2:
      op = alternative ? Op.vnmul : Op.vmul;
      break;
    case 3:
      op = alternative ? Op.vsub : Op.vadd;
      break;
    case 4:
      op = alternative ? Op.undefined : Op.vdiv;
      break;
    case 5:
      op = alternative ? Op.vfnma : Op.vfnms;
      break;
    case 6:
      op = alternative ? Op.vfms : Op.vfma;
      break;
    default:
      return unary(record, code);
  }
  emitReg(record, op, 4, singleD(code), singleN(code), singleM(code), 0, 0);
}

function unary(record: usize, code: u32): void {
  const second = (code & 0x80) !== 0;
  if ((code & 0x40) === 0) {
    return emit(record, Op.vmovImm, 4, singleD(code), 0, expandFloat(((code >>> 12) & 0xf0) | (code & 15)));
  }
  let op = Op.vfpWide;
  switch ((code >>> 16) & 15) {
    case 0:
      op = second ? Op.vabs : Op.vmov;
      break;
    case 1:
      op = second ? Op.vsqrt : Op.vneg;
      break;
    case 4:
      op = Op.vcmp;
      break;
    case 5:
      op = Op.vcmpZero;
      break;
    case 8:
      op = second ? Op.vcvtFromS32 : Op.vcvtFromU32;
      break;
    case 12:
      if (second) op = Op.vcvtToU32;
      break;
    case 13:
      if (second) op = Op.vcvtToS32;
      break;
    default:
  }
  if (op !== Op.vfpWide) emitReg(record, op, 4, singleD(code), 0, singleM(code), 0, 0);
}

/** VFPExpandImm: sign, 3 bits of exponent, 4 of fraction. */
export function expandFloat(imm8: u32): u32 {
  const exponent = (imm8 & 0x40) !== 0 ? 0x3e000000 : 0x40000000;
  return ((imm8 & 0x80) << 24) | exponent | ((imm8 & 0x3f) << 19);
}
