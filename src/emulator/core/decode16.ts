import { cpu } from './cpu';
import { emit, emitReg, emitUndefined, Op } from './record';

/** Decodes a 16-bit instruction at `pc` (ARMv7-M ARM, A5.2). */
export function decode16(record: usize, pc: u32, code: u32): void {
  const flags = cpu.inIt === 0;
  switch (code >>> 12) {
    case 0:
    case 1:
      shiftAddSubtract(record, code, flags);
      break;
    case 2:
    case 3:
      immediate(record, code, flags);
      break;
    case 4:
      if ((code & 0x0800) !== 0) {
        emit(record, Op.ldrLiteral, 2, (code >>> 8) & 7, 0, ((pc + 4) & ~3) + ((code & 0xff) << 2));
      } else if ((code & 0x0400) === 0) dataProcessing(record, code, flags);
      else special(record, pc, code);
      break;
    case 5:
      loadStoreRegister(record, code);
      break;
    case 6:
      loadStoreImmediate(record, code, (code & 0x0800) !== 0 ? Op.ldrImm : Op.strImm, 2);
      break;
    case 7:
      loadStoreImmediate(record, code, (code & 0x0800) !== 0 ? Op.ldrbImm : Op.strbImm, 0);
      break;
    case 8:
      loadStoreImmediate(record, code, (code & 0x0800) !== 0 ? Op.ldrhImm : Op.strhImm, 1);
      break;
    case 9: {
      const op = (code & 0x0800) !== 0 ? Op.ldrImm : Op.strImm;
      emit(record, op, 2, (code >>> 8) & 7, 13, (code & 0xff) << 2);
      break;
    }
    case 10: {
      const offset = (code & 0xff) << 2;
      const rd = (code >>> 8) & 7;
      if ((code & 0x0800) !== 0) emit(record, Op.addImm, 2, rd, 13, offset);
      else emit(record, Op.movImm, 2, rd, 0, ((pc + 4) & ~3) + offset);
      break;
    }
    case 11:
      miscellaneous(record, pc, code);
      break;
    case 12: {
      const rn = (code >>> 8) & 7;
      const list = code & 0xff;
      if ((code & 0x0800) === 0) emitList(record, Op.stm, 2, rn, list, true, false);
      else emitList(record, Op.ldm, 2, rn, list, (list & (1 << rn)) === 0, false);
      break;
    }
    case 13: {
      const condition = (code >>> 8) & 15;
      if (condition === 14) emitUndefined(record, 2, code);
      else if (condition === 15) emit(record, Op.svc, 2, 0, 0, code & 0xff);
      else emitConditional(record, pc, 2, condition, pc + 4 + (((code << 24) as i32) >> 23));
      break;
    }
    default: {
      const target = pc + 4 + (((code << 21) as i32) >> 20);
      emit(record, target === pc ? Op.branchSelf : Op.b, 2, 0, 0, target);
    }
  }
}

/** Load or store of the registers of `list` at Rn: direction in Rd's place (1 = downwards), list and write-back. */
export function emitList(
  record: usize,
  op: Op,
  size: u32,
  rn: u32,
  list: u32,
  writeBack: bool,
  before: bool,
): void {
  emit(record, op, size, before ? 1 : 0, rn, list | (writeBack ? 0x10000 : 0));
}

export function emitConditional(record: usize, pc: u32, size: u32, condition: u32, target: u32): void {
  emit(record, (Op.beq + condition) as Op, size, 0, 0, target);
}

