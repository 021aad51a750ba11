import { VescError } from '../base/errors';
import {
  APP_SIZE,
  APP_SIZE_5_03,
  CRC_INFO_SIZE,
  IMAGE_LENGTH,
  IMAGE_LENGTH_5_03,
  MAX_STAGED_PAYLOAD,
} from './flashMap';
import { appImage } from './flashSegments';
import { recogniseForeign } from './foreignFile';
import { type ImageIdentity, readIdentity } from './imageIdentity';
import { readProgramFile } from './programFile';
import { isHeaderPacked, readHeader, unpackStaged } from './stagingHeader';
import { checkAppVectors } from './vectorTable';

/** The application as it will lie in the flash, and what it is. */
export interface Image {
  readonly bytes: Uint8Array;
  /** What to call it: the file's name. */
  readonly name: string;
  readonly identity: ImageIdentity;
}

/**
 * Reads a firmware file: the plain .bin, or one with its staging header, compressed or not; or the .hex or .elf of
 * the same build, which give the same image. Throws the `image-…` error that explains best why `bytes` cannot be
 * flashed as a controller's firmware; what is left to complain about in a file that can be read is found by
 * {@link checkImage}.
 */
export function readImage(bytes: Uint8Array, name: string): Image {
  if (bytes.length === 0) throw new VescError('image-empty', { name });
  const segments = readProgramFile(bytes, name);
  const app = segments ? appImage(segments, name) : readBinary(bytes, name);
  return { bytes: app, name, identity: readIdentity(app) };
}

/** The application in a .bin, its staging header taken off. */
function readBinary(bytes: Uint8Array, name: string): Uint8Array {
  const packed = isHeaderPacked(bytes) || looksPacked(bytes);
  const app = packed ? unpackStaged(bytes, name).app : bytes;
  if (packed && isHeaderPacked(app)) throw new VescError('image-packed-twice', { name });
  const problem = recogniseForeign(app, name) ?? checkLength(app, name);
  if (problem) throw problem;
  return app;
}

/** All that speaks against flashing `image`, whatever the controller; empty means go. Nothing is thrown. */
export function checkImage(image: Image): VescError[] {
  const { bytes, name } = image;
  const found: VescError[] = [];
  const wrongLength = checkLength(bytes, name);
  if (wrongLength) found.push(wrongLength);
  if (isHeaderPacked(bytes)) {
    found.push(new VescError('image-packed-twice', { name }));
    return found;
  }
  found.push(...checkAppVectors(bytes, name, bytes.length === IMAGE_LENGTH_5_03 ? APP_SIZE_5_03 : APP_SIZE));
  if (!bytes.subarray(-CRC_INFO_SIZE).every((byte) => byte === 0xff)) {
    found.push(new VescError('image-crc-info', { name }));
  }
  return found;
}

function checkLength(bytes: Uint8Array, name: string): VescError | undefined {
  const length_B = bytes.length;
  if (length_B === IMAGE_LENGTH || length_B === IMAGE_LENGTH_5_03) return undefined;
  return length_B < IMAGE_LENGTH
    ? new VescError('image-truncated', { name, length_B })
    : new VescError('image-too-long', { name, length_B });
}

/**
 * True for a file that starts with the header of an image, whether or not the rest holds what it says: it was cut off
 * or damaged, or goes on behind the payload as a copy of the whole staging area does.
 */
function looksPacked(bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  if (header === undefined || header.payload_B === 0) return false;
  const { payload_B, compressed } = header;
  return compressed
    ? payload_B <= MAX_STAGED_PAYLOAD
    : payload_B === IMAGE_LENGTH || payload_B === IMAGE_LENGTH_5_03;
}
