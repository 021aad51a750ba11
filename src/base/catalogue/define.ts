import type { ErrorEntry } from '../errors';

/** Checks the shape of a family of errors and keeps each entry's own details type. */
export function defineErrors<T extends Record<string, ErrorEntry<never>>>(entries: T): T {
  return entries;
}