function shiftAddSubtract(record: usize, code: u32, flags: bool): void {
  const rd = code & 7;
  const rm = (code >>> 3) & 7;
  const shift = (code >>> 6) & 31;
  switch (code >>> 11) {
    case 0:
      if (shift === 0) emitReg(record, flags ? Op.movsReg : Op.movReg, 2, rd, 0, rm, 0, 0);
      else emitReg(record, flags ? Op.lslsImm : Op.lslImm, 2, rd, 0, rm, shift, 0);
      break;
    case 1:
      emitReg(record, flags ? Op.lsrsImm : Op.lsrImm, 2, rd, 0, rm, shift === 0 ? 32 : shift, 0);
      break;
    case 2:
      emitReg(record, flags ? Op.asrsImm : Op.asrImm, 2, rd, 0, rm, shift === 0 ? 32 : shift, 0);
      break;
    default: {
      const operand = (code >>> 6) & 7;
      const subtract = (code & 0x0200) !== 0;
      if ((code & 0x0400) === 0) {
        const op = subtract ? (flags ? Op.subsReg : Op.subReg) : flags ? Op.addsReg : Op.addReg;
        emitReg(record, op, 2, rd, rm, operand, 0, 0);
      } else emitAddImmediate(record, 2, rd, rm, operand, subtract, flags);
    }
  }
}

/** ADD or SUB with an immediate; without flags, SUB is ADD of the negative. */
export function emitAddImmediate(
  record: usize,
  size: u32,
  rd: u32,
  rn: u32,
  operand: u32,
  subtract: bool,
  flags: bool,
): void {
  if (flags) emit(record, subtract ? Op.subsImm : Op.addsImm, size, rd, rn, operand);
  else emit(record, Op.addImm, size, rd, rn, subtract ? 0 - operand : operand);
}

function immediate(record: usize, code: u32, flags: bool): void {
  const rd = (code >>> 8) & 7;
  const operand = code & 0xff;
  switch ((code >>> 11) & 3) {
    case 0:
      emit(record, flags ? Op.movsImm : Op.movImm, 2, rd, 0, operand);
      break;
    case 1:
      emit(record, Op.cmpImm, 2, 0, rd, operand);
      break;
    case 2:
      emitAddImmediate(record, 2, rd, rd, operand, false, flags);
      break;
    default:
      emitAddImmediate(record, 2, rd, rd, operand, true, flags);
  }
}

function dataProcessing(record: usize, code: u32, flags: bool): void {
  const rd = code & 7;
  const rm = (code >>> 3) & 7;
  let op = Op.undefined;
  switch ((code >>> 6) & 15) {
    case 0:
      op = flags ? Op.andsReg : Op.andReg;
      break;
    case 1:
      op = flags ? Op.eorsReg : Op.eorReg;
      break;
    case 2:
      return emitShift(record, 2, rd, rd, rm, 0, flags);
    case 3:
      return emitShift(record, 2, rd, rd, rm, 1, flags);
    case 4:
      return emitShift(record, 2, rd, rd, rm, 2, flags);
    case 5:
      op = flags ? Op.adcsReg : Op.adcReg;
      break;
    case 6:
      op = flags ? Op.sbcsReg : Op.sbcReg;
      break;
    case 7:
      return emitShift(record, 2, rd, rd, rm, 3, flags);
    case 8:
      op = Op.tstReg;
      break;
    case 9:
      return emit(record, flags ? Op.rsbsImm : Op.rsbImm, 2, rd, rm, 0);
    case 10:
      op = Op.cmpReg;
      break;
    case 11:
      op = Op.cmnReg;
      break;
    case 12:
      op = flags ? Op.orrsReg : Op.orrReg;
      break;
    case 13:
      op = flags ? Op.muls : Op.mul;
      break;
    case 14:
      op = flags ? Op.bicsReg : Op.bicReg;
      break;
    default:
      op = flags ? Op.mvnsReg : Op.mvnReg;
  }
  emitReg(record, op, 2, rd, rd, rm, 0, 0);
}

/** Rd = Rn shifted by Rm; kinds 0 to 3 are LSL, LSR, ASR, ROR. */
export function emitShift(record: usize, size: u32, rd: u32, rn: u32, rm: u32, kind: u32, flags: bool): void {
  if (flags) emitReg(record, Op.shiftsReg, size, rd, rn, rm, kind, 0);
  else emitReg(record, (Op.lslReg + kind) as Op, size, rd, rn, rm, 0, 0);
}

