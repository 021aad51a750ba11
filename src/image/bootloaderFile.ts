import { VescError } from '../base/errors';
import { BOOTLOADER_SIZE } from './flashMap';
import { bootloaderImage } from './flashSegments';
import { readProgramFile } from './programFile';
import { isHeaderPacked } from './stagingHeader';
import { isStackInRam, readVectors, startsInBootloader } from './vectorTable';

/**
 * Reads the file of a bootloader: the .bin as it is, header and all, or the same bytes out of a .hex or .elf linked
 * for 0x080E0000. Whether they are a bootloader is for {@link checkBootloader} to say.
 * @throws VescError when it does not fit the bootloader's sector, lies elsewhere, or cannot be read
 */
export function readBootloader(bytes: Uint8Array, name: string): Uint8Array {
  const segments = readProgramFile(bytes, name);
  if (segments) return bootloaderImage(segments, name);
  if (bytes.length > BOOTLOADER_SIZE) throw tooLong(bytes, name);
  return bytes;
}

function tooLong(bytes: Uint8Array, name: string): VescError {
  return new VescError('bootloader-too-long', { name, length_B: bytes.length, limit_B: BOOTLOADER_SIZE });
}

/**
 * All that speaks against writing `bytes` into the bootloader's sector: it must be linked for 0x080E0000, fit the
 * sector, and carry no staging header (facts 3.7 D). Empty means go.
 */
export function checkBootloader(bytes: Uint8Array, name = 'The file'): VescError[] {
  const vectors = readVectors(bytes);
  if (vectors === undefined) return [new VescError('bootloader-empty', { name })];
  if (isHeaderPacked(bytes)) return [new VescError('bootloader-packed', { name })];
  const { stackPointer, resetVector } = vectors;
  const found: VescError[] = [];
  if (bytes.length > BOOTLOADER_SIZE) found.push(tooLong(bytes, name));
  if (!isStackInRam(stackPointer)) found.push(new VescError('image-stack-pointer', { name, stackPointer }));
  if (!startsInBootloader(resetVector)) found.push(new VescError('bootloader-is-app', { name, resetVector }));
  return found;
}
