/** A small generator of pseudo-random numbers (xorshift32): the same seed, the same numbers. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = (seed * 2_654_435_769 + 1) >>> 0 || 1;
  }

  /** 32 bits. */
  word(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + (this.word() % (most - least + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[this.between(0, items.length - 1)]!;
  }
}
