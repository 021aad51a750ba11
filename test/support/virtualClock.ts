import type { Clock } from '../../src/base/clock';
import { toDisposable, type Disposable } from '../../src/base/disposable';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly action: () => void;
  /** It has run, or is not wanted any more. */
  over: boolean;
}

/** A clock that stands still until a test moves it; an update that lasts a minute takes milliseconds. */
export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  /** A heap: the next to run comes first. Cancelled timers stay in it until they come up. */
  private readonly timers: Timer[] = [];

  now(): number {
    return this.time;
  }

  date(): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.time);
  }

  schedule(delay_ms: number, action: () => void): Disposable {
    const due = this.time + Math.max(0, delay_ms);
    const timer: Timer = { due, order: this.order++, action, over: false };
    this.push(timer);
    return toDisposable(() => (timer.over = true));
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
    while (this.timers[0]?.over === true) this.pop();
    return this.timers[0];
  }

  private async fire(timer: Timer): Promise<void> {
    this.pop();
    timer.over = true;
    this.time = timer.due;
    timer.action();
    await settle();
  }

  private push(timer: Timer): void {
    const { timers } = this;
    let at = timers.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const parent = timers[(at - 1) >> 1]!;
      if (comesBefore(parent, timer)) break;
      timers[at] = parent;
    }
    timers[at] = timer;
  }

  /** Takes the first timer out and brings the last one to where it belongs. */
  private pop(): void {
    const { timers } = this;
    const last = timers.pop()!;
    if (timers.length === 0) return;
    let at = 0;
    for (let child = 1; child < timers.length; child = 2 * at + 1) {
      if (child + 1 < timers.length && comesBefore(timers[child + 1]!, timers[child]!)) child++;
      if (comesBefore(last, timers[child]!)) break;
      timers[at] = timers[child]!;
      at = child;
    }
    timers[at] = last;
  }
}

function comesBefore(one: Timer, other: Timer): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}

/** Lets every promise that can go on do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
