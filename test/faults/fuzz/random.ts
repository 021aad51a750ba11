/** A fast generator: the same numbers for the same seed, everywhere. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds are to have nothing in common.
    this.state = Math.imul(seed ^ (seed >>> 15), 0x2c1b_3c6d) ^ 0x9e37_79b9 || 1;
    for (let round = 0; round < 4; round++) this.next();
  }

  /** 32 bits. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 0x1_0000_0000;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.next() >>> 24;
    return bytes;
  }

  /** A copy of `bytes` with up to `limit` things done to it: bytes changed, cut off, put in, repeated. */
  mutate(bytes: Uint8Array, limit = 8): Uint8Array {
    let copy: Uint8Array = new Uint8Array(bytes);
    for (let times = 1 + this.below(limit); times > 0; times--) {
      const at = this.below(copy.length + 1);
      switch (this.below(6)) {
        case 0:
          if (at < copy.length) copy[at]! ^= 1 << this.below(8);
          break;
        case 1:
          if (at < copy.length) copy[at] = this.pick([0, 1, 2, 3, 0x7f, 0x80, 0xcc, 0xfe, 0xff]);
          break;
        case 2:
          copy = copy.slice(0, at);
          break;
        case 3:
          copy = concat(copy.subarray(0, at), this.bytes(1 + this.below(6)), copy.subarray(at));
          break;
        case 4:
          copy = concat(copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + this.below(16))));
          break;
        default:
          if (copy.length < 2_000_000) copy = concat(copy.subarray(0, at), copy.subarray(this.below(at + 1)));
      }
    }
    return copy;
  }
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
