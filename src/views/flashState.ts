import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import type { Controller } from '../controllers/controller';
import type { Verdict } from '../update/verdict';
import { sumOf, type WorkProgress, type WorkShare } from './progressWords';

/** One work on a controller, as it goes on. */
export interface Work {
  /** @param whole how much of all is done, 0 to 1 */
  report(progress: WorkProgress, whole: number): void;
  /** The work is over; without a verdict when it was no update, or could not begin. */
  finish(verdict: Verdict | undefined): void;
}

/**
 * How the work on controllers goes in this window, for everybody who shows it. Several go on at the same time, but
 * one at a time on each link.
 */
export class FlashState implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly works = new Map<Controller | undefined, WorkShare>();
  readonly onChange = this.changes.event;
  /** How the last update ended. */
  last: Verdict | undefined;
  /** Why what was saved is not flashed, in words; undefined when nothing is held back. */
  heldBack: string | undefined;

  /** All that goes on, in one; undefined when nothing does. */
  get progress(): WorkProgress | undefined {
    return sumOf([...this.works.values()]);
  }

  /** @param owner the controller whose link it is; undefined for one that is not connected */
  isBusy(owner: Controller | undefined): boolean {
    return this.works.has(owner);
  }

  /** Something begins on the link of `owner`. */
  begin(owner: Controller | undefined): Work {
    this.change(() => this.works.set(owner, STARTING));
    return {
      report: (progress, whole) => this.change(() => this.works.set(owner, { progress, whole })),
      finish: (verdict) =>
        this.change(() => {
          this.works.delete(owner);
          this.last = verdict ?? this.last;
          if (verdict !== undefined) this.heldBack = undefined;
        }),
    };
  }

  /** What was saved is not flashed for the reason given, or nothing is held back any more. */
  holdBack(reason: string | undefined): void {
    if (this.heldBack === reason) return;
    this.heldBack = reason;
    this.changes.fire();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private change(action: () => void): void {
    action();
    this.changes.fire();
  }
}

const STARTING: WorkShare = {
  progress: { fraction: 0, message: 'Looking at the controller', cancellable: true },
  whole: 0,
};
