const MIN_SPAN_S = 0.05;

/** Which part of the time is seen: the newest, or one that was chosen. */
export class TimeWindow {
  /** The end that is seen; undefined while the newest is followed. */
  private end_s: number | undefined;

  constructor(public span_s: number) {}

  get follows(): boolean {
    return this.end_s === undefined;
  }

  /** Stands still at what is seen. */
  pause(latest_s: number): void {
    this.end_s ??= latest_s;
  }

  /** Follows the newest again. */
  resume(): void {
    this.end_s = undefined;
  }

  /** From and to. */
  range(latest_s: number): readonly [from_s: number, to_s: number] {
    const to_s = this.end_s ?? latest_s;
    return [to_s - this.span_s, to_s];
  }

  /** Shows exactly this; it stands still there. */
  show(from_s: number, to_s: number): void {
    this.span_s = Math.max(MIN_SPAN_S, to_s - from_s);
    this.end_s = from_s + this.span_s;
  }

  /** Closer (factor below 1) or farther, around `at_s`. While the newest is followed it stays in sight. */
  zoom(factor: number, at_s: number, latest_s: number, longest_s: number): void {
    const [from_s, to_s] = this.range(latest_s);
    const span_s = Math.min(longest_s, Math.max(MIN_SPAN_S, this.span_s * factor));
    if (!this.follows) {
      const share = Math.min(1, Math.max(0, (at_s - from_s) / (to_s - from_s)));
      this.end_s = at_s + (1 - share) * span_s;
    }
    this.span_s = span_s;
  }

  /** Moves by a part of what is seen, within what there is. */
  pan(share: number, earliest_s: number, latest_s: number): void {
    const [, to_s] = this.range(latest_s);
    const moved_s = to_s + share * this.span_s;
    this.end_s = Math.min(latest_s, Math.max(moved_s, Math.min(latest_s, earliest_s + this.span_s)));
  }
}

/** Stops a chart a while after a fault, so that what led to it and what came of it are both in sight. */
export class FaultTrigger {
  armed = false;
  private struck_s: number | undefined;
  private before = 0;

  constructor(private readonly after_s: number) {}

  /** True at the moment to stop. @param fault the code of the active fault, 0 for none */
  step(time_s: number, fault: number): boolean {
    const appears = fault !== 0 && this.before === 0;
    this.before = fault;
    if (!this.armed) {
      this.struck_s = undefined;
      return false;
    }
    if (appears) this.struck_s ??= time_s;
    if (this.struck_s === undefined || time_s - this.struck_s < this.after_s) return false;
    this.armed = false;
    this.struck_s = undefined;
    return true;
  }
}
