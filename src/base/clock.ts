import { type Disposable, toDisposable } from './disposable';

/**
 * The only source of time below the shell. Everything that waits takes one through its constructor, so that a
 * test can run an update that lasts a minute in virtual time.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes backwards. */
  now(): number;
  /** The wall-clock date, for names and records only, never for measuring. */
  date(): Date;
  /** Runs `action` once, `delay_ms` from now; dispose to cancel. */
  schedule(delay_ms: number, action: () => void): Disposable;
}

/** The computer's own clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  schedule(delay_ms, action) {
    const timer = setTimeout(action, delay_ms);
    return toDisposable(() => clearTimeout(timer));
  },
};

/** The clock of something that lives `factor` times as fast as `clock`; 0 means: no waiting at all. */
export function scaledClock(clock: Clock, factor: number): Clock {
  if (factor === 0) {
    let skipped_ms = 0;
    return {
      now: () => clock.now() + skipped_ms,
      date: () => clock.date(),
      schedule: (delay_ms, action) =>
        clock.schedule(0, () => {
          skipped_ms += delay_ms;
          action();
        }),
    };
  }
  return {
    now: () => clock.now() * factor,
    date: () => clock.date(),
    schedule: (delay_ms, action) => clock.schedule(delay_ms / factor, action),
  };
}

/** Resolves after `delay_ms`; rejects with `signal.reason` as soon as `signal` aborts. */
export function sleep(clock: Clock, delay_ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.dispose();
      reject(signal?.reason as Error);
    };
    const timer = clock.schedule(delay_ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
