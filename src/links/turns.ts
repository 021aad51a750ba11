import { type Disposable, toDisposable } from '../base/disposable';

/** What a request has in common with others that go over the same link. */
export interface Subject {
  /** The command id of its answer; undefined when it has none. */
  readonly replyId: number | undefined;
  /** What the answer repeats; undefined when it cannot be told from others with the same id. */
  readonly offset: number | undefined;
  /** It occupies the controller's one worker thread. */
  readonly blocking: boolean;
  /** The controller it goes to: a CAN id, or undefined for the one at the link. */
  readonly canId: number | undefined;
}

/** Someone whose turn it is, or whose late answer is still expected. */
interface Present {
  readonly subject: Subject;
  readonly state: 'running' | 'late';
}

interface Waiting {
  readonly subject: Subject;
  readonly state: 'waiting';
  readonly start: () => void;
  readonly fail: (error: Error) => void;
}

type Entry = Present | Waiting;

/**
 * Who may go next on a link. First come, first served among those that disturb each other; all others go at once.
 *
 * Two requests disturb each other when an answer to one could be taken for an answer to the other (replies carry
 * neither a request id nor a CAN id, facts 1.2, 1.4), or when both need the controller's one worker thread.
 */
export class Turns {
  private entries: Entry[] = [];

  /**
   * Resolves when it is the turn of `subject`; dispose the turn when it is over.
   * Rejects with the reason of `signal`, or with what {@link abandon} is given.
   */
  take(subject: Subject, signal?: AbortSignal): Promise<Disposable> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = (): void => {
        this.remove(waiting);
        waiting.fail(signal?.reason as Error);
      };
      const waiting: Waiting = {
        subject,
        state: 'waiting',
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve(this.run(waiting));
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.entries.push(waiting);
      this.advance();
    });
  }

  /** True when `subject` could not start now. */
  isTaken(subject: Subject): boolean {
    return this.entries.some((entry) => disturbs(entry, subject));
  }

  /**
   * Keeps those from starting that could take a late answer to `subject` for their own; dispose to let them go.
   * A later request that the late answer would answer rightly (same offset, same controller) is not held.
   */
  hold(subject: Subject): Disposable {
    const late: Present = { subject, state: 'late' };
    this.entries.unshift(late);
    return toDisposable(() => this.remove(late));
  }

  /** Rejects everyone who waits. */
  abandon(error: Error): void {
    const waiting = this.entries.filter((entry) => entry.state === 'waiting');
    this.entries = this.entries.filter((entry) => entry.state !== 'waiting');
    for (const entry of waiting) entry.fail(error);
  }

  private run(waiting: Waiting): Disposable {
    const running: Present = { subject: waiting.subject, state: 'running' };
    this.entries[this.entries.indexOf(waiting)] = running;
    return toDisposable(() => this.remove(running));
  }

  private remove(entry: Entry): void {
    this.entries = this.entries.filter((other) => other !== entry);
    this.advance();
  }

  private advance(): void {
    for (const entry of [...this.entries]) {
      if (entry.state !== 'waiting') continue;
      const before = this.entries.slice(0, this.entries.indexOf(entry));
      if (!before.some((other) => disturbs(other, entry.subject))) entry.start();
    }
  }
}

function disturbs({ subject: earlier, state }: Entry, later: Subject): boolean {
  if (earlier.blocking && later.blocking && state !== 'late') return true;
  if (earlier.replyId === undefined || earlier.replyId !== later.replyId) return false;
  if (earlier.offset === undefined || later.offset === undefined) return true;
  if (earlier.offset !== later.offset) return false;
  return state !== 'late' || earlier.canId !== later.canId;
}
