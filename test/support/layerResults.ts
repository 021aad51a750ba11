import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a test layer leaves behind for `npm test` to add up. */
export interface LayerResults {
  readonly passed: number;
  /** Full titles of the tests that failed, and what else was found wrong. */
  readonly failed: readonly string[];
  /** Full titles of the tests that did not run. */
  readonly skipped: readonly string[];
  /** Why the whole layer cannot run on this machine. */
  readonly unavailable?: string;
}

/** Where this run's results belong, when `npm test` (and not a person) started it. */
export const RESULTS_VARIABLE = 'VESC_TEST_RESULTS';

export function writeResults(file: string, results: LayerResults): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(results, null, 2));
}

/** Takes the file away first, so that what is read afterwards can only come from this run. */
export function forgetResults(file: string): void {
  rmSync(file, { force: true });
}

/** The results, or undefined when the run ended without writing any. */
export function readResults(file: string): LayerResults | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LayerResults;
  } catch {
    return undefined;
  }
}
