import { forget } from './decode';
import { FLASH, PERIPHERAL_STATE } from './layout';
import { setWord, word } from './shadow';
import { stall } from './time';

// The flash controller (RM0090, 3): programming clears bits, erasing sets them, and while it works the core cannot
// fetch: time passes and no instruction does.

const ACR: u32 = 0x40023c00;
const KEYR: u32 = ACR + 0x04;
const SR: u32 = ACR + 0x0c;
const CR: u32 = ACR + 0x10;
const OPTCR: u32 = ACR + 0x14;
const KEY1: u32 = 0x45670123;
const KEY2: u32 = 0xcdef89ab;
const PG: u32 = 1;
const SER: u32 = 2;
const MER: u32 = 4;
const STRT: u32 = 1 << 16;
const LOCK: u32 = 1 << 31;
/** Told only while its interrupt is enabled; some libraries take it for an error otherwise. */
const EOP: u32 = 1;
const EOPIE: u32 = 1 << 24;
const PGAERR: u32 = 1 << 5;
const PGPERR: u32 = 1 << 6;
const PGSERR: u32 = 1 << 7;
const SECTORS: u32 = 12;
const PROGRAM_NS: i64 = 16_000;
const OPTIONS: u32 = 0x0fffaaed;

/** The key that was written last, in the sequence that unlocks. */
const LAST_KEY: usize = PERIPHERAL_STATE + 144;
/** Set by the host: operations of the flash take no time. */
const IS_INSTANT: usize = PERIPHERAL_STATE + 148;
/** First and last byte that changed since the host last asked, +1; 0 when nothing did. */
const DIRTY_FROM: usize = PERIPHERAL_STATE + 152;
const DIRTY_TO: usize = PERIPHERAL_STATE + 156;
const ERASES: usize = PERIPHERAL_STATE + 160;

export function resetFlash(): void {
  setWord(CR, LOCK);
  store<u32>(LAST_KEY, 0);
}

export function setInstantFlash(on: bool): void {
  store<u32>(IS_INSTANT, on ? 1 : 0);
}

/** Where a sector begins: four of 16 KiB, one of 64, seven of 128. */
export function sectorStart(sector: u32): u32 {
  if (sector < 5) return sector * 0x4000;
  return (sector - 4) * 0x20000;
}

function eraseDuration(size: u32): i64 {
  return size === 0x4000 ? 250_000_000 : size === 0x10000 ? 550_000_000 : 1_000_000_000;
}

function spend(duration_ns: i64): void {
  if (load<u32>(IS_INSTANT) === 0) stall(duration_ns);
}

/** Lets the host know of a change. */
export function markDirty(offset: u32, size: u32): void {
  if (load<u32>(DIRTY_TO) === 0 || offset < load<u32>(DIRTY_FROM)) store<u32>(DIRTY_FROM, offset);
  if (offset + size > load<u32>(DIRTY_TO)) store<u32>(DIRTY_TO, offset + size);
}

export function dirtyFrom(): u32 {
  return load<u32>(DIRTY_FROM);
}

export function dirtyTo(): u32 {
  return load<u32>(DIRTY_TO);
}

export function clearDirty(): void {
  store<u32>(DIRTY_TO, 0);
}

export function eraseCount(): u32 {
  return load<u32>(ERASES);
}

function complete(): void {
  if ((word(CR) & EOPIE) !== 0) setWord(SR, word(SR) | EOP);
}

function fail(bits: u32): void {
  setWord(SR, word(SR) | bits);
}

/** A write of the program to an address in flash. */
export function programFlash(offset: u32, size: u32, value: u32): void {
  const control = word(CR);
  if ((control & LOCK) !== 0 || (control & PG) === 0) return fail(PGSERR);
  if (((control >>> 8) & 3) !== (size === 4 ? 2 : size === 2 ? 1 : 0)) return fail(PGPERR);
  if ((offset & (size - 1)) !== 0) return fail(PGAERR);
  const at = FLASH + offset;
  if (size === 4) store<u32>(at, load<u32>(at) & value);
  else if (size === 2) store<u16>(at, load<u16>(at) & (value as u16));
  else store<u8>(at, load<u8>(at) & (value as u8));
  forget(offset, size);
  markDirty(offset, size);
  complete();
  spend(PROGRAM_NS);
}

function erase(sector: u32): void {
  if (sector >= SECTORS) return fail(PGSERR);
  const start = sectorStart(sector);
  const size = sectorStart(sector + 1) - start;
  memory.fill(FLASH + start, 0xff, size);
  forget(start, size);
  markDirty(start, size);
  store<u32>(ERASES, load<u32>(ERASES) + 1);
  spend(eraseDuration(size));
}

export function readFlashRegister(address: u32): u32 {
  if (address === KEYR) return 0;
  return address === OPTCR ? OPTIONS : word(address);
}

export function writeFlashRegister(address: u32, value: u32): void {
  switch (address) {
    case KEYR:
      if (value === KEY2 && load<u32>(LAST_KEY) === KEY1) setWord(CR, word(CR) & ~LOCK);
      store<u32>(LAST_KEY, value);
      break;
    case SR:
      setWord(SR, word(SR) & ~value);
      break;
    case CR:
      if ((word(CR) & LOCK) !== 0) break;
      setWord(CR, value & ~STRT);
      if ((value & STRT) === 0) break;
      if ((value & MER) !== 0) for (let sector: u32 = 0; sector < SECTORS; sector++) erase(sector);
      else if ((value & SER) !== 0) erase((value >>> 3) & 15);
      complete();
      break;
    default:
      setWord(address, value);
  }
}
