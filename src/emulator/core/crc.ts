import { PERIPHERAL_STATE } from './layout';

// The CRC unit (RM0090, 4): polynomial 0x04C11DB7, words, nothing reflected.

const POLYNOMIAL: u32 = 0x04c11db7;
const VALUE: usize = PERIPHERAL_STATE + 28;
const TABLE: usize = 0x2000;

export function prepareCrc(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let value = byte << 24;
    for (let bit: u32 = 0; bit < 8; bit++) {
      value = (value & 0x80000000) !== 0 ? (value << 1) ^ POLYNOMIAL : value << 1;
    }
    store<u32>(TABLE + (byte << 2), value);
  }
}

export function crcReset(): void {
  store<u32>(VALUE, 0xffffffff);
}

export function readCrc(): u32 {
  return load<u32>(VALUE);
}

export function feedCrc(word: u32): void {
  let value = load<u32>(VALUE) ^ word;
  for (let byte: u32 = 0; byte < 4; byte++) {
    value = (value << 8) ^ load<u32>(TABLE + ((value >>> 24) << 2));
  }
  store<u32>(VALUE, value);
}
