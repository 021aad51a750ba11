import {
  addFlags,
  addWithCarry,
  bitFieldInsert,
  divideSigned,
  divideUnsigned,
  multiplyLong,
  Shift,
  shiftsByConstant,
  shiftsByRegister,
  shiftPlain,
  signedBitField,
  subtractFlags,
  testImmediate,
  unsignedBitField,
} from './arithmetic';
import { attend } from './attend';
import { Attention, cpu, reg4, setNz, setReg, setReg4 } from './cpu';
import { decode, recordOutsideFlash } from './decode';
import { executeCold } from './executeCold';
import { executeFloat } from './executeFloat';
import { FLASH, FLASH_BASE, FLASH_SIZE, READ_PAGES, RECORDS, REGISTERS, WRITE_PAGES } from './layout';
import { amount, imm, Op, opOf, ra4, rd4, rm4, rn4, sizeOf } from './record';

/** Writes Rd, with N and Z as the value says. */
function setFlagged(record: usize, value: u32): void {
  setNz(value);
  setReg4(rd4(record), value);
}

/**
 * Executes instructions until {@link CpuState.remaining} is used up or something stops it. What can neither fail,
 * nor see the time, nor touch a peripheral is done right here; everything else falls out of the switch into the
 * cold path, which brings counter and program counter up to date first.
 */
