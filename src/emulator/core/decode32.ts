import { emitAddImmediate, emitConditional, emitList, emitShift } from './decode16';
import { decodeFloat } from './decodeFloat';
import { fieldD, fieldM, fieldN, fieldT } from './fields';
import { emit, emitReg, emitUndefined, Op } from './record';

/** Decodes a 32-bit instruction at `pc`, first half-word in the upper half of `code` (ARMv7-M ARM, A5.3). */
export function decode32(record: usize, pc: u32, code: u32): void {
  // Whatever has no form of its own below is interpreted from its code.
  emit(record, Op.wide, 4, 0, 0, code);
  const group = (code >>> 27) & 3;
  const op = (code >>> 20) & 0x7f;
  if (group === 1) {
    if ((op & 0x40) !== 0) decodeFloat(record, pc, code);
    else if ((op & 0x20) !== 0) shiftedRegister(record, code);
    else if ((op & 0x04) !== 0) dualAndTable(record, code);
    else multiple(record, code);
  } else if (group === 2) {
    if ((code & 0x8000) !== 0) branch(record, pc, code);
    else if ((op & 0x20) !== 0) plainImmediate(record, pc, code);
    else modifiedImmediate(record, code);
  } else {
    if ((op & 0x40) !== 0) decodeFloat(record, pc, code);
    else if ((op & 0x60) === 0) loadStoreSingle(record, pc, code);
    else if ((op & 0x70) === 0x20) register(record, code);
    else multiply(record, code);
  }
}

/** ThumbExpandImm: the constant of a modified immediate. */
export function expandImmediate(code: u32): u32 {
  const imm12 = ((code >>> 15) & 0x800) | ((code >>> 4) & 0x700) | (code & 0xff);
  const byte = imm12 & 0xff;
  switch (imm12 >>> 8) {
    case 0:
      return byte;
    case 1:
      return byte | (byte << 16);
    case 2:
      return (byte << 8) | (byte << 24);
    case 3:
      return byte | (byte << 8) | (byte << 16) | (byte << 24);
    default:
      return rotr<u32>(0x80 | (imm12 & 0x7f), imm12 >>> 7);
  }
}

/** True when the constant is rotated, so that a logical instruction with S sets the carry from it. */
export function isRotated(code: u32): bool {
  return (code & 0x04004000) !== 0;
}

function modifiedImmediate(record: usize, code: u32): void {
  const rd = fieldD(code);
  const rn = fieldN(code);
  const flags = (code & 0x00100000) !== 0;
  const value = expandImmediate(code);
  const op = (code >>> 21) & 15;
  if (rn === 15 && op !== 2 && op !== 3) return;
  if (flags) {
    if (rd === 15) {
      if (op === 0) emit(record, Op.tstImm, 4, isRotated(code) ? 1 : 0, rn, value);
      else if (op === 8) emit(record, Op.cmnImm, 4, 0, rn, value);
      else if (op === 13) emit(record, Op.cmpImm, 4, 0, rn, value);
    } else if (op === 8) emit(record, Op.addsImm, 4, rd, rn, value);
    else if (op === 13) emit(record, Op.subsImm, 4, rd, rn, value);
    else if (op === 14) emit(record, Op.rsbsImm, 4, rd, rn, value);
    else if (op === 2 && rn === 15 && !isRotated(code)) emit(record, Op.movsImm, 4, rd, 0, value);
    return;
  }
  if (rd === 15) return;
  switch (op) {
    case 0:
      emit(record, Op.andImm, 4, rd, rn, value);
      break;
    case 1:
      emit(record, Op.bicImm, 4, rd, rn, value);
      break;
    case 2:
      if (rn === 15) emit(record, Op.movImm, 4, rd, 0, value);
      else emit(record, Op.orrImm, 4, rd, rn, value);
      break;
    case 3:
      if (rn === 15) emit(record, Op.movImm, 4, rd, 0, ~value);
      break;
    case 4:
      emit(record, Op.eorImm, 4, rd, rn, value);
      break;
    case 8:
      emit(record, Op.addImm, 4, rd, rn, value);
      break;
    case 13:
      emit(record, Op.addImm, 4, rd, rn, 0 - value);
      break;
    case 14:
      emit(record, Op.rsbImm, 4, rd, rn, value);
      break;
    default:
  }
}

