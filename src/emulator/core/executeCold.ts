import { reverseBits, swapHalves } from './arithmetic';
import { branchTo, supervisorCall, writePc } from './branches';
import { Attention, cpu, reg4, setReg, setReg4, Stop } from './cpu';
import { noCoprocessor, undefinedInstruction } from './faults';
import { multiplyAccumulate } from './float';
import { executeFloatCode, transferMultiple } from './floatTransfers';
import { FLOATS } from './layout';
import { read16, read32, readAligned32, read8, write16, write32, write8, writeAligned32 } from './memory';
import { amount, imm, Op, opOf, rd4, rm4, rn4, sizeOf } from './record';
import { changeProcessorState } from './systemRegisters';
import { endStretch } from './time';
import { loadMultiple, loadPair, pop, push, storeMultiple, storePair } from './transfers';
import { executeWide } from './wide';
import { INSTRUCTION_NS } from './cpu';

const CONTROL_FPCA: u32 = 4;

/** Base plus constant, or base plus shifted register: the two forms of a single load or store. */
function offsetAddress(record: usize): u32 {
  return reg4(rn4(record)) + imm(record);
}

function indexedAddress(record: usize): u32 {
  return reg4(rn4(record)) + (reg4(rm4(record)) << amount(record));
}

function loaded(record: usize, value: u32): void {
  if (cpu.fault === 0) setReg4(rd4(record), value);
}

/**
 * Executes what the fast loop leaves: accesses to peripherals, transfers of several registers, exceptions, rare
 * encodings. {@link CpuState.next} is the address of the next instruction and may be changed.
 */
export function executeCold(record: usize): void {
  switch (opOf(record)) {
    case Op.push:
      push(imm(record));
      break;
    case Op.pop:
      pop(imm(record));
      break;
    case Op.ldrd:
      loadPair(record);
      break;
    case Op.strd:
      storePair(record);
      break;
    case Op.ldm:
      loadMultiple(record);
      break;
    case Op.stm:
      storeMultiple(record);
      break;
    case Op.ldrLiteral:
      loaded(record, read32(imm(record)));
      break;
    case Op.ldrImm:
      loaded(record, read32(offsetAddress(record)));
      break;
    case Op.ldrbImm:
      loaded(record, read8(offsetAddress(record)));
      break;
    case Op.ldrhImm:
      loaded(record, read16(offsetAddress(record)));
      break;
    case Op.ldrsbImm:
      loaded(record, read8(offsetAddress(record)) as i8 as i32 as u32);
      break;
    case Op.ldrshImm:
      loaded(record, read16(offsetAddress(record)) as i16 as i32 as u32);
      break;
    case Op.strImm:
      write32(offsetAddress(record), reg4(rd4(record)));
      break;
    case Op.strbImm:
      write8(offsetAddress(record), reg4(rd4(record)));
      break;
    case Op.strhImm:
      write16(offsetAddress(record), reg4(rd4(record)));
      break;
    case Op.ldrReg:
      loaded(record, read32(indexedAddress(record)));
      break;
    case Op.ldrbReg:
      loaded(record, read8(indexedAddress(record)));
      break;
    case Op.ldrhReg:
      loaded(record, read16(indexedAddress(record)));
      break;
    case Op.ldrsbReg:
      loaded(record, read8(indexedAddress(record)) as i8 as i32 as u32);
      break;
    case Op.ldrshReg:
      loaded(record, read16(indexedAddress(record)) as i16 as i32 as u32);
      break;
    case Op.strReg:
      write32(indexedAddress(record), reg4(rd4(record)));
      break;
    case Op.strbReg:
      write8(indexedAddress(record), reg4(rd4(record)));
      break;
    case Op.strhReg:
      write16(indexedAddress(record), reg4(rd4(record)));
      break;
    case Op.branchSelf:
      idle(imm(record));
      break;
    case Op.bx:
      // A move to the program counter, marked in Rd's place, is a plain branch.
      if (rd4(record) !== 0) cpu.next = reg4(rm4(record)) & ~1;
      else branchTo(reg4(rm4(record)));
      break;
    case Op.blx: {
      const target = reg4(rm4(record));
      setReg(14, cpu.next | 1);
      writePc(target);
      break;
    }
    case Op.tbb:
      cpu.next += read8(tableBase(record) + reg4(rm4(record))) << 1;
      break;
    case Op.tbh:
      cpu.next += read16(tableBase(record) + (reg4(rm4(record)) << 1)) << 1;
      break;
    case Op.rbit:
      setReg4(rd4(record), reverseBits(reg4(rm4(record))));
      break;
    case Op.rev16:
      setReg4(rd4(record), swapHalves(reg4(rm4(record))));
      break;
    case Op.revsh:
      setReg4(rd4(record), swapHalves(reg4(rm4(record))) as i16 as i32 as u32);
      break;
    case Op.cps:
      changeProcessorState(imm(record));
      break;
    case Op.svc:
      supervisorCall();
      break;
    case Op.bkpt:
      breakpointInstruction();
      break;
    case Op.noCoprocessor:
      noCoprocessor();
      break;
    case Op.wide:
      executeWide(record);
      break;
    default:
      executeFloatCold(record);
  }
}

function executeFloatCold(record: usize): void {
  const op = opOf(record);
  if (op < Op.vldr) return undefinedInstruction();
  cpu.control |= CONTROL_FPCA;
  switch (op) {
    case Op.vldr:
    case Op.vldrLiteral: {
      const value = readAligned32(op === Op.vldr ? offsetAddress(record) : imm(record));
      if (cpu.fault === 0) store<u32>(rd4(record), value, FLOATS);
      break;
    }
    case Op.vstr:
      writeAligned32(offsetAddress(record), load<u32>(rd4(record), FLOATS));
      break;
    case Op.vmla:
      multiplyAccumulate(record, 0, 0);
      break;
    case Op.vmls:
      multiplyAccumulate(record, 0, 0x80000000);
      break;
    case Op.vnmla:
      multiplyAccumulate(record, 0x80000000, 0x80000000);
      break;
    case Op.vnmls:
      multiplyAccumulate(record, 0x80000000, 0);
      break;
    case Op.vldm:
      transferMultiple(record, true);
      break;
    case Op.vstm:
      transferMultiple(record, false);
      break;
    default:
      executeFloatCode(imm(record));
  }
}

/**
 * A branch to itself, with nothing pending that could end it: nothing changes until the next event. The branch counts
 * as idle too, else how many instructions there were would depend on how often the host looks in between.
 */
function idle(target: u32): void {
  cpu.next = target;
  if ((cpu.attention & Attention.interrupts) !== 0) return;
  cpu.idle_ns += ((cpu.remaining + 1) as i64) * INSTRUCTION_NS;
  cpu.remaining = 0;
}

function tableBase(record: usize): u32 {
  return rn4(record) === 60 ? cpu.next : reg4(rn4(record));
}

/** BKPT stops at itself for the debugger when there is one, else it is a fault. */
function breakpointInstruction(): void {
  if (cpu.debugged === 0) return undefinedInstruction();
  cpu.next -= sizeOf(cpu.record);
  // It was counted already, but has not run: resume() passes over it.
  cpu.remaining++;
  cpu.stopped = Stop.instruction;
  cpu.attention |= Attention.stop;
  endStretch();
}
