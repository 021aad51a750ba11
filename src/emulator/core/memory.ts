import { readBitBand, writeBitBand } from './bitBand';
import { busFault, unalignedFault } from './faults';
import {
  CCM,
  CCM_BASE,
  CCM_SIZE,
  FLASH,
  FLASH_BASE,
  FLASH_SIZE,
  READ_PAGES,
  SRAM,
  SRAM_BASE,
  SRAM_SIZE,
  WRITE_PAGES,
} from './layout';
import { readPeripheral, writePeripheral } from './peripherals';
import { readSystem, writeSystem } from './systemRegisters';
import { programFlash } from './flash';
import { readRom } from './rom';

/** Fills the page tables, once. */
export function mapMemory(): void {
  map(READ_PAGES, FLASH_BASE, FLASH_SIZE, FLASH);
  map(READ_PAGES, 0, FLASH_SIZE, FLASH);
  map(READ_PAGES, SRAM_BASE, SRAM_SIZE, SRAM);
  map(READ_PAGES, CCM_BASE, CCM_SIZE, CCM);
  map(WRITE_PAGES, SRAM_BASE, SRAM_SIZE, SRAM);
  map(WRITE_PAGES, CCM_BASE, CCM_SIZE, CCM);
}

function map(table: usize, base: u32, size: u32, linear: usize): void {
  for (let at: u32 = 0; at < size; at += 0x10000) {
    store<u32>(table + (((base + at) >>> 16) << 2), (linear as u32) - base);
  }
}

function isInFlash(address: u32): bool {
  return address - FLASH_BASE < FLASH_SIZE;
}

/** Reads from anywhere; a fault is raised where there is nothing. */
export function read32(address: u32): u32 {
  const page = load<u32>((address >>> 16) << 2, READ_PAGES);
  if (page !== 0) return load<u32>(page + address);
  return readDevice(address, 4);
}

export function read16(address: u32): u32 {
  const page = load<u32>((address >>> 16) << 2, READ_PAGES);
  if (page !== 0) return load<u16>(page + address);
  return readDevice(address, 2);
}

export function read8(address: u32): u32 {
  const page = load<u32>((address >>> 16) << 2, READ_PAGES);
  if (page !== 0) return load<u8>(page + address);
  return readDevice(address, 1);
}

/** What multiple, double, exclusive and floating-point loads need everywhere (ARMv7-M ARM, A3.2.1). */
export function readAligned32(address: u32): u32 {
  if ((address & 3) === 0) return read32(address);
  unalignedFault();
  return 0;
}

/** The same for stores. */
export function writeAligned32(address: u32, value: u32): void {
  if ((address & 3) === 0) write32(address, value);
  else unalignedFault();
}

export function write32(address: u32, value: u32): void {
  const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
  if (page !== 0) store<u32>(page + address, value);
  else writeDevice(address, 4, value);
}

export function write16(address: u32, value: u32): void {
  const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
  if (page !== 0) store<u16>(page + address, value);
  else writeDevice(address, 2, value & 0xffff);
}

export function write8(address: u32, value: u32): void {
  const page = load<u32>((address >>> 16) << 2, WRITE_PAGES);
  if (page !== 0) store<u8>(page + address, value);
  else writeDevice(address, 1, value & 0xff);
}

/** True for the words that registers live in. */
export function isPeripheral(address: u32): bool {
  return address - 0x40000000 < 0x80000 || address - 0x50000000 < 0x60c00;
}

function readDevice(address: u32, size: u32): u32 {
  if ((address & (size - 1)) !== 0) {
    unalignedFault();
    return 0;
  }
  const shift = (address & 3) << 3;
  const mask: u32 = size === 4 ? 0xffffffff : (1 << (size << 3)) - 1;
  if (isPeripheral(address)) return (readPeripheral(address & ~3) >>> shift) & mask;
  if (address >>> 12 === 0xe000e) return (readSystem(address & ~3) >>> shift) & mask;
  if (address >>> 16 === 0x1fff) return (readRom(address & ~3) >>> shift) & mask;
  if ((address >>> 25 === 0x11 || address >>> 25 === 0x21) && size <= 4) return readBitBand(address);
  // DWT, ITM, TPIU, the debug ROM table.
  if (address >>> 20 === 0xe00) return (readSystem(address & ~3) >>> shift) & mask;
  busFault(address);
  return 0;
}

function writeDevice(address: u32, size: u32, value: u32): void {
  if ((address & (size - 1)) !== 0 && !isInFlash(address)) return unalignedFault();
  if (isPeripheral(address)) writePeripheral(address, size, value);
  else if (isInFlash(address)) programFlash(address - FLASH_BASE, size, value);
  else if (address < FLASH_SIZE) programFlash(address, size, value);
  else if (address >>> 20 === 0xe00) writeSystem(address, size, value);
  else if (address >>> 25 === 0x11 || address >>> 25 === 0x21) writeBitBand(address, value);
  else busFault(address);
}
