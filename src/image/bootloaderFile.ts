import { isVescError, VescError } from '../base/errors';
import { BOOTLOADER_ADDRESS, BOOTLOADER_SIZE } from './flashMap';
import { bootloaderImage, type FlashSegment } from './flashSegments';
import { kindOfNoProgram } from './foreignFile';
import { readProgramFile } from './programFile';
import { isHeaderPacked } from './stagingHeader';
import { isStackInRam, readVectors, startsInBootloader } from './vectorTable';

/**
 * Reads the file of a bootloader: the .bin as it is, header and all, or the same bytes out of a .hex or .elf linked
 * for 0x080E0000. Whether they are a bootloader is for {@link checkBootloader} to say.
 * @throws VescError when it does not fit the bootloader's sector, lies elsewhere, or cannot be read
 */
export function readBootloader(bytes: Uint8Array, name: string): Uint8Array {
  const segments = readSegments(bytes, name);
  if (segments) return bootloaderImage(segments, name);
  if (bytes.length > BOOTLOADER_SIZE) throw tooLong(bytes, name);
  return bytes;
}

function readSegments(bytes: Uint8Array, name: string): FlashSegment[] | undefined {
  try {
    return readProgramFile(bytes, name);
  } catch (error) {
    if (!isVescError(error, 'image-elf-foreign')) throw error;
    throw new VescError('image-elf-foreign', { ...error.details, wanted: 'bootloader' });
  }
}

/** How far behind its reset vector the start-up code reaches that is looked at. */
const START_UP_LENGTH = 256;
/** `movs r1, #0x55` and, within three instructions, a call: `bl` (ARMv7-M, T1 encodings). */
const LOADS_FILL = 0x2155;
const isCall = (first: number, second: number): boolean =>
  first >>> 11 === 0b11110 && (second & 0xd000) === 0xd000;

/**
 * True for a bootloader that a compiler broke: its start-up code fills the stacks with 0x55 in loops of its own, and
 * compilers newer than the tree's make calls of memset out of them, which lose their return address in the very
 * stack they fill. Seen with GCC 12.2 on the public bootloader tree; its prebuilt files do not have it.
 */
export function fillsStackByCall(bytes: Uint8Array): boolean {
  const vectors = readVectors(bytes);
  if (!vectors || !startsInBootloader(vectors.resetVector)) return false;
  const start = (vectors.resetVector & ~1) - BOOTLOADER_ADDRESS;
  const half = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  for (let at = start; at < Math.min(start + START_UP_LENGTH, bytes.length); at += 2) {
    if (half(at) !== LOADS_FILL) continue;
    for (let next = at + 2; next <= at + 6; next += 2) if (isCall(half(next), half(next + 2))) return true;
  }
  return false;
}

/** What speaks for a second thought about a bootloader that passes {@link checkBootloader}. */
export function warnAboutBootloader(bytes: Uint8Array, name: string): string[] {
  if (!fillsStackByCall(bytes)) return [];
  return [
    `${name} was built with a compiler that breaks it: its start-up code loses its way before it does anything, and ` +
      'every update would end in silence. Use the prebuilt file of the bootloader tree (build_all), or build it with ' +
      '-fno-tree-loop-distribute-patterns.',
  ];
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
  const kind = kindOfNoProgram(bytes);
  if (kind !== undefined) return [new VescError('bootloader-foreign', { name, kind })];
  if (isHeaderPacked(bytes)) return [new VescError('bootloader-packed', { name })];
  const { stackPointer, resetVector } = vectors;
  const found: VescError[] = [];
  if (bytes.length > BOOTLOADER_SIZE) found.push(tooLong(bytes, name));
  if (!isStackInRam(stackPointer)) {
    found.push(new VescError('image-stack-pointer', { name, stackPointer, wanted: 'bootloader' }));
  }
  if (!startsInBootloader(resetVector)) found.push(new VescError('bootloader-is-app', { name, resetVector }));
  return found;
}
