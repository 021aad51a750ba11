import { setWord, word } from './shadow';

// SPI without anything connected (RM0090, 28): every transfer ends at once and brings ones.

const TXE: u32 = 2;
const RXNE: u32 = 1;

export function readSpi(address: u32, offset: u32): u32 {
  if (offset === 0x08) return word(address) | TXE;
  if (offset !== 0x0c) return word(address);
  setWord(address - 4, 0);
  const isWide = (word(address - 0x0c) & (1 << 11)) !== 0;
  return isWide ? 0xffff : 0xff;
}

export function writeSpi(address: u32, offset: u32, value: u32): void {
  if (offset === 0x0c) setWord(address - 4, RXNE);
  else if (offset !== 0x08) setWord(address, value);
}
