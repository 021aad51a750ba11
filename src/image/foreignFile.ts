import { VescError } from '../base/errors';
import { latin1 } from '../protocol/bytes';
import { FLASH_ADDRESS } from './flashMap';
import { isStackInRam, readVectors, startsInBootloader } from './vectorTable';

/** How much of a file is looked at to recognise it. */
const SAMPLE = 1024;
/** The largest program of the small modules (facts 3.7 E). */
const MODULE_SIZE = 122_880;
/** Their programs start right behind their vectors; a controller's starts behind its settings sectors. */
const MODULE_START_SIZE = 0x4000;

/** Archives by their first bytes. */
const ARCHIVES: readonly { readonly kind: string; readonly magic: readonly number[] }[] = [
  { kind: 'a ZIP archive', magic: [0x50, 0x4b, 0x03, 0x04] },
  { kind: 'a gzip archive', magic: [0x1f, 0x8b] },
  { kind: 'a 7-Zip archive', magic: [0x37, 0x7a, 0xbc, 0xaf] },
  { kind: 'an xz archive', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { kind: 'a Qt resource archive (.rcc)', magic: [0x71, 0x72, 0x65, 0x73] },
];

/** Recognises files that are something else than an image for this controller; `undefined` when it might be one. */
export function recogniseForeign(bytes: Uint8Array, name: string): VescError | undefined {
  if (isText(bytes)) return new VescError('image-is-text', { name });
  const archive = archiveKind(bytes);
  if (archive !== undefined) return new VescError('image-is-archive', { name, kind: archive });
  // An ESP32 image: the magic, and 1 to 16 segments.
  if (bytes[0] === 0xe9 && bytes[1]! >= 1 && bytes[1]! <= 16) {
    return new VescError('image-is-express', { name });
  }
  return recogniseProgram(bytes, name);
}

/** What a file is that holds no program at all: `a text file`, `a ZIP archive`; `undefined` when it might be one. */
export function kindOfNoProgram(bytes: Uint8Array): string | undefined {
  return isText(bytes) ? 'a text file' : archiveKind(bytes);
}

function isText(bytes: Uint8Array): boolean {
  const sample = latin1(bytes.subarray(0, SAMPLE));
  return /^[\t\n\f\r\x20-\x7e\x80-\xff]+$/.test(sample) && /[A-Za-z]/.test(sample);
}

function archiveKind(bytes: Uint8Array): string | undefined {
  const known = ARCHIVES.find(({ magic }) => magic.every((byte, index) => bytes[index] === byte));
  if (known) return known.kind;
  // A VESC package is one zlib stream behind its unpacked length (facts 9.2); its first two bytes are a multiple of 31.
  if (bytes[4] === 0x78 && (0x7800 + bytes[5]!) % 31 === 0) return 'a VESC package (.vescpkg)';
  return undefined;
}

/** Recognises programs for the same kind of processor, but another place in it or another unit. */
export function recogniseProgram(bytes: Uint8Array, name: string): VescError | undefined {
  const vectors = readVectors(bytes);
  if (vectors === undefined || !isStackInRam(vectors.stackPointer)) return undefined;
  const { resetVector } = vectors;
  if (startsInBootloader(resetVector)) return new VescError('image-is-bootloader', { name });
  const start = resetVector - FLASH_ADDRESS;
  if (bytes.length <= MODULE_SIZE && start > 0 && start < Math.min(bytes.length, MODULE_START_SIZE)) {
    return new VescError('image-is-bms', { name, length_B: bytes.length });
  }
  return undefined;
}
