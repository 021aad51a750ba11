import { branchTo } from './branches';
import { cpu, reg, reg4, setReg, setReg4 } from './cpu';
import { READ_PAGES, REGISTERS, WRITE_PAGES } from './layout';
import { readAligned32, writeAligned32 } from './memory';
import { imm, rd4, rn4 } from './record';

const SP4: u32 = 13 << 2;

/** The registers of `list` below the stack pointer. */
export function push(list: u32): void {
  const start = reg4(SP4) - (popcnt<u32>(list) << 2);
  if (storeRegisters(start, list)) setReg4(SP4, start);
}

export function pop(list: u32): void {
  const start = reg4(SP4);
  // The stack pointer first: a return from an exception moves it further.
  setReg4(SP4, start + (popcnt<u32>(list) << 2));
  if (!loadRegisters(start, list)) setReg4(SP4, start);
}

/** LDM; the word is the list, with 0x10000 for write-back; Rd's place tells the direction. */
export function loadMultiple(record: usize): void {
  const base = reg4(rn4(record));
  // Before the registers, of which one may be the program counter.
  writeBackMultiple(record, base);
  if (!loadRegisters(startOfMultiple(record, base), listOf(record))) setReg4(rn4(record), base);
}

/** STM, as {@link loadMultiple}. */
export function storeMultiple(record: usize): void {
  const base = reg4(rn4(record));
  if (storeRegisters(startOfMultiple(record, base), listOf(record))) writeBackMultiple(record, base);
}

function listOf(record: usize): u32 {
  return imm(record) & 0xffff;
}

function sizeOfMultiple(record: usize): u32 {
  return popcnt<u32>(listOf(record)) << 2;
}

function startOfMultiple(record: usize, base: u32): u32 {
  return rd4(record) !== 0 ? base - sizeOfMultiple(record) : base;
}

function writeBackMultiple(record: usize, base: u32): void {
  if ((imm(record) & 0x10000) === 0) return;
  const size = sizeOfMultiple(record);
  setReg4(rn4(record), rd4(record) !== 0 ? base - size : base + size);
}

/** How to reach all words of a transfer directly; 0 where they are unaligned, or go beyond a page. */
function directPage(start: u32, list: u32, pages: usize): u32 {
  const end = start + (popcnt<u32>(list) << 2) - 1;
  return (start & 3) !== 0 || start >>> 16 !== end >>> 16 ? 0 : load<u32>(pages + ((start >>> 16) << 2));
}

function storeRegisters(start: u32, list: u32): bool {
  let address = start;
  const page = directPage(start, list, WRITE_PAGES);
  for (let left = list; left !== 0; left &= left - 1) {
    const value = load<u32>(REGISTERS + (ctz<u32>(left) << 2));
    if (page !== 0) store<u32>(page + address, value);
    else writeAligned32(address, value);
    address += 4;
  }
  return cpu.fault === 0;
}

function loadRegisters(start: u32, list: u32): bool {
  let address = start;
  const page = directPage(start, list, READ_PAGES);
  for (let left = list & 0x7fff; left !== 0; left &= left - 1) {
    const value = page !== 0 ? load<u32>(page + address) : readAligned32(address);
    if (cpu.fault !== 0) return false;
    store<u32>(REGISTERS + (ctz<u32>(left) << 2), value);
    address += 4;
  }
  if ((list & 0x8000) === 0) return true;
  const target = page !== 0 ? load<u32>(page + address) : readAligned32(address);
  if (cpu.fault !== 0) return false;
  branchTo(target);
  return true;
}

/** LDRD and STRD; the word is described at decode32's dualAndTable. */
function pairAddress(word: u32, base: u32): u32 {
  return (word & 0x4000) !== 0 ? moved(word, base) : base;
}

function moved(word: u32, base: u32): u32 {
  const offset = word & 0xfff;
  return (word & 0x1000) !== 0 ? base + offset : base - offset;
}

function writeBackPair(record: usize, base: u32): void {
  const word = imm(record);
  if (cpu.fault === 0 && (word & 0x2000) !== 0) setReg4(rn4(record), moved(word, base));
}

export function loadPair(record: usize): void {
  const base = reg4(rn4(record));
  const address = pairAddress(imm(record), base);
  const first = readAligned32(address);
  const second = readAligned32(address + 4);
  if (cpu.fault !== 0) return;
  setReg4(rd4(record), first);
  setReg((imm(record) >>> 16) & 15, second);
  writeBackPair(record, base);
}

export function storePair(record: usize): void {
  const base = reg4(rn4(record));
  const address = pairAddress(imm(record), base);
  writeAligned32(address, reg4(rd4(record)));
  writeAligned32(address + 4, reg((imm(record) >>> 16) & 15));
  writeBackPair(record, base);
}