function shiftedRegister(record: usize, code: u32): void {
  const rd = fieldD(code);
  const rn = fieldN(code);
  const rm = fieldM(code);
  const amount = ((code >>> 10) & 0x1c) | ((code >>> 6) & 3);
  const kind = (code >>> 4) & 3;
  const op = (code >>> 21) & 15;
  const flags = (code & 0x00100000) !== 0;
  if (op === 2 && rn === 15 && kind !== 3) return moveShifted(record, rd, rm, kind, amount, flags);
  if (kind !== 0 || rm === 15) return;
  if (flags) {
    if (amount === 0) flagged(record, op, rd, rn, rm);
    return;
  }
  if (rd === 15) return;
  let chosen = Op.undecoded;
  switch (op) {
    case 0:
      chosen = Op.andReg;
      break;
    case 1:
      chosen = Op.bicReg;
      break;
    case 2:
      chosen = Op.orrReg;
      break;
    case 3:
      if (rn === 15) chosen = Op.mvnReg;
      break;
    case 4:
      chosen = Op.eorReg;
      break;
    case 8:
      chosen = Op.addReg;
      break;
    case 10:
      chosen = Op.adcReg;
      break;
    case 11:
      chosen = Op.sbcReg;
      break;
    case 13:
      chosen = Op.subReg;
      break;
    case 14:
      chosen = Op.rsbReg;
      break;
    default:
  }
  if (chosen !== Op.undecoded) emitReg(record, chosen, 4, rd, rn, rm, amount, 0);
}

/** MOV, LSL, LSR, ASR of a register by a constant. */
function moveShifted(record: usize, rd: u32, rm: u32, kind: u32, amount: u32, flags: bool): void {
  if (rd === 15 || rm === 15) return;
  if (kind === 0 && amount === 0) emitReg(record, flags ? Op.movsReg : Op.movReg, 4, rd, 0, rm, 0, 0);
  else if (kind === 0) emitReg(record, flags ? Op.lslsImm : Op.lslImm, 4, rd, 0, rm, amount, 0);
  else {
    const op = kind === 1 ? (flags ? Op.lsrsImm : Op.lsrImm) : flags ? Op.asrsImm : Op.asrImm;
    emitReg(record, op, 4, rd, 0, rm, amount === 0 ? 32 : amount, 0);
  }
}

function flagged(record: usize, op: u32, rd: u32, rn: u32, rm: u32): void {
  let chosen = Op.undecoded;
  switch (op) {
    case 0:
      chosen = rd === 15 ? Op.tstReg : Op.andsReg;
      break;
    case 1:
      chosen = Op.bicsReg;
      break;
    case 2:
      chosen = Op.orrsReg;
      break;
    case 3:
      if (rn === 15) chosen = Op.mvnsReg;
      break;
    case 4:
      if (rd !== 15) chosen = Op.eorsReg;
      break;
    case 8:
      chosen = rd === 15 ? Op.cmnReg : Op.addsReg;
      break;
    case 10:
      chosen = Op.adcsReg;
      break;
    case 11:
      chosen = Op.sbcsReg;
      break;
    case 13:
      chosen = rd === 15 ? Op.cmpReg : Op.subsReg;
      break;
    default:
  }
  if (chosen !== Op.undecoded) emitReg(record, chosen, 4, rd, rn, rm, 0, 0);
}

