import { setLine } from './interrupts';
import { setWord, word } from './shadow';

// I2C without anything connected (RM0090, 27): every address is answered by nobody.

const START: u32 = 1 << 8;
const STOP: u32 = 1 << 9;
const SWRST: u32 = 1 << 15;
const SB: u32 = 1;
const AF: u32 = 1 << 10;
const MSL_BUSY: u32 = 3;
const ITERREN: u32 = 1 << 8;
const ITEVTEN: u32 = 1 << 9;

function updateLines(block: u32): void {
  const number = (block - 0x40005400) >>> 10;
  const enabled = word(block + 4);
  const status = word(block + 0x14);
  const first: u32 = number === 0 ? 31 : number === 1 ? 33 : 72;
  setLine(first, (enabled & ITEVTEN) !== 0 && (status & SB) !== 0);
  setLine(first + 1, (enabled & ITERREN) !== 0 && (status & AF) !== 0);
}

export function readI2c(block: u32, offset: u32): u32 {
  return word(block + offset);
}

export function writeI2c(block: u32, offset: u32, value: u32): void {
  if (offset === 0x00) {
    if ((value & SWRST) !== 0) {
      setWord(block + 0x14, 0);
      setWord(block + 0x18, 0);
    } else if ((value & START) !== 0) {
      setWord(block + 0x14, word(block + 0x14) | SB);
      setWord(block + 0x18, MSL_BUSY);
    } else if ((value & STOP) !== 0) setWord(block + 0x18, 0);
    setWord(block, value & ~(START | STOP));
  } else if (offset === 0x10) {
    if ((word(block + 0x14) & SB) !== 0) setWord(block + 0x14, (word(block + 0x14) & ~SB) | AF);
  } else if (offset === 0x14) setWord(block + 0x14, word(block + 0x14) & (value | SB));
  else if (offset !== 0x18) setWord(block + offset, value);
  updateLines(block);
}
