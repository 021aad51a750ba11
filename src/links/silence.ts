import { isVescError } from '../base/errors';

/** The answer of `request`, or `fallback` when nobody answers; other failures pass through. */
export async function silenceIs<T, F>(request: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await request;
  } catch (error) {
    if (isVescError(error, 'no-answer') || isVescError(error, 'can-node-silent')) return fallback;
    throw error;
  }
}
