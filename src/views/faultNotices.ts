import type { Clock } from '../base/clock';

/** The same fault of the same controller is news again after this long. */
const QUIET_MS = 60_000;

/** Decides which faults are worth a notification: a fault that comes and goes is told once. */
export class FaultNotices {
  private readonly told = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** True when the user shall be told of `fault` of the controller `uuid`. */
  isNews(uuid: string, fault: string): boolean {
    const key = `${uuid} ${fault}`;
    const now = this.clock.now();
    const last = this.told.get(key);
    // Seen again is seen: a fault that keeps coming stays quiet.
    this.told.set(key, now);
    return last === undefined || now - last >= QUIET_MS;
  }
}
