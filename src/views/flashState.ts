import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { UpdateProgress } from '../update/updater';
import type { Verdict } from '../update/verdict';

/** How the update of this window goes, for everybody who shows it. One update goes on at a time. */
export class FlashState implements Disposable {
  private readonly changes = new Emitter<void>();
  readonly onChange = this.changes.event;
  /** Undefined when no update goes on. */
  progress: UpdateProgress | undefined;
  /** How the last update ended. */
  last: Verdict | undefined;

  report(progress: UpdateProgress): void {
    this.progress = progress;
    this.changes.fire();
  }

  /** The update is over; without a verdict when it could not begin. */
  finish(verdict: Verdict | undefined): void {
    this.progress = undefined;
    this.last = verdict ?? this.last;
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }
}
