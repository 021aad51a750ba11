import { createHash } from 'node:crypto';
import { checkBootloader, readBootloader } from '../image/bootloaderFile';
import {
  BOOTLOADER_ADDRESS,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  FLASH_ADDRESS,
  FLASH_SIZE,
} from '../image/flashMap';
import { stampImage } from '../image/buildStamp';
import { checkImage, readImage } from '../image/imageFile';

/** A file by its content and what to call it. */
export interface NamedBytes {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/**
 * The application out of a firmware file, as it lies in the flash from its start, with its build identity filled in.
 * @throws VescError `image-…` when it cannot be an image for this chip
 */
export function readApp({ bytes, name }: NamedBytes): Uint8Array {
  const image = readImage(bytes, name);
  // An image that has run before carries its checksum: here it may.
  const problem = checkImage(image).find(({ code }) => code !== 'image-crc-info');
  if (problem) throw problem;
  return stampImage(image.bytes, (content) => createHash('sha256').update(content).digest()).bytes;
}

/**
 * A whole flash: what is kept of an earlier run, else erased; with the application and the bootloader put in.
 * @throws VescError `image-…` and `bootloader-…`
 */
export function composeFlash(parts: {
  readonly kept?: Uint8Array | undefined;
  readonly app?: NamedBytes | undefined;
  readonly bootloader?: NamedBytes | undefined;
}): Uint8Array {
  const flash = new Uint8Array(FLASH_SIZE).fill(0xff);
  if (parts.kept) flash.set(parts.kept);
  if (parts.app) {
    flash.set(readApp(parts.app));
    // The settings of the earlier run, as an update over the protocol would leave them.
    if (parts.kept) {
      flash.set(parts.kept.subarray(EEPROM_OFFSET, EEPROM_END_OFFSET), EEPROM_OFFSET);
    }
  }
  if (parts.bootloader) {
    const { bytes, name } = parts.bootloader;
    const bootloader = readBootloader(bytes, name);
    const [problem] = checkBootloader(bootloader, name);
    if (problem) throw problem;
    flash.set(bootloader, BOOTLOADER_ADDRESS - FLASH_ADDRESS);
  }
  return flash;
}
