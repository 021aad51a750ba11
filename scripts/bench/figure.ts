/** One measured figure: a line of JSON on standard output, a row of `docs/performance.md`. */
export interface Figure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** `value` over what is measured beside it in the same run; a busy machine slows both. */
  readonly ratio?: number;
  readonly against?: string;
  /** What is asked for, in words. */
  readonly limit?: string;
  /** Whether the limit is kept. */
  readonly ok?: boolean;
}

/** What a family of figures is given. */
export interface Bench {
  /** Whole image of a firmware, 524,280 bytes. */
  readonly image: Uint8Array;
  readonly report: (figure: Figure) => void;
}

/** Some figures that belong together: `npm run bench -- NAME`. */
export interface Family {
  readonly name: string;
  run(bench: Bench): void | Promise<void>;
}

/** So long every piece of work is repeated, and so often at least. */
const REPEAT_MS = 700;
const REPEAT = 7;

/**
 * The shortest time each piece of work takes, in ms. They take turns, so that what else the machine does hits all of
 * them; what is disturbed least is nearest to the truth. On a busy machine that wants pieces of a few ms.
 */
export function shortest_ms(...works: readonly (() => void)[]): number[] {
  const shortest = works.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + works.length * REPEAT_MS;
  for (let turn = 0; turn < REPEAT || performance.now() < end; turn++) {
    works.forEach((work, i) => {
      const began = performance.now();
      work();
      shortest[i] = Math.min(shortest[i]!, performance.now() - began);
    });
  }
  return shortest;
}

/** `value` with as many digits as can be believed. */
export function rounded(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 3));
}
