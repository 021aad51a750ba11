import type { Clock } from '../base/clock';
import { Emitter, type Event } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Link, LinkAddress } from './link';
import { formatLinkAddress } from './linkAddress';

/** The controller's end of a link that lives in memory. */
export interface DuplexEnd {
  /** Bytes the other side wrote, in the pieces it wrote them. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, when the other side closed the link or {@link hangUp} took effect. */
  readonly onClose: Event<void>;
  /** Sends bytes to the other side; nothing happens once the link is over. */
  send(bytes: Uint8Array): void;
  /** Pulls the plug, behind everything sent before. */
  hangUp(reason?: string): void;
}

export interface MemoryDuplexOptions {
  /** Time each piece is under way, each way; default 0: delivered in the next microtask. */
  readonly latency_ms?: number;
  /** Time a byte occupies the line, each way; the next piece waits until the line is free. Default 0. */
  readonly byte_ms?: number;
}

/** Runs an action when what goes one way has arrived; `length` bytes, or none for news of the line itself. */
type Carry = (action: () => void, length?: number) => void;

/**
 * A link without a wire: what is written at one end arrives at the other, later and in order, as on a real one.
 * The simulated controller and the tests are plugged into `device`.
 */
export function createMemoryDuplex(
  address: LinkAddress,
  clock: Clock,
  options: MemoryDuplexOptions = {},
): { link: Link; device: DuplexEnd } {
  const toHost = oneWay(clock, options);
  const link = new MemoryLink(address, oneWay(clock, options));
  const device: DuplexEnd = {
    onData: link.toDevice.event,
    onClose: link.deviceClosed.event,
    send(bytes) {
      const copy = new Uint8Array(bytes);
      toHost(() => link.receive(copy), copy.length);
    },
    hangUp(reason) {
      toHost(() => link.close(reason));
    },
  };
  return { link, device };
}

/** One direction of a line: everything arrives in the order it was sent. */
function oneWay(clock: Clock, { latency_ms = 0, byte_ms = 0 }: MemoryDuplexOptions): Carry {
  const underWay: (() => void)[] = [];
  const arrive = (): void => underWay.shift()!();
  let free_ms = 0;
  return (action, length = 0) => {
    underWay.push(action);
    const now_ms = clock.now();
    // Where bytes take no time, the line is always free.
    free_ms = byte_ms === 0 ? now_ms : Math.max(free_ms, now_ms) + length * byte_ms;
    const delay_ms = free_ms - now_ms + latency_ms;
    if (delay_ms === 0) queueMicrotask(arrive);
    else clock.schedule(delay_ms, arrive);
  };
}

class MemoryLink implements Link {
  readonly toDevice = new Emitter<Uint8Array>();
  readonly deviceClosed = new Emitter<void>();
  private readonly data = new Emitter<Uint8Array>();
  private readonly closed = new Emitter<VescError>();
  private open = true;
  readonly onData = this.data.event;
  readonly onClose = this.closed.event;

  constructor(
    readonly address: LinkAddress,
    private readonly toDeviceLater: Carry,
  ) {}

  get isOpen(): boolean {
    return this.open;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.open) return Promise.reject(this.closedError(undefined));
    const copy = new Uint8Array(bytes);
    this.toDeviceLater(() => this.toDevice.fire(copy), copy.length);
    return Promise.resolve();
  }

  dispose(): void {
    this.close('closed here');
  }

  receive(bytes: Uint8Array): void {
    if (this.open) this.data.fire(bytes);
  }

  close(reason: string | undefined): void {
    if (!this.open) return;
    this.open = false;
    // What was written before still reaches the device, as bytes in a cable do.
    this.toDeviceLater(() => this.deviceClosed.fire());
    this.closed.fire(this.closedError(reason));
  }

  private closedError(reason: string | undefined): VescError {
    const address = formatLinkAddress(this.address);
    return new VescError('link-closed', reason === undefined ? { address } : { address, reason });
  }
}
