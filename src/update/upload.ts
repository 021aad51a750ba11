import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  eraseNewApp,
  MAX_FORWARDED_WRITE_PAYLOAD,
  MAX_WRITE_PAYLOAD,
  type WriteReply,
} from '../protocol/messages/update';
import type { Request } from '../protocol/request';

/** Three sectors take 3 to 6 s; VESC Tool waits as long (facts 3.6). */
export const ERASE_TIMEOUT_MS = 20_000;
/** Erasing twice does no harm. */
export const ERASE_ATTEMPTS = 2;
const WRITE_TIMEOUT_MS = 3000;
const WRITE_ATTEMPTS = 3;

/** How staged bytes are sent. */
export interface UploadOptions {
  /** Writes that may be unacknowledged at the same time; 1 is right for every link. */
  readonly window: number;
  readonly signal: AbortSignal;
  /** Called with the number of bytes acknowledged so far. */
  readonly onProgress?: (sent_B: number) => void;
}

/**
 * Erases as much of the staging area as `size_B` needs. The firmware stops LispBM and releases the motors first.
 * @throws VescError `erase-refused` when the controller says no
 */
export async function eraseStaging(endpoint: Endpoint, size_B: number, signal: AbortSignal): Promise<void> {
  const options = { timeout_ms: ERASE_TIMEOUT_MS, attempts: ERASE_ATTEMPTS, signal };
  const erased = await endpoint.request(eraseNewApp(size_B), options);
  if (!erased) throw new VescError('erase-refused', {});
}

/** Writes data at an offset of one of the two areas of flash that may be written: `writeStaging`, `writeBootloader`. */
export type FlashWrite = (offset: number, data: Uint8Array) => Request<WriteReply>;

/**
 * Writes `content` to an erased area and waits for every acknowledgement, which is matched by its offset. What stays
 * unacknowledged is sent again: writing the same bytes twice is safe (facts 3.6).
 * @returns the bytes sent; chunks of 0xFF are left out, as erased flash reads so
 */
export async function writeFlash(
  endpoint: Endpoint,
  write: FlashWrite,
  content: Uint8Array,
  options: UploadOptions,
): Promise<number> {
  const length = endpoint.canId === undefined ? MAX_WRITE_PAYLOAD : MAX_FORWARDED_WRITE_PAYLOAD;
  // The first failure ends the other writers too.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  let next = 0;
  let acknowledged_B = 0;
  let sent_B = 0;

  const writer = async (): Promise<void> => {
    while (next < content.length) {
      const offset = next;
      const chunk = content.subarray(offset, offset + length);
      next += chunk.length;
      if (chunk.some((byte) => byte !== 0xff)) {
        await writeChunk(endpoint, write, offset, chunk, signal);
        sent_B += chunk.length;
      }
      acknowledged_B += chunk.length;
      options.onProgress?.(acknowledged_B);
    }
  };
  const writers = Array.from({ length: options.window }, () =>
    writer().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(writers);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return sent_B;
}

async function writeChunk(
  endpoint: Endpoint,
  write: FlashWrite,
  offset: number,
  chunk: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const request = write(offset, chunk);
  const reply = await endpoint.request(request, {
    timeout_ms: WRITE_TIMEOUT_MS,
    attempts: WRITE_ATTEMPTS,
    signal,
  });
  if (!reply.ok) throw new VescError('write-refused', { offset });
}

/** True for errors that mean the controller cannot be reached any more. */
export function isUnreachable(error: unknown): boolean {
  return (
    isVescError(error, 'no-answer') ||
    isVescError(error, 'link-closed') ||
    isVescError(error, 'link-stalled') ||
    isVescError(error, 'can-node-silent') ||
    isVescError(error, 'not-a-controller')
  );
}
