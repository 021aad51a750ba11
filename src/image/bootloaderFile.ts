import { VescError } from '../base/errors';
import { BOOTLOADER_SIZE } from './flashMap';
import { isHeaderPacked } from './stagingHeader';
import { isStackInRam, readVectors, startsInBootloader } from './vectorTable';

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
  if (bytes.length > BOOTLOADER_SIZE) {
    found.push(
      new VescError('bootloader-too-long', { name, length_B: bytes.length, limit_B: BOOTLOADER_SIZE }),
    );
  }
  if (!isStackInRam(stackPointer)) found.push(new VescError('image-stack-pointer', { name, stackPointer }));
  if (!startsInBootloader(resetVector)) found.push(new VescError('bootloader-is-app', { name, resetVector }));
  return found;
}
