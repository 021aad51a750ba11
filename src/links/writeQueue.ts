import type { Clock } from '../base/clock';
import { VescError } from '../base/errors';
import type { Link } from './link';
import { formatLinkAddress } from './linkAddress';

/** A link that takes nothing for this long is stuck; a whole flash erase with the chip stopped takes less. */
const STALL_LIMIT_MS = 15_000;

/** One writer at a time: frames leave whole and in the order they were handed in. */
export class WriteQueue {
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly link: Link,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves when the bytes left our hands. `unwanted` is asked when the turn comes: true leaves them out.
   * @throws VescError `link-closed`, `link-stalled`
   */
  write(bytes: Uint8Array, unwanted: () => boolean): Promise<void> {
    const written = this.last.then(() => (unwanted() ? undefined : this.link.write(bytes)));
    this.last = written.catch(() => undefined);
    return this.limit(written);
  }

  private limit(written: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.schedule(STALL_LIMIT_MS, () => {
        const address = formatLinkAddress(this.link.address);
        reject(new VescError('link-stalled', { address, waited_ms: STALL_LIMIT_MS }));
      });
      written.then(resolve, reject).finally(() => timer.dispose());
    });
  }
}
