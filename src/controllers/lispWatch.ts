import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { lispGetStats, type LispStats } from '../protocol/messages/codeStorage';

const INTERVAL_MS = 1000;
const ANSWER_MS = 900;
/** So many questions in a row without an answer: LispBM does not run (facts 2.8), or nobody is there. */
const MISSES = 3;

/**
 * How LispBM of one controller does, read once a second while it runs. Reading lets a paused LispBM go on
 * (facts 14), so nothing is read between {@link pause} and {@link start}, and nothing is under way.
 */
export class LispWatch implements Disposable {
  private readonly changes = new Emitter<void>();
  private watching:
    { readonly stop: AbortController; timer?: Disposable; reading: Promise<void> } | undefined;
  private latest: LispStats | undefined;

  /** Fires after every reading, and when watching began or ended. */
  readonly onChange = this.changes.event;

  /** @param endpoint how to talk to the controller; undefined while it cannot be */
  constructor(
    private readonly endpoint: () => Endpoint | undefined,
    private readonly clock: Clock,
  ) {}

  /** As it was last read; undefined while nothing is read. */
  get stats(): LispStats | undefined {
    return this.latest;
  }

  /** LispBM runs, as far as is known. */
  get isRunning(): boolean {
    return this.watching !== undefined;
  }

  /** LispBM runs now. */
  start(): void {
    if (this.watching) return;
    this.watching = { stop: new AbortController(), reading: Promise.resolve() };
    this.next(0);
    this.changes.fire();
  }

  /** LispBM is about to be paused; resolves when no reading is under way any more that would let it go on. */
  async pause(): Promise<void> {
    const { watching } = this;
    if (!watching) return;
    this.end();
    await watching.reading;
  }

  dispose(): void {
    this.end();
    this.changes.dispose();
  }

  private end(): void {
    if (!this.watching) return;
    this.watching.stop.abort();
    this.watching.timer?.dispose();
    this.watching = undefined;
    this.latest = undefined;
    this.changes.fire();
  }

  private next(misses: number): void {
    const { watching } = this;
    if (!watching) return;
    watching.timer = this.clock.schedule(INTERVAL_MS, () => {
      watching.reading = this.read(watching.stop.signal).then((answered) => {
        if (watching !== this.watching) return;
        const missed = answered ? 0 : misses + 1;
        if (missed === MISSES) this.end();
        else this.next(missed);
      });
    });
  }

  private async read(signal: AbortSignal): Promise<boolean> {
    const endpoint = this.endpoint();
    if (!endpoint) return false;
    try {
      const stats = await endpoint.request(lispGetStats(true), { timeout_ms: ANSWER_MS, signal });
      if (signal.aborted) return false;
      this.latest = stats;
      this.changes.fire();
      return true;
    } catch (error) {
      if (!signal.aborted && !isVescError(error)) throw error;
      // An update has the link: LispBM is not to blame.
      return isVescError(error, 'link-in-use');
    }
  }
}