function plainImmediate(record: usize, pc: u32, code: u32): void {
  const rd = fieldD(code);
  const rn = fieldN(code);
  const imm12 = ((code >>> 15) & 0x800) | ((code >>> 4) & 0x700) | (code & 0xff);
  const low = ((code >>> 10) & 0x1c) | ((code >>> 6) & 3);
  const width = code & 31;
  switch ((code >>> 20) & 31) {
    case 0:
    case 10: {
      const subtract = ((code >>> 20) & 31) === 10;
      if (rn !== 15) emitAddImmediate(record, 4, rd, rn, imm12, subtract, false);
      else emit(record, Op.movImm, 4, rd, 0, ((pc + 4) & ~3) + (subtract ? 0 - imm12 : imm12));
      break;
    }
    case 4:
      emit(record, Op.movImm, 4, rd, 0, (rn << 12) | imm12);
      break;
    case 12:
      emit(record, Op.movt, 4, rd, 0, ((rn << 12) | imm12) << 16);
      break;
    case 20:
      emitReg(record, Op.sbfx, 4, rd, 0, rn, low, width + 1);
      break;
    case 22:
      // Rn 15 is BFC: it inserts zeros.
      if (width >= low) emitReg(record, Op.bfi, 4, rd, rn, 0, low, width - low + 1);
      break;
    case 28:
      emitReg(record, Op.ubfx, 4, rd, 0, rn, low, width + 1);
      break;
    default:
  }
}

function branch(record: usize, pc: u32, code: u32): void {
  const sign = (code >>> 26) & 1;
  const j1 = (code >>> 13) & 1;
  const j2 = (code >>> 11) & 1;
  if ((code & 0x5000) === 0) {
    const condition = (code >>> 22) & 15;
    if (condition >= 14) return;
    const offset =
      ((code & 0x7ff) << 1) |
      (((code >>> 16) & 0x3f) << 12) |
      (j1 << 18) |
      (j2 << 19) |
      (sign !== 0 ? 0xfff00000 : 0);
    return emitConditional(record, pc, 4, condition, pc + 4 + offset);
  }
  if ((code & 0x1000) === 0) return emitUndefined(record, 4, code);
  const offset =
    ((code & 0x7ff) << 1) |
    (((code >>> 16) & 0x3ff) << 12) |
    ((1 ^ j2 ^ sign) << 22) |
    ((1 ^ j1 ^ sign) << 23) |
    (sign !== 0 ? 0xff000000 : 0);
  const target = pc + 4 + offset;
  if ((code & 0x4000) !== 0) emit(record, Op.bl, 4, 0, 0, target);
  else emit(record, target === pc ? Op.branchSelf : Op.b, 4, 0, 0, target);
}

function multiple(record: usize, code: u32): void {
  const rn = fieldN(code);
  const list = code & 0xffff;
  const kind = (code >>> 23) & 3;
  const writeBack = (code & 0x00200000) !== 0;
  const isLoad = (code & 0x00100000) !== 0;
  if (kind === 0 || kind === 3) return emitUndefined(record, 4, code);
  if (rn === 13 && writeBack && kind === (isLoad ? 1 : 2)) {
    return emit(record, isLoad ? Op.pop : Op.push, 4, 0, 13, list);
  }
  emitList(record, isLoad ? Op.ldm : Op.stm, 4, rn, list, writeBack, kind === 2);
}

/** The word of a dual transfer: offset, then add (12), write back (13), index before (14), Rt2 (16–19). */
function dualAndTable(record: usize, code: u32): void {
  const rn = fieldN(code);
  const before = (code >>> 24) & 1;
  const writeBack = (code >>> 21) & 1;
  const isLoad = (code & 0x00100000) !== 0;
  if ((before | writeBack) !== 0) {
    if (rn === 15) return;
    const word =
      ((code & 0xff) << 2) |
      (((code >>> 23) & 1) << 12) |
      (writeBack << 13) |
      (before << 14) |
      (fieldD(code) << 16);
    return emit(record, isLoad ? Op.ldrd : Op.strd, 4, fieldT(code), rn, word);
  }
  if ((code & 0xfff00000) === 0xe8d00000 && (code & 0xe0) === 0) {
    emitReg(record, (code & 0x10) !== 0 ? Op.tbh : Op.tbb, 4, 0, rn, fieldM(code), 0, 0);
  }
}

