import { scaledClock, type Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';

/**
 * The simulated controller's own time, `factor` times as fast as `clock`. With factor 0 nothing waits: time that
 * would pass is skipped, so durations a client reads (the uptime above all) stay those of a real controller.
 */
export class ControllerTime {
  private readonly clock: Clock;
  private skipped_ms = 0;

  constructor(
    clock: Clock,
    private readonly factor: number,
  ) {
    this.clock = scaledClock(clock, factor);
  }

  /** True when nothing waits. */
  get isInstant(): boolean {
    return this.factor === 0;
  }

  /** Milliseconds of the controller's time. */
  now(): number {
    return this.clock.now() + this.skipped_ms;
  }

  /** Runs `action` after `delay_ms` of the controller's time. */
  schedule(delay_ms: number, action: () => void): Disposable {
    return this.clock.schedule(delay_ms, action);
  }

  /**
   * Runs `action` after `delay_ms` of the controller's time; at once, without a turn of the event loop, when no
   * waiting is wanted. For the many short waits of an upload.
   */
  pass(delay_ms: number, action: () => void): void {
    if (this.factor === 0 || delay_ms === 0) {
      this.skipped_ms += delay_ms;
      action();
    } else {
      this.clock.schedule(delay_ms, action);
    }
  }
}
