import { PERIPHERAL_STATE } from './layout';
import { setWord, word } from './shadow';

// Ports A to I (RM0090, 8).

/** Per port: which pins the host holds, and at which levels. */
const HELD: usize = PERIPHERAL_STATE + 64;
const LEVELS: usize = HELD + 36;

/** Holds a pin from outside: 0 low, 1 high, anything else lets go of it. */
export function holdPin(port: u32, pin: u32, level: u32): void {
  const bit: u32 = 1 << pin;
  const at = port << 2;
  store<u32>(HELD + at, (load<u32>(HELD + at) & ~bit) | (level < 2 ? bit : 0));
  store<u32>(LEVELS + at, (load<u32>(LEVELS + at) & ~bit) | (level === 1 ? bit : 0));
}

/** What IDR shows: outputs read back, inputs see the outside, else their pull-up. */
function inputs(block: u32): u32 {
  const mode = word(block);
  const openDrain = word(block + 4);
  const pulls = word(block + 0x0c);
  const output = word(block + 0x14);
  const at = ((block - 0x40020000) >>> 10) << 2;
  const held = load<u32>(HELD + at);
  const levels = load<u32>(LEVELS + at);
  let value: u32 = 0;
  for (let pin: u32 = 0; pin < 16; pin++) {
    const isOutput = ((mode >>> (pin << 1)) & 3) === 1;
    const isReleased = ((openDrain & output) >>> pin) & 1;
    let level: u32 = 0;
    if (isOutput && isReleased === 0) level = (output >>> pin) & 1;
    else if (((held >>> pin) & 1) !== 0) level = (levels >>> pin) & 1;
    else level = isOutput || ((pulls >>> (pin << 1)) & 3) === 1 ? 1 : 0;
    value |= level << pin;
  }
  return value;
}

export function readGpio(block: u32, offset: u32): u32 {
  if (offset === 0x10) return inputs(block);
  return offset === 0x18 ? 0 : word(block + offset);
}

export function writeGpio(block: u32, offset: u32, value: u32): void {
  // BSRR: the lower half sets and wins, the upper half clears.
  if (offset === 0x18) setWord(block + 0x14, (word(block + 0x14) & ~(value >>> 16)) | (value & 0xffff));
  else if (offset !== 0x10) setWord(block + offset, value);
}
