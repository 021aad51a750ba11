import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Verdict } from '../update/verdict';
import type { WorkProgress } from './progressWords';

/** How the work on a controller goes in this window, for everybody who shows it. One goes on at a time. */
export class FlashState implements Disposable {
  private readonly changes = new Emitter<void>();
  readonly onChange = this.changes.event;
  /** Undefined when nothing goes on. */
  progress: WorkProgress | undefined;
  /** How the last update ended. */
  last: Verdict | undefined;
  /** Why what was saved is not flashed, in words; undefined when nothing is held back. */
  heldBack: string | undefined;

  report(progress: WorkProgress): void {
    this.progress = progress;
    this.changes.fire();
  }

  /** What was saved is not flashed for the reason given, or nothing is held back any more. */
  holdBack(reason: string | undefined): void {
    if (this.heldBack === reason) return;
    this.heldBack = reason;
    this.changes.fire();
  }

  /** The work is over; without a verdict when it was no update, or could not begin. */
  finish(verdict: Verdict | undefined): void {
    this.progress = undefined;
    this.last = verdict ?? this.last;
    if (verdict !== undefined) this.heldBack = undefined;
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }
}
