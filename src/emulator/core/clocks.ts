import { PERIPHERAL_STATE } from './layout';
import { ResetCause } from './reset';
import { setWord, word } from './shadow';

// RCC and PWR (RM0090, 7 and 5): everything asked for is ready at once.

const RESET_FLAGS: usize = PERIPHERAL_STATE + 24;
const PINRSTF: u32 = 1 << 26;
const RMVF: u32 = 1 << 24;
const VOSRDY: u32 = 1 << 14;
const BRE: u32 = 1 << 9;
const BRR: u32 = 1 << 3;

/** Flags of RCC_CSR stay until the program removes them. */
export function noteReset(cause: u32): void {
  if (cause === ResetCause.powerOn) store<u32>(RESET_FLAGS, cause);
  else store<u32>(RESET_FLAGS, load<u32>(RESET_FLAGS) | cause | PINRSTF);
}

export function readRcc(address: u32, offset: u32): u32 {
  const value = word(address);
  switch (offset) {
    case 0x00: {
      // HSIRDY, HSERDY, PLLRDY, PLLI2SRDY follow the bit before them.
      const on = value & 0x05010001;
      return (value & ~0x0a020002) | (on << 1);
    }
    case 0x08:
      return (value & ~0x0c) | ((value & 3) << 2);
    case 0x70:
      return (value & ~2) | ((value & 1) << 1);
    case 0x74:
      return load<u32>(RESET_FLAGS) | (value & 1) | ((value & 1) << 1);
    default:
      return value;
  }
}

export function writeRcc(address: u32, offset: u32, value: u32): void {
  if (offset === 0x74 && (value & RMVF) !== 0) store<u32>(RESET_FLAGS, 0);
  setWord(address, value);
}

/** PWR: regulator ready, supply voltage above the detector's threshold. */
export function readPower(address: u32, offset: u32): u32 {
  const value = word(address);
  if (offset !== 4) return value;
  return (value & BRE) | VOSRDY | ((value & BRE) !== 0 ? BRR : 0);
}