export function execute(): void {
  let left = cpu.remaining;
  let pc = load<u32>(REGISTERS + 60);
  while (left > 0) {
    left--;
    if (cpu.attention !== 0) {
      cpu.remaining = left;
      store<u32>(REGISTERS + 60, pc);
      if (!attend()) return;
      left = cpu.remaining;
      pc = load<u32>(REGISTERS + 60);
    }
    const offset = pc - FLASH_BASE;
    let record = RECORDS + ((offset as usize) << 2);
    if (offset >= FLASH_SIZE) {
      cpu.remaining = left;
      record = recordOutsideFlash(pc);
      if (record === 0) continue;
    } else if (opOf(record) === Op.undecoded) decode(record, pc);
    pc += sizeOf(record);
    switch (opOf(record)) {
      case Op.nop:
        continue;
      case Op.movImm:
        setReg4(rd4(record), imm(record));
        continue;
      case Op.movsImm:
        setFlagged(record, imm(record));
        continue;
      case Op.movReg:
        setReg4(rd4(record), reg4(rm4(record)));
        continue;
      case Op.movsReg:
        setFlagged(record, reg4(rm4(record)));
        continue;
      case Op.movt:
        setReg4(rd4(record), (reg4(rd4(record)) & 0xffff) | imm(record));
        continue;
      case Op.mvnReg:
        setReg4(rd4(record), ~(reg4(rm4(record)) << amount(record)));
        continue;
      case Op.mvnsReg:
        setFlagged(record, ~reg4(rm4(record)));
        continue;
      case Op.addImm:
        setReg4(rd4(record), reg4(rn4(record)) + imm(record));
        continue;
      case Op.addsImm:
        setReg4(rd4(record), addFlags(reg4(rn4(record)), imm(record)));
        continue;
      case Op.subsImm:
        setReg4(rd4(record), subtractFlags(reg4(rn4(record)), imm(record)));
        continue;
      case Op.rsbImm:
        setReg4(rd4(record), imm(record) - reg4(rn4(record)));
        continue;
      case Op.rsbsImm:
        setReg4(rd4(record), subtractFlags(imm(record), reg4(rn4(record))));
        continue;
      case Op.andImm:
        setReg4(rd4(record), reg4(rn4(record)) & imm(record));
        continue;
      case Op.bicImm:
        setReg4(rd4(record), reg4(rn4(record)) & ~imm(record));
        continue;
      case Op.orrImm:
        setReg4(rd4(record), reg4(rn4(record)) | imm(record));
        continue;
      case Op.eorImm:
        setReg4(rd4(record), reg4(rn4(record)) ^ imm(record));
        continue;
      case Op.cmpImm:
        subtractFlags(reg4(rn4(record)), imm(record));
        continue;
      case Op.cmnImm:
        addFlags(reg4(rn4(record)), imm(record));
        continue;
      case Op.tstImm:
        testImmediate(record);
        continue;
      case Op.addReg:
        setReg4(rd4(record), reg4(rn4(record)) + (reg4(rm4(record)) << amount(record)));
        continue;
      case Op.subReg:
        setReg4(rd4(record), reg4(rn4(record)) - (reg4(rm4(record)) << amount(record)));
        continue;
      case Op.rsbReg:
        setReg4(rd4(record), (reg4(rm4(record)) << amount(record)) - reg4(rn4(record)));
        continue;
      case Op.adcReg:
        setReg4(rd4(record), reg4(rn4(record)) + (reg4(rm4(record)) << amount(record)) + cpu.c);
        continue;
      case Op.sbcReg:
        setReg4(rd4(record), reg4(rn4(record)) + ~(reg4(rm4(record)) << amount(record)) + cpu.c);
        continue;
      case Op.andReg:
        setReg4(rd4(record), reg4(rn4(record)) & (reg4(rm4(record)) << amount(record)));
        continue;
      case Op.bicReg:
        setReg4(rd4(record), reg4(rn4(record)) & ~(reg4(rm4(record)) << amount(record)));
        continue;
      case Op.orrReg:
        setReg4(rd4(record), reg4(rn4(record)) | (reg4(rm4(record)) << amount(record)));
        continue;
      case Op.eorReg:
        setReg4(rd4(record), reg4(rn4(record)) ^ (reg4(rm4(record)) << amount(record)));
        continue;
      case Op.addsReg:
        setReg4(rd4(record), addFlags(reg4(rn4(record)), reg4(rm4(record))));
        continue;
      case Op.subsReg:
        setReg4(rd4(record), subtractFlags(reg4(rn4(record)), reg4(rm4(record))));
        continue;
      case Op.adcsReg:
        setReg4(rd4(record), addWithCarry(reg4(rn4(record)), reg4(rm4(record)), cpu.c));
        continue;
      case Op.sbcsReg:
        setReg4(rd4(record), addWithCarry(reg4(rn4(record)), ~reg4(rm4(record)), cpu.c));
        continue;
      case Op.andsReg:
        setFlagged(record, reg4(rn4(record)) & reg4(rm4(record)));
        continue;
      case Op.bicsReg:
        setFlagged(record, reg4(rn4(record)) & ~reg4(rm4(record)));
        continue;
      case Op.orrsReg:
        setFlagged(record, reg4(rn4(record)) | reg4(rm4(record)));
        continue;
      case Op.eorsReg:
        setFlagged(record, reg4(rn4(record)) ^ reg4(rm4(record)));
        continue;
      case Op.cmpReg:
        subtractFlags(reg4(rn4(record)), reg4(rm4(record)));
        continue;
      case Op.cmnReg:
        addFlags(reg4(rn4(record)), reg4(rm4(record)));
        continue;
      case Op.tstReg:
        setNz(reg4(rn4(record)) & reg4(rm4(record)));
        continue;
      case Op.lslImm:
        setReg4(rd4(record), reg4(rm4(record)) << amount(record));
        continue;
      case Op.lsrImm:
        setReg4(rd4(record), shiftPlain(reg4(rm4(record)), Shift.lsr, amount(record)));
        continue;
      case Op.asrImm:
        setReg4(rd4(record), shiftPlain(reg4(rm4(record)), Shift.asr, amount(record)));
        continue;
      case Op.lslsImm:
        shiftsByConstant(record, Shift.lsl);
        continue;
      case Op.lsrsImm:
        shiftsByConstant(record, Shift.lsr);
        continue;
      case Op.asrsImm:
        shiftsByConstant(record, Shift.asr);
        continue;
      case Op.lslReg:
        setReg4(rd4(record), shiftPlain(reg4(rn4(record)), Shift.lsl, reg4(rm4(record)) & 0xff));
        continue;
      case Op.lsrReg:
        setReg4(rd4(record), shiftPlain(reg4(rn4(record)), Shift.lsr, reg4(rm4(record)) & 0xff));
        continue;
      case Op.asrReg:
        setReg4(rd4(record), shiftPlain(reg4(rn4(record)), Shift.asr, reg4(rm4(record)) & 0xff));
        continue;
      case Op.rorReg:
        setReg4(rd4(record), shiftPlain(reg4(rn4(record)), Shift.ror, reg4(rm4(record)) & 0xff));
        continue;
      case Op.shiftsReg:
        shiftsByRegister(record);
        continue;
      case Op.sxtb:
        setReg4(rd4(record), reg4(rm4(record)) as i8 as i32 as u32);
        continue;
      case Op.sxth:
        setReg4(rd4(record), reg4(rm4(record)) as i16 as i32 as u32);
        continue;
      case Op.uxtb:
        setReg4(rd4(record), reg4(rm4(record)) & 0xff);
        continue;
      case Op.uxth:
        setReg4(rd4(record), reg4(rm4(record)) & 0xffff);
        continue;
      case Op.ubfx:
        unsignedBitField(record);
        continue;
      case Op.sbfx:
        signedBitField(record);
        continue;
      case Op.bfi:
        bitFieldInsert(record);
        continue;
      case Op.clz:
        setReg4(rd4(record), clz<u32>(reg4(rm4(record))));
        continue;
      case Op.rev:
        setReg4(rd4(record), bswap<u32>(reg4(rm4(record))));
        continue;
      case Op.mul:
        setReg4(rd4(record), reg4(rn4(record)) * reg4(rm4(record)));
        continue;
      case Op.muls:
        setFlagged(record, reg4(rn4(record)) * reg4(rm4(record)));
        continue;
      case Op.mla:
        setReg4(rd4(record), reg4(ra4(record)) + reg4(rn4(record)) * reg4(rm4(record)));
        continue;
      case Op.mls:
        setReg4(rd4(record), reg4(ra4(record)) - reg4(rn4(record)) * reg4(rm4(record)));
        continue;
      case Op.umull:
        multiplyLong(record, false, false);
        continue;
      case Op.smull:
        multiplyLong(record, true, false);
        continue;
      case Op.umlal:
        multiplyLong(record, false, true);
        continue;
      case Op.smlal:
        multiplyLong(record, true, true);
        continue;
      case Op.udiv:
        setReg4(rd4(record), divideUnsigned(reg4(rn4(record)), reg4(rm4(record))));
        continue;
      case Op.sdiv:
        setReg4(rd4(record), divideSigned(reg4(rn4(record)), reg4(rm4(record))));
        continue;
      case Op.ldrLiteral: {
        const at = imm(record) - FLASH_BASE;
        if (at >= FLASH_SIZE) break;
        setReg4(rd4(record), load<u32>(FLASH + at));
        continue;
      }
      case Op.ldrImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u32>(page + address));
        continue;
      }
      case Op.ldrbImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u8>(page + address));
        continue;
      }
      case Op.ldrhImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u16>(page + address));
        continue;
      }
      case Op.ldrsbImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<i8>(page + address) as i32 as u32);
        continue;
      }
      case Op.ldrshImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<i16>(page + address) as i32 as u32);
        continue;
      }
      case Op.strImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
        if (page === 0) break;
        store<u32>(page + address, reg4(rd4(record)));
        continue;
      }
      case Op.strbImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
        if (page === 0) break;
        store<u8>(page + address, reg4(rd4(record)));
        continue;
      }
      case Op.strhImm: {
        const address = reg4(rn4(record)) + imm(record);
        const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
        if (page === 0) break;
        store<u16>(page + address, reg4(rd4(record)));
        continue;
      }
      case Op.ldrReg: {
        const address = reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u32>(page + address));
        continue;
      }
      case Op.ldrbReg: {
        const address = reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u8>(page + address));
        continue;
      }
      case Op.ldrhReg: {
        const address = reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
        const page = load<u32>((address >>> 16) << 2, READ_PAGES);
        if (page === 0) break;
        setReg4(rd4(record), load<u16>(page + address));
        continue;
      }
      case Op.strReg: {
        const address = reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
        const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
        if (page === 0) break;
        store<u32>(page + address, reg4(rd4(record)));
        continue;
      }
      case Op.strbReg: {
        const address = reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
        const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
        if (page === 0) break;
        store<u8>(page + address, reg4(rd4(record)));
        continue;
      }
      case Op.b:
        pc = imm(record);
        continue;
      case Op.beq:
        if (cpu.z === 0) pc = imm(record);
        continue;
      case Op.bne:
        if (cpu.z !== 0) pc = imm(record);
        continue;
      case Op.bcs:
        if (cpu.c !== 0) pc = imm(record);
        continue;
      case Op.bcc:
        if (cpu.c === 0) pc = imm(record);
        continue;
      case Op.bmi:
        if ((cpu.n as i32) < 0) pc = imm(record);
        continue;
      case Op.bpl:
        if ((cpu.n as i32) >= 0) pc = imm(record);
        continue;
      case Op.bvs:
        if (cpu.v !== 0) pc = imm(record);
        continue;
      case Op.bvc:
        if (cpu.v === 0) pc = imm(record);
        continue;
      case Op.bhi:
        if (cpu.c !== 0 && cpu.z !== 0) pc = imm(record);
        continue;
      case Op.bls:
        if (cpu.c === 0 || cpu.z === 0) pc = imm(record);
        continue;
      case Op.bge:
        if (cpu.n >>> 31 === cpu.v) pc = imm(record);
        continue;
      case Op.blt:
        if (cpu.n >>> 31 !== cpu.v) pc = imm(record);
        continue;
      case Op.bgt:
        if (cpu.z !== 0 && cpu.n >>> 31 === cpu.v) pc = imm(record);
        continue;
      case Op.ble:
        if (cpu.z === 0 || cpu.n >>> 31 !== cpu.v) pc = imm(record);
        continue;
      case Op.bl:
        setReg(14, pc | 1);
        pc = imm(record);
        continue;
      case Op.bx: {
        const target = reg4(rm4(record));
        // Returns from exceptions, and branches that leave Thumb state, are the cold path's.
        if (target >= 0xf0000000 || (target & 1) === 0) break;
        pc = target & ~1;
        continue;
      }
      case Op.blx: {
        const target = reg4(rm4(record));
        if ((target & 1) === 0) break;
        setReg(14, pc | 1);
        pc = target & ~1;
        continue;
      }
      case Op.cbz:
        if (reg4(rn4(record)) === 0) pc = imm(record);
        continue;
      case Op.cbnz:
        if (reg4(rn4(record)) !== 0) pc = imm(record);
        continue;
      case Op.it:
        cpu.itState = imm(record);
        cpu.attention |= Attention.itBlock;
        continue;
      default:
        if (opOf(record) >= Op.vldr && executeFloat(record)) continue;
    }
    cpu.next = pc;
    cpu.record = record;
    cpu.remaining = left;
    executeCold(record);
    pc = cpu.next;
    left = cpu.remaining;
  }
  cpu.remaining = left;
  store<u32>(REGISTERS + 60, pc);
}
