import type { ErrorText, ExitStatus } from '../errors';

/** Checks the shape of a family of errors and keeps each entry's own details type. */
export function defineErrors<
  T extends Record<string, { exitStatus: ExitStatus; text: (details: never) => ErrorText }>,
>(entries: T): T {
  return entries;
}
