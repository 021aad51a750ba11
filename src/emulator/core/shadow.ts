import { PERIPHERALS, PERIPHERALS_AHB2 } from './layout';

/** Where the shadow of a peripheral register lies: the word last written, or its reset value. */
export function shadow(address: u32): usize {
  return (address < 0x50000000 ? PERIPHERALS : PERIPHERALS_AHB2) + (address & 0x7fffc);
}

export function word(address: u32): u32 {
  return load<u32>(shadow(address));
}

export function setWord(address: u32, value: u32): void {
  store<u32>(shadow(address), value);
}