/** Moves, adds and compares of all sixteen registers, and branches to one. */
function special(record: usize, pc: u32, code: u32): void {
  const rd = (code & 7) | ((code >>> 4) & 8);
  const rm = (code >>> 3) & 15;
  switch ((code >>> 8) & 3) {
    case 0:
      if (rd === 15) emit(record, Op.wide, 2, 0, 0, code);
      else if (rm === 15) emit(record, Op.addImm, 2, rd, rd, pc + 4);
      else emitReg(record, Op.addReg, 2, rd, rd, rm, 0, 0);
      break;
    case 1:
      emitReg(record, Op.cmpReg, 2, 0, rd, rm, 0, 0);
      break;
    case 2:
      if (rd === 15) emitReg(record, Op.bx, 2, 1, 0, rm, 0, 0);
      else if (rm === 15) emit(record, Op.movImm, 2, rd, 0, pc + 4);
      else emitReg(record, Op.movReg, 2, rd, 0, rm, 0, 0);
      break;
    default:
      emitReg(record, (code & 0x80) !== 0 ? Op.blx : Op.bx, 2, 0, 0, rm, 0, 0);
  }
}

function loadStoreRegister(record: usize, code: u32): void {
  let op = Op.strReg;
  switch ((code >>> 9) & 7) {
    case 1:
      op = Op.strhReg;
      break;
    case 2:
      op = Op.strbReg;
      break;
    case 3:
      op = Op.ldrsbReg;
      break;
    case 4:
      op = Op.ldrReg;
      break;
    case 5:
      op = Op.ldrhReg;
      break;
    case 6:
      op = Op.ldrbReg;
      break;
    case 7:
      op = Op.ldrshReg;
      break;
    default:
  }
  emitReg(record, op, 2, code & 7, (code >>> 3) & 7, (code >>> 6) & 7, 0, 0);
}

function loadStoreImmediate(record: usize, code: u32, op: Op, scale: u32): void {
  emit(record, op, 2, code & 7, (code >>> 3) & 7, ((code >>> 6) & 31) << scale);
}

function miscellaneous(record: usize, pc: u32, code: u32): void {
  const rd = code & 7;
  const rm = (code >>> 3) & 7;
  switch ((code >>> 8) & 15) {
    case 0: {
      const offset = (code & 0x7f) << 2;
      emit(record, Op.addImm, 2, 13, 13, (code & 0x80) !== 0 ? 0 - offset : offset);
      break;
    }
    case 1:
    case 3:
    case 9:
    case 11: {
      const target = pc + 4 + (((code >>> 3) & 31) << 1) + (((code >>> 9) & 1) << 6);
      emit(record, (code & 0x0800) !== 0 ? Op.cbnz : Op.cbz, 2, 0, rd, target);
      break;
    }
    case 2: {
      const kind = (code >>> 6) & 3;
      const op = kind === 0 ? Op.sxth : kind === 1 ? Op.sxtb : kind === 2 ? Op.uxth : Op.uxtb;
      emitReg(record, op, 2, rd, 0, rm, 0, 0);
      break;
    }
    case 4:
    case 5:
      emit(record, Op.push, 2, 0, 13, (code & 0xff) | ((code & 0x100) << 6));
      break;
    case 6:
      if ((code & 0xffe8) === 0xb660) emit(record, Op.cps, 2, 0, 0, code);
      else emitUndefined(record, 2, code);
      break;
    case 10: {
      const kind = (code >>> 6) & 3;
      if (kind === 2) emitUndefined(record, 2, code);
      else emitReg(record, kind === 0 ? Op.rev : kind === 1 ? Op.rev16 : Op.revsh, 2, rd, 0, rm, 0, 0);
      break;
    }
    case 12:
    case 13:
      emit(record, Op.pop, 2, 0, 13, (code & 0xff) | ((code & 0x100) << 7));
      break;
    case 14:
      emit(record, Op.bkpt, 2, 0, 0, code & 0xff);
      break;
    case 15:
      // Hints do nothing here; the firmware has no WFI or WFE.
      if ((code & 15) === 0) emit(record, Op.nop, 2, 0, 0, 0);
      else emit(record, Op.it, 2, 0, 0, code & 0xff);
      break;
    default:
      emitUndefined(record, 2, code);
  }
}
