/**
 * Where everything lies in the STM32F405's flash (facts 3.1, 3.2). Addresses are absolute, offsets count from the
 * start of the flash (which is also the start of an image) or of the area they are named after; sizes are bytes.
 */

/** The sizes of the staging area and of the bootloader's sector, which no write goes beyond. */
export { BOOTLOADER_SIZE, STAGING_SIZE } from '../protocol/messages/update';

/** One erasable unit of the flash. */
export interface Sector {
  readonly index: number;
  readonly address: number;
  readonly size_B: number;
}

export const FLASH_ADDRESS = 0x0800_0000;
export const FLASH_SIZE = 0x10_0000;

const SECTOR_SIZES_KIB = [16, 16, 16, 16, 64, 128, 128, 128, 128, 128, 128, 128];

/** The twelve sectors, in order. */
export const SECTORS: readonly Sector[] = SECTOR_SIZES_KIB.map((size_KiB, index) => ({
  index,
  address: FLASH_ADDRESS + SECTOR_SIZES_KIB.slice(0, index).reduce((sum, size) => sum + size, 0) * 1024,
  size_B: size_KiB * 1024,
}));

/** The area of the application: firmware 6.00 and later, and 5.03 and earlier. */
export const APP_ADDRESS = FLASH_ADDRESS;
export const APP_SIZE = 0x8_0000;
export const APP_SIZE_5_03 = 0x6_0000;

/** Two sectors inside the application that hold its settings, not code: offsets from its start. */
export const EEPROM_OFFSET = 0x4000;
export const EEPROM_END_OFFSET = 0xc000;

/** The eight bytes of flag and CRC that the firmware writes at its first start (facts 3.8). */
export const CRC_INFO_SIZE = 8;
export const CRC_INFO_OFFSET = 0x7_fff0;
export const CRC_INFO_OFFSET_5_03 = 0x5_fff0;

/** The only two lengths an image can have: `.crcinfo` is always its last item (facts 3.2). */
export const IMAGE_LENGTH = CRC_INFO_OFFSET + CRC_INFO_SIZE;
export const IMAGE_LENGTH_5_03 = CRC_INFO_OFFSET_5_03 + CRC_INFO_SIZE;

/** Where an update waits for the bootloader. */
export const STAGING_ADDRESS = 0x0808_0000;

/** The most a staged payload may measure, compressed or not, without its header. */
export const MAX_STAGED_PAYLOAD = 393_208;

/** The last sector; in writes to the staging area it begins at offset {@link STAGING_SIZE}. */
export const BOOTLOADER_ADDRESS = 0x080e_0000;

/** RAM a stack can lie in: the 128 KiB block and the core-coupled 64 KiB. */
export const RAM_ADDRESS = 0x2000_0000;
export const RAM_SIZE = 0x2_0000;
export const CCM_ADDRESS = 0x1000_0000;
export const CCM_SIZE = 0x1_0000;
