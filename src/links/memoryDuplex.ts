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
}

/**
 * A link without a wire: what is written at one end arrives at the other, later and in order, as on a real one.
 * The simulated controller and the tests are plugged into `device`.
 */
export function createMemoryDuplex(
  address: LinkAddress,
  clock: Clock,
  options: MemoryDuplexOptions = {},
): { link: Link; device: DuplexEnd } {
  const latency_ms = options.latency_ms ?? 0;
  const later = (action: () => void): void => {
    if (latency_ms === 0) queueMicrotask(action);
    else clock.schedule(latency_ms, action);
  };
  const link = new MemoryLink(address, later);
  const device: DuplexEnd = {
    onData: link.toDevice.event,
    onClose: link.deviceClosed.event,
    send(bytes) {
      const copy = new Uint8Array(bytes);
      later(() => link.receive(copy));
    },
    hangUp(reason) {
      later(() => link.close(reason));
    },
  };
  return { link, device };
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
    private readonly later: (action: () => void) => void,
  ) {}

  get isOpen(): boolean {
    return this.open;
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.open) return Promise.reject(this.closedError(undefined));
    const copy = new Uint8Array(bytes);
    this.later(() => this.toDevice.fire(copy));
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
    this.later(() => this.deviceClosed.fire());
    this.closed.fire(this.closedError(reason));
  }

  private closedError(reason: string | undefined): VescError {
    const address = formatLinkAddress(this.address);
    return new VescError('link-closed', reason === undefined ? { address } : { address, reason });
  }
}
