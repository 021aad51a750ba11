import { VescError } from '../base/errors';
import {
  APP_ADDRESS,
  APP_SIZE,
  BOOTLOADER_ADDRESS,
  BOOTLOADER_SIZE,
  CCM_ADDRESS,
  CCM_SIZE,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
  RAM_ADDRESS,
  RAM_SIZE,
  STAGING_ADDRESS,
  STAGING_SIZE,
} from './flashMap';
import { recogniseProgram } from './foreignFile';

/** A piece of a program and the address it is linked for. */
export interface FlashSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A part of the memory. */
interface Area {
  readonly address: number;
  readonly size_B: number;
}

/** The pieces of a file that hold anything, and the range they lie in; `end` is the address behind the last. */
interface Survey {
  readonly segments: readonly FlashSegment[];
  readonly start: number;
  readonly end: number;
}

const APP: Area = { address: APP_ADDRESS, size_B: APP_SIZE };
const BOOTLOADER: Area = { address: BOOTLOADER_ADDRESS, size_B: BOOTLOADER_SIZE };

/** What lies outside of the application, by the name a message gives it. */
const OTHER_AREAS: readonly (Area & { readonly name: string })[] = [
  { name: 'the staging area', address: STAGING_ADDRESS, size_B: STAGING_SIZE },
  { name: "the bootloader's sector", ...BOOTLOADER },
  { name: 'RAM', address: RAM_ADDRESS, size_B: RAM_SIZE },
  { name: 'RAM', address: CCM_ADDRESS, size_B: CCM_SIZE },
];

/** What the trees' own build rules fill gaps with: since 6.00 the default of objcopy, before that blank flash. */
const FILLER = 0x00;
const FILLER_5_03 = 0xff;

/**
 * The image that the firmware tree's own .bin of the same program is: from the start of the flash to the end of
 * `.crcinfo`, with the same filler in every gap (facts 3.2). Takes nothing that lies outside of the application area.
 * @throws VescError the `image-…` error that explains best why the segments of the file `name` are no firmware
 */
export function appImage(file: readonly FlashSegment[], name: string): Uint8Array {
  const { segments, start, end } = survey(file, name);
  if (isInside(BOOTLOADER, start, end)) {
    throw new VescError('image-is-bootloader', { name });
  }
  const address = firstOutside(segments, APP);
  if (address !== undefined) {
    throw new VescError('image-outside-app', { name, address, area: areaName(address) });
  }
  const filler = end - APP.address === IMAGE_LENGTH_5_03 ? FILLER_5_03 : FILLER;
  const bytes = assemble(segments, APP.address, end, filler, name);
  const foreign = recogniseProgram(bytes, name);
  if (foreign) throw foreign;
  const isWhole = bytes.length === IMAGE_LENGTH || bytes.length === IMAGE_LENGTH_5_03;
  if (start !== APP.address || !isWhole) throw new VescError('image-wrong-range', { name, start, end });
  // The linker leaves these sectors empty; a file made from a .bin fills them, with either of the usual fillers.
  const settings = bytes.subarray(EEPROM_OFFSET, EEPROM_END_OFFSET);
  const used = settings.findIndex((byte) => byte !== 0x00 && byte !== 0xff);
  if (used >= 0) {
    throw new VescError('image-holds-settings', { name, address: APP.address + EEPROM_OFFSET + used });
  }
  return bytes;
}

/**
 * The bootloader as its own .bin is: from the start of its sector to its last byte, 0 in every gap.
 * @throws VescError when the segments of the file `name` lie elsewhere, or contradict each other
 */
export function bootloaderImage(file: readonly FlashSegment[], name: string): Uint8Array {
  const { segments, start, end } = survey(file, name);
  const address = start === BOOTLOADER.address ? firstOutside(segments, BOOTLOADER) : start;
  if (address !== undefined) throw new VescError('bootloader-elsewhere', { name, address });
  return assemble(segments, BOOTLOADER.address, end, FILLER, name);
}

function survey(all: readonly FlashSegment[], name: string): Survey {
  const segments = all.filter(({ bytes }) => bytes.length > 0);
  if (segments.length === 0) throw new VescError('image-empty', { name });
  const start = segments.reduce((lowest, { address }) => Math.min(lowest, address), Number.POSITIVE_INFINITY);
  const end = segments.reduce((highest, { address, bytes }) => Math.max(highest, address + bytes.length), 0);
  return { segments, start, end };
}

function isInside(area: Area, start: number, end: number): boolean {
  return start >= area.address && end <= area.address + area.size_B;
}

/** The lowest address of the first segment's part that is not in `area`. */
function firstOutside(segments: readonly FlashSegment[], area: Area): number | undefined {
  const segment = segments.find(({ address, bytes }) => !isInside(area, address, address + bytes.length));
  if (!segment) return undefined;
  const isBefore = segment.address < area.address;
  return isBefore ? segment.address : Math.max(segment.address, area.address + area.size_B);
}

function areaName(address: number): string {
  const area = OTHER_AREAS.find((other) => isInside(other, address, address + 1));
  return area?.name ?? 'no memory that firmware can be written to';
}

/**
 * Puts the segments together, all of which lie between `start` and `end`; `filler` everywhere else. What is given
 * twice must be the same both times.
 */
function assemble(
  segments: readonly FlashSegment[],
  start: number,
  end: number,
  filler: number,
  name: string,
): Uint8Array {
  const image = new Uint8Array(end - start).fill(filler);
  const taken = new Uint8Array(end - start);
  for (const { address, bytes } of segments) {
    const at = address - start;
    const clash = bytes.findIndex((byte, index) => taken[at + index] === 1 && image[at + index] !== byte);
    if (clash >= 0) throw new VescError('image-contradicts-itself', { name, address: address + clash });
    image.set(bytes, at);
    taken.fill(1, at, at + bytes.length);
  }
  return image;
}
