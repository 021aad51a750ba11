import type { Clock } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  eraseNewApp,
  MAX_FORWARDED_WRITE_PAYLOAD,
  MAX_WRITE_PAYLOAD,
  type WriteReply,
} from '../protocol/messages/update';
import type { Request } from '../protocol/request';
import { RoundTrip } from './roundTrip';
import type { UploadWindow } from './uploadWindow';

/** Three sectors take 3 to 6 s; VESC Tool waits as long (facts 3.6). */
export const ERASE_TIMEOUT_MS = 20_000;
/** Erasing twice does no harm. */
export const ERASE_ATTEMPTS = 2;
const WRITE_TIMEOUT_MS = 3000;
const WRITE_ATTEMPTS = 3;

/** So often a write is sent again as soon as its answer is overdue; after that with all the patience there is. */
const QUICK_ATTEMPTS = 3;
/** Why a request was given up whose answer must have been lost. */
const OVERDUE = new Error('the answer is overdue');

/** How staged bytes are sent. */
export interface UploadOptions {
  readonly clock: Clock;
  /** The writes under way on this link. */
  readonly window: UploadWindow;
  /**
   * Where to begin, as a fraction of the whole; what lies before comes last. Acknowledgements carry no sender, so
   * uploads to several nodes at the same time keep away from each other's offsets (design 4.5). Default 0.
   */
  readonly begin?: number;
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
  const forwarded = endpoint.canId !== undefined;
  const length = forwarded ? MAX_FORWARDED_WRITE_PAYLOAD : MAX_WRITE_PAYLOAD;
  const count = Math.ceil(content.length / length);
  const first = Math.floor(count * (options.begin ?? 0));
  // The first failure ends the others too.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const writer = new Writer(endpoint, { ...options, signal });
  const writes: Promise<void>[] = [];
  let acknowledged_B = 0;
  let sent_B = 0;
  try {
    for (let index = 0; index < count; index++) {
      const offset = ((first + index) % count) * length;
      const chunk = content.subarray(offset, offset + length);
      const acknowledge = (): void => {
        acknowledged_B += chunk.length;
        options.onProgress?.(acknowledged_B);
      };
      if (chunk.every((byte) => byte === 0xff)) {
        acknowledge();
        continue;
      }
      await options.window.enter(signal);
      const written = writer.write(write(offset, chunk), offset).then(acknowledge);
      written.catch((error: unknown) => failure.abort(error));
      writes.push(written);
      sent_B += chunk.length;
      // A node has few buffers for what comes over CAN, and its acknowledgements are all alike but for their offset.
      if (forwarded) await written;
    }
    await Promise.all(writes);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(writes);
    throw error;
  }
  return sent_B;
}

/** A write whose acknowledgement is waited for. */
interface Flight {
  /** Of sending: a link keeps the order. */
  readonly order: number;
  readonly giveUp: () => void;
}

/** Sends writes to one controller, and again what must have been lost. */
class Writer {
  private readonly flights = new Set<Flight>();
  private readonly roundTrip = new RoundTrip(WRITE_TIMEOUT_MS);
  private order = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly options: UploadOptions,
  ) {}

  /** Sends a write for which there is a place in the window, as often as it takes, and gives the place back. */
  async write(request: Request<WriteReply>, offset: number): Promise<void> {
    const { window, signal } = this.options;
    let taken = false;
    for (let missed = 0; !taken; missed++) {
      if (missed > 0) await window.enter(signal, true);
      try {
        ({ ok: taken } = await this.fly(request, missed));
        if (!taken) throw new VescError('write-refused', { offset });
      } catch (error) {
        if (error !== OVERDUE) throw error;
        window.lose();
      } finally {
        window.leave();
      }
    }
  }

  /** Sends a write once. Rejects with {@link OVERDUE} when its answer should have come. */
  private async fly(request: Request<WriteReply>, missed: number): Promise<WriteReply> {
    const { clock, window, signal } = this.options;
    const overdue = new AbortController();
    const flight: Flight = { order: this.order++, giveUp: () => overdue.abort(OVERDUE) };
    const start_ms = clock.now();
    const patience_ms = missed < QUICK_ATTEMPTS ? this.roundTrip.patience_ms(missed) : undefined;
    const timer = patience_ms === undefined ? undefined : clock.schedule(patience_ms, flight.giveUp);
    this.flights.add(flight);
    try {
      const reply = await this.endpoint.request(request, {
        timeout_ms: WRITE_TIMEOUT_MS,
        attempts: WRITE_ATTEMPTS,
        signal: AbortSignal.any([signal, overdue.signal]),
      });
      const waited_ms = clock.now() - start_ms;
      // Which of several attempts was answered nobody can tell: that measures nothing.
      if (missed === 0 && waited_ms < WRITE_TIMEOUT_MS) {
        this.roundTrip.add(waited_ms);
        window.acknowledged(waited_ms);
      } else {
        window.lose();
      }
      // What was sent before and is not answered yet was lost, or its answer was.
      for (const other of this.flights) if (other.order < flight.order) other.giveUp();
      return reply;
    } finally {
      timer?.dispose();
      this.flights.delete(flight);
    }
  }
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
