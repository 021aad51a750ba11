import { type ErrorCode, type ErrorDetails, errorEntry } from './errorCatalogue';

export type { ErrorCode };

/** What the command line exits with (design 7). */
export const ExitStatus = {
  ok: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  interrupted: 5,
  notTaken: 6,
  lost: 7,
  unproven: 8,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** What every refusal tells: what happened, what state the controller is in, what to do next. */
export interface ErrorText {
  readonly happened: string;
  readonly state: string;
  readonly next: string;
}

/** What a code of the catalogue stands for: what the command line exits with, and its one message factory. */
export interface ErrorEntry<D> {
  readonly exitStatus: ExitStatus;
  readonly text: (details: D) => ErrorText;
}

/** The one error class: a code from the catalogue, with the words a user reads. */
export class VescError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'VescError';
  readonly exitStatus: ExitStatus;
  readonly happened: string;
  readonly state: string;
  readonly next: string;

  constructor(
    readonly code: C,
    readonly details: ErrorDetails<C>,
    options?: ErrorOptions,
  ) {
    const entry = errorEntry(code);
    const text = entry.text(details);
    super([text.happened, text.state, text.next].filter((part) => part !== '').join(' '), options);
    this.exitStatus = entry.exitStatus;
    this.happened = text.happened;
    this.state = text.state;
    this.next = text.next;
  }
}

/** True for our own errors, and only with code `code` when one is named. */
export function isVescError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is VescError<C> {
  return error instanceof VescError && (code === undefined || error.code === code);
}
