import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';

/** How a wait ended: with what was waited for, or with nothing. */
export type Outcome<R> = { readonly reply: R } | 'silence';

/** One wait for something that may come, may never come, or may not be wanted any more; it ends exactly once. */
export class Wait<R> {
  /** Rejects with what {@link fail} is given, or with the reason of the signal. */
  readonly outcome: Promise<Outcome<R>>;
  private resolve!: (outcome: Outcome<R>) => void;
  private reject!: (error: Error) => void;
  private timer: Disposable | undefined;
  private over = false;
  private readonly onAbort = (): void => this.fail(this.signal?.reason);

  /** @param onOver runs as soon as the wait is over, whichever way */
  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal | undefined,
    private readonly onOver: () => void,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.over;
  }

  /** True once a deadline stands. */
  get hasDeadline(): boolean {
    return this.timer !== undefined;
  }

  settle(outcome: Outcome<R>): void {
    this.finish(() => this.resolve(outcome));
  }

  fail(error: unknown): void {
    this.finish(() => this.reject(error as Error));
  }

  /** Ends with `outcome` after `delay_ms`; a new deadline replaces the one before. */
  expire(delay_ms: number, outcome: Outcome<R>): void {
    if (this.over) return;
    this.timer?.dispose();
    this.timer = this.clock.schedule(delay_ms, () => this.settle(outcome));
  }

  private finish(action: () => void): void {
    if (this.over) return;
    this.over = true;
    this.timer?.dispose();
    this.signal?.removeEventListener('abort', this.onAbort);
    this.onOver();
    action();
  }
}
