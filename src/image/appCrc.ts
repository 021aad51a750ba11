import {
  CRC_INFO_OFFSET,
  CRC_INFO_OFFSET_5_03,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH_5_03,
} from './flashMap';

/** The polynomial of the STM32's CRC unit: start FFFFFFFF, no reflection, no final XOR (facts 3.8). */
const POLYNOMIAL = 0x04c1_1db7;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc;
});

/**
 * The STM32 CRC unit fed with `bytes` as little-endian words, each its highest byte first. The length is a multiple
 * of four; `crc` is what came before.
 */
export function stm32Crc(bytes: Uint8Array, crc = 0xffff_ffff): number {
  let state = crc;
  for (let word = 0; word < bytes.length; word += 4) {
    for (let at = word + 3; at >= word; at--) {
      state = (state << 8) ^ TABLE[(state >>> 24) ^ bytes[at]!]!;
    }
  }
  return state >>> 0;
}

/**
 * The CRC that the firmware will compute of itself once the image `bytes` is flashed (facts 3.8): all of it but the
 * settings sectors and the CRC itself, with the flag word in front of the CRC written to 0. `bytes` has one of the
 * two lengths an image can have.
 */
export function appCrc(bytes: Uint8Array): number {
  const end = bytes.length === IMAGE_LENGTH_5_03 ? CRC_INFO_OFFSET_5_03 : CRC_INFO_OFFSET;
  const vectors = stm32Crc(bytes.subarray(0, EEPROM_OFFSET));
  const code = stm32Crc(bytes.subarray(EEPROM_END_OFFSET, end), vectors);
  return stm32Crc(new Uint8Array(4), code);
}
