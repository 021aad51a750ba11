import type { Carrier } from '../links/carrier';
import type { LinkAddress } from '../links/link';
import type { ControllerMemory } from '../settings/controllerMemory';

/**
 * Three full frames fill 1554 of the 2047 bytes the controller's ring holds while it programs; a fourth would have
 * to be lost if the one before it were not taken out yet (trap 10).
 */
export const USB_WINDOW = 3;
/** Enough for 200 ms there and back; more brings nothing, as the flash takes 8 ms a write. */
const NETWORK_WINDOW = 24;
/** Up to here the window grows with every acknowledgement: so many frames find room even when they come at once. */
const BURST = USB_WINDOW + 1;
/** So many writes may wait at the controller on top of those that are on the way. */
const MOST_QUEUED = 1.5;

/** How many writes may be unacknowledged. */
export interface WindowSize {
  readonly first: number;
  /** Up to here it grows as acknowledgements come in. */
  readonly most: number;
}

/** What is asked before a window is chosen. */
export interface WindowDependencies {
  /** What carries bytes to an address; never rejects. */
  readonly carrierOf: (address: LinkAddress) => Promise<Carrier>;
  readonly memory: ControllerMemory;
}

/** Whose writes a window is for. */
export interface WindowTarget {
  readonly address: LinkAddress;
  readonly canId?: number;
  readonly uuid: string;
}

/**
 * The window for an upload to one controller.
 * @param fixed writes at a time, when the user has decided that
 */
export async function openWindow(
  { carrierOf, memory }: WindowDependencies,
  { address, canId, uuid }: WindowTarget,
  fixed?: number,
): Promise<UploadWindow> {
  if (fixed !== undefined) return new UploadWindow({ first: fixed, most: fixed });
  const { networkWindow } = await memory.recall(uuid);
  return new UploadWindow(windowSize(await carrierOf(address), canId !== undefined, networkWindow));
}

/** The window that the uploads to several nodes behind `address` share. */
export async function openSharedWindow(
  { carrierOf }: Pick<WindowDependencies, 'carrierOf'>,
  address: LinkAddress,
  fixed?: number,
): Promise<UploadWindow> {
  if (fixed !== undefined) return new UploadWindow({ first: fixed, most: fixed });
  return new UploadWindow(windowSize(await carrierOf(address), false, undefined));
}

/** Keeps what an upload showed of the network it went over, for the next one to the same controller. */
export async function rememberWindow(
  { carrierOf, memory }: WindowDependencies,
  { address, canId, uuid }: WindowTarget,
  window: UploadWindow,
): Promise<void> {
  if (canId !== undefined || (await carrierOf(address)) !== 'network') return;
  const { networkWindow } = await memory.recall(uuid);
  await memory.remember(uuid, { networkWindow: remembered(window, networkWindow) });
}

/**
 * How many writes a link takes at a time. Over CAN one a node: the nodes keep three buffers for all that comes in,
 * and a loss there is only seen by a timeout.
 * @param clean writes at a time this controller is known to take over the network: see {@link remembered}
 */
export function windowSize(carrier: Carrier, forwarded: boolean, clean: number | undefined): WindowSize {
  if (forwarded || carrier === 'other') return { first: 1, most: 1 };
  if (carrier === 'usb') return { first: USB_WINDOW, most: USB_WINDOW };
  if (clean === undefined) return { first: 1, most: NETWORK_WINDOW };
  return { first: Math.min(clean, USB_WINDOW), most: clean < USB_WINDOW ? clean : NETWORK_WINDOW };
}

/**
 * What is worth remembering of an upload over the network, for the next one to the same controller: after a loss
 * that begins at one, and may be one wider each time nothing is lost.
 */
export function remembered(
  window: Pick<UploadWindow, 'hasLost' | 'limit'>,
  clean: number | undefined,
): number {
  if (window.hasLost) return 1;
  return clean !== undefined && clean < USB_WINDOW ? clean + 1 : window.limit;
}

/** Someone who waits for a place. */
interface Waiting {
  readonly enter: () => void;
}

/**
 * The writes that are under way on one link, whoever sent them. Grows as acknowledgements come in, as long as they
 * do not take longer than they did at first: from then on the writes would only queue in the controller's ring. Falls
 * to one at the first loss, and stays there.
 */
export class UploadWindow {
  private size: number;
  private lost = false;
  private underWay = 0;
  private growth = 0;
  private least_ms = Number.POSITIVE_INFINITY;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly range: WindowSize) {
    this.size = range.first;
  }

  /** How many may be under way at the moment. */
  get limit(): number {
    return this.size;
  }

  get hasLost(): boolean {
    return this.lost;
  }

  /** Waits for a place; what is sent `again` goes first. Rejects with the reason of `signal`. */
  enter(signal: AbortSignal, again = false): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        enter: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (again) this.waiting.unshift(waiting);
      else this.waiting.push(waiting);
      this.admit();
    });
  }

  /** A write is not under way any more, for whatever reason. */
  leave(): void {
    this.underWay--;
    this.admit();
  }

  /** An acknowledgement came after `roundTrip_ms`, without anything being sent twice. */
  acknowledged(roundTrip_ms: number): void {
    this.least_ms = Math.min(this.least_ms, roundTrip_ms);
    if (this.lost || this.size >= this.range.most) return;
    const queued = this.size * (1 - this.least_ms / roundTrip_ms);
    if (queued >= MOST_QUEUED) return;
    this.growth += this.size < BURST ? 1 : 1 / this.size;
    if (this.growth < 1) return;
    this.growth = 0;
    this.size++;
  }

  /** Something did not arrive: from now on one at a time. */
  lose(): void {
    this.lost = true;
    this.size = 1;
  }

  private admit(): void {
    while (this.underWay < this.size) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.underWay++;
      next.enter();
    }
  }
}
