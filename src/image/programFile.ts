import { isElf, readElf } from './elf';
import type { FlashSegment } from './flashSegments';
import { isIntelHex, readIntelHex } from './intelHex';

/**
 * Reads a file that says where its content belongs: Intel HEX or ELF, told apart by content. `undefined` for every
 * other kind.
 * @throws VescError when it is one of them, but damaged or for another processor
 */
export function readProgramFile(bytes: Uint8Array, name: string): FlashSegment[] | undefined {
  if (isElf(bytes)) return readElf(bytes, name);
  if (isIntelHex(bytes)) return readIntelHex(bytes, name);
  return undefined;
}
