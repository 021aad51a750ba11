import { VescError } from '../base/errors';
import { crc16 } from '../protocol/crc16';
import { APP_SIZE, MAX_STAGED_PAYLOAD } from './flashMap';
import { compress, decompress } from './heatshrink';

/**
 * What lies at the start of the staging area (facts 3.3): length of the payload, whose top byte 0xCC says that it
 * is compressed; CRC-16 of the payload as stored; the payload.
 */
export const HEADER_SIZE = 6;
const COMPRESSED_FLAG = 0xcc;

/** The six bytes, read. */
export interface StagingHeader {
  /** The length field as it stands, flag and all. */
  readonly lengthField: number;
  readonly payload_B: number;
  readonly compressed: boolean;
  readonly crc: number;
}

/** An image made ready for the staging area. */
export interface StagedImage {
  /** Header and payload. */
  readonly bytes: Uint8Array;
  readonly payload_B: number;
  readonly raw_B: number;
  readonly compressed: boolean;
}

/** The application found behind a staging header. */
export interface UnpackedImage {
  readonly app: Uint8Array;
  readonly payload_B: number;
  readonly compressed: boolean;
}

/** Reads the header; `undefined` when there are fewer than six bytes. */
export function readHeader(bytes: Uint8Array): StagingHeader | undefined {
  if (bytes.length < HEADER_SIZE) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthField = view.getUint32(0);
  const compressed = bytes[0] === COMPRESSED_FLAG;
  const payload_B = compressed ? lengthField & 0xff_ffff : lengthField;
  return { lengthField, payload_B, compressed, crc: view.getUint16(4) };
}

/**
 * Puts the header in front of `app`, compressed only when it does not fit otherwise: bootloaders before 2022 refuse
 * a compressed payload (facts 3.4). Throws `image-does-not-fit` when even that is too long.
 */
export function stage(app: Uint8Array): StagedImage {
  const compressed = app.length > MAX_STAGED_PAYLOAD;
  const payload = compressed ? compress(app) : app;
  const payload_B = payload.length;
  if (payload_B > MAX_STAGED_PAYLOAD) {
    throw new VescError('image-does-not-fit', { payload_B, limit_B: MAX_STAGED_PAYLOAD });
  }
  const bytes = new Uint8Array(HEADER_SIZE + payload_B);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload_B);
  if (compressed) view.setUint8(0, COMPRESSED_FLAG);
  view.setUint16(4, crc16(payload));
  bytes.set(payload, HEADER_SIZE);
  return { bytes, payload_B, raw_B: app.length, compressed };
}

/**
 * True for a file that has its staging header already. The reference tool asks only for the CRC of everything behind
 * the header (facts 3.3); the length has to agree too, or every file of zeros would be one.
 */
export function isHeaderPacked(bytes: Uint8Array): boolean {
  const header = readHeader(bytes);
  return (
    header !== undefined &&
    header.payload_B > 0 &&
    header.payload_B === bytes.length - HEADER_SIZE &&
    header.crc === crc16(bytes, HEADER_SIZE)
  );
}

/**
 * Takes the header off and undoes the compression. `bytes` may go on behind the payload, as the staging area does.
 * Throws `image-pack-damaged` (named `name`) when the length or the CRC disagrees, or when the payload unpacks to
 * more than the application area holds, which the bootloader would not notice.
 */
export function unpackStaged(bytes: Uint8Array, name = 'The staged image'): UnpackedImage {
  const header = readHeader(bytes);
  if (header === undefined || header.payload_B === 0 || header.payload_B > bytes.length - HEADER_SIZE) {
    throw new VescError('image-pack-damaged', {
      name,
      reason: 'its length does not agree with its header',
    });
  }
  const { payload_B, compressed } = header;
  const payload = bytes.subarray(HEADER_SIZE, HEADER_SIZE + payload_B);
  if (crc16(payload) !== header.crc) {
    throw new VescError('image-pack-damaged', {
      name,
      reason: 'its checksum does not agree with its content',
    });
  }
  const app = compressed ? decompress(payload, APP_SIZE + 1) : new Uint8Array(payload);
  if (app.length > APP_SIZE) {
    throw new VescError('image-pack-damaged', {
      name,
      reason: `it unpacks to more than the ${APP_SIZE} bytes of the application area`,
    });
  }
  return { app, payload_B, compressed };
}