function loadStoreSingle(record: usize, pc: u32, code: u32): void {
  const rn = fieldN(code);
  const rt = fieldT(code);
  const size = (code >>> 21) & 3;
  const isLoad = (code & 0x00100000) !== 0;
  const signed = (code & 0x01000000) !== 0;
  if (size === 3 || (signed && (!isLoad || size === 2))) return emitUndefined(record, 4, code);
  if (rt === 15) {
    // Byte and half-word forms of r15 are preload hints.
    if (isLoad && size !== 2) emit(record, Op.nop, 4, 0, 0, 0);
    return;
  }
  let op = Op.strImm;
  if (!isLoad) op = size === 0 ? Op.strbImm : size === 1 ? Op.strhImm : Op.strImm;
  else if (signed) op = size === 0 ? Op.ldrsbImm : Op.ldrshImm;
  else op = size === 0 ? Op.ldrbImm : size === 1 ? Op.ldrhImm : Op.ldrImm;
  if (rn === 15) {
    if (op !== Op.ldrImm) return;
    const offset = code & 0xfff;
    const address = ((pc + 4) & ~3) + ((code & 0x00800000) !== 0 ? offset : 0 - offset);
    return emit(record, Op.ldrLiteral, 4, rt, 0, address);
  }
  if ((code & 0x00800000) !== 0) emit(record, op, 4, rt, rn, code & 0xfff);
  else if ((code & 0x0fc0) === 0) {
    emitReg(record, (op + (Op.ldrReg - Op.ldrImm)) as Op, 4, rt, rn, fieldM(code), (code >>> 4) & 3, 0);
  } else if ((code & 0x0d00) === 0x0c00) {
    const offset = code & 0xff;
    emit(record, op, 4, rt, rn, (code & 0x0200) !== 0 ? offset : 0 - offset);
  }
}

function register(record: usize, code: u32): void {
  const rd = fieldD(code);
  const rn = fieldN(code);
  const rm = fieldM(code);
  const op1 = (code >>> 20) & 15;
  const op2 = (code >>> 4) & 15;
  if ((code & 0xf000) !== 0xf000) return emitUndefined(record, 4, code);
  if (op1 < 8 && op2 === 0) {
    return emitShift(record, 4, rd, rn, rm, op1 >>> 1, (op1 & 1) !== 0);
  }
  if (op1 < 6 && op2 === 8 && rn === 15) {
    if (op1 === 0) emitReg(record, Op.sxth, 4, rd, 0, rm, 0, 0);
    else if (op1 === 1) emitReg(record, Op.uxth, 4, rd, 0, rm, 0, 0);
    else if (op1 === 4) emitReg(record, Op.sxtb, 4, rd, 0, rm, 0, 0);
    else if (op1 === 5) emitReg(record, Op.uxtb, 4, rd, 0, rm, 0, 0);
    return;
  }
  if (op1 === 9 && op2 >>> 2 === 2) {
    const kind = op2 & 3;
    const op = kind === 0 ? Op.rev : kind === 1 ? Op.rev16 : kind === 2 ? Op.rbit : Op.revsh;
    emitReg(record, op, 4, rd, 0, rm, 0, 0);
  } else if (op1 === 11 && op2 === 8) emitReg(record, Op.clz, 4, rd, 0, rm, 0, 0);
}

function multiply(record: usize, code: u32): void {
  const rn = fieldN(code);
  const rm = fieldM(code);
  const high = fieldD(code);
  const low = fieldT(code);
  const op = (code >>> 20) & 15;
  const op2 = (code >>> 4) & 15;
  if (op === 0 && op2 === 0) {
    if (low === 15) emitReg(record, Op.mul, 4, high, rn, rm, 0, 0);
    else emitReg(record, Op.mla, 4, high, rn, rm, 0, low);
  } else if (op === 0 && op2 === 1) emitReg(record, Op.mls, 4, high, rn, rm, 0, low);
  else if (op === 8 && op2 === 0) emitReg(record, Op.smull, 4, low, rn, rm, 0, high);
  else if (op === 9 && op2 === 15) emitReg(record, Op.sdiv, 4, high, rn, rm, 0, 0);
  else if (op === 10 && op2 === 0) emitReg(record, Op.umull, 4, low, rn, rm, 0, high);
  else if (op === 11 && op2 === 15) emitReg(record, Op.udiv, 4, high, rn, rm, 0, 0);
  else if (op === 12 && op2 === 0) emitReg(record, Op.smlal, 4, low, rn, rm, 0, high);
  else if (op === 14 && op2 === 0) emitReg(record, Op.umlal, 4, low, rn, rm, 0, high);
}
