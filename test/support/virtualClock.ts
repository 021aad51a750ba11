import type { Clock } from '../../src/base/clock';
import { toDisposable, type Disposable } from '../../src/base/disposable';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly action: () => void;
}

/** A clock that stands still until a test moves it; an update that lasts a minute takes milliseconds. */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.time);
  }

  schedule(delay_ms: number, action: () => void): Disposable {
    const timer = { due: this.time + Math.max(0, delay_ms), order: this.order++, action };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  /** Runs everything due within the next `duration_ms`. */
  async advance(duration_ms: number): Promise<void> {
    const end = this.time + duration_ms;
    await settle();
    for (let timer = this.next(); timer && timer.due <= end; timer = this.next()) await this.fire(timer);
    this.time = end;
  }

  /** Moves time from timer to timer until `work` is over; fails when it waits for something that never comes. */
  async run<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const done = (): void => void (over = true);
    work.then(done, done);
    await settle();
    while (!over) {
      const timer = this.next();
      if (!timer) throw new Error(`nothing is scheduled at ${this.time} ms, but the work is not over`);
      await this.fire(timer);
    }
    return work;
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    return first;
  }

  private async fire(timer: Timer): Promise<void> {
    this.timers.delete(timer);
    this.time = timer.due;
    timer.action();
    await settle();
  }
}

/** Lets every promise that can go on do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
