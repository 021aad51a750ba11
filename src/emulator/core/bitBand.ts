import { read32, write32 } from './memory';

/** The word that holds the bit that `address` in a bit-band alias stands for. */
function wordOf(address: u32): u32 {
  return (address & 0xf0000000) | (((address & 0x01ffffff) >>> 5) & ~3);
}

function bitOf(address: u32): u32 {
  return (address >>> 2) & 31;
}

export function readBitBand(address: u32): u32 {
  return (read32(wordOf(address)) >>> bitOf(address)) & 1;
}

export function writeBitBand(address: u32, value: u32): void {
  const word = wordOf(address);
  const bit = (1 as u32) << bitOf(address);
  const old = read32(word);
  write32(word, (value & 1) !== 0 ? old | bit : old & ~bit);
}
