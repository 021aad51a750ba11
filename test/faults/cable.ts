import { Emitter } from '../../src/base/emitter';
import type { VescError } from '../../src/base/errors';
import type { Link } from '../../src/links/link';
import type { VirtualClock } from '../support/virtualClock';

/** Links through it take their time, and bytes can be put onto the line that nobody sent. */
export class Cable {
  /** What gets onto the line before what the host writes. */
  beforeWrite: (() => Uint8Array | undefined) | undefined;
  private readonly noise = new Emitter<Uint8Array>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly latency_ms: number,
  ) {}

  /** `bytes` reach the host next, whatever is under way. */
  disturb(bytes: Uint8Array): void {
    this.noise.fire(bytes);
  }

  through(link: Link): Link {
    const { clock, latency_ms } = this;
    const data = new Emitter<Uint8Array>();
    const closed = new Emitter<VescError>();
    const later = (action: () => void): void => {
      if (latency_ms === 0) action();
      else clock.schedule(latency_ms, action);
    };
    let open = true;
    let closedHere = false;
    const whileOpen = (action: () => void) => (): void => {
      if (open) action();
    };
    const noise = this.noise.event((bytes) => later(whileOpen(() => data.fire(bytes))));
    link.onData((bytes) => later(whileOpen(() => data.fire(bytes))));
    link.onClose((reason) => {
      const end = whileOpen(() => {
        open = false;
        noise.dispose();
        closed.fire(reason);
      });
      if (closedHere) end();
      else later(end);
    });
    return {
      address: link.address,
      get isOpen() {
        return open;
      },
      onData: data.event,
      onClose: closed.event,
      write: (bytes) => {
        if (!open) return link.write(bytes);
        const copy = Buffer.concat([this.beforeWrite?.() ?? new Uint8Array(), bytes]);
        // What reaches the other end when nobody is there any more is gone.
        later(() => void link.write(copy).catch(() => undefined));
        return Promise.resolve();
      },
      dispose: () => {
        closedHere = true;
        link.dispose();
      },
    };
  }
}
