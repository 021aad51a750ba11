/** Pauses of a busy host are not losses. */
const LEAST_PATIENCE_MS = 250;

/** Learns how long answers take, and from that how long to wait before one must have been lost (RFC 6298). */
export class RoundTrip {
  private mean_ms: number | undefined;
  private deviation_ms = 0;

  /** @param most_ms the longest patience */
  constructor(private readonly most_ms: number) {}

  add(sample_ms: number): void {
    if (this.mean_ms === undefined) {
      this.mean_ms = sample_ms;
      this.deviation_ms = sample_ms / 2;
      return;
    }
    this.deviation_ms += (Math.abs(sample_ms - this.mean_ms) - this.deviation_ms) / 4;
    this.mean_ms += (sample_ms - this.mean_ms) / 8;
  }

  /** How long an answer may take, twice as long for every one missed before; undefined while nothing is known. */
  patience_ms(missed: number): number | undefined {
    if (this.mean_ms === undefined) return undefined;
    const expected_ms = Math.max(LEAST_PATIENCE_MS, this.mean_ms + 4 * this.deviation_ms);
    return Math.min(this.most_ms, expected_ms * 2 ** missed);
  }
}
