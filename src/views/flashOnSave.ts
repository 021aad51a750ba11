import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';

/** Several files are saved at once, and people save while they think. */
const SETTLE_MS = 1000;
/** How often is looked whether what goes on is over. */
const BUSY_MS = 500;

export interface FlashOnSaveDependencies {
  readonly clock: Clock;
  readonly isEnabled: () => boolean;
  /** What goes on that must not be disturbed, in words; undefined when nothing does. */
  readonly busy: () => string | undefined;
  /** Builds and flashes; resolves with why it did not, or undefined when it did or there was nothing to do. */
  readonly flash: () => Promise<string | undefined>;
  /** Shows why saving does not lead to flashing now; undefined when it does. */
  readonly tell: (heldBack: string | undefined) => void;
}

/** Builds and flashes a while after the last save, never while something else goes on, and never twice at once. */
export class FlashOnSave implements Disposable {
  private pending: Disposable | undefined;
  private isRunning = false;
  private isWanted = false;

  constructor(private readonly dependencies: FlashOnSaveDependencies) {}

  /** A file of the firmware was saved. */
  saved(): void {
    if (!this.dependencies.isEnabled()) return;
    // What was saved during a build may not be in it.
    if (this.isRunning) this.isWanted = true;
    else this.schedule(SETTLE_MS);
  }

  dispose(): void {
    this.pending?.dispose();
    this.isWanted = false;
  }

  private schedule(delay_ms: number): void {
    this.pending?.dispose();
    this.pending = this.dependencies.clock.schedule(delay_ms, () => void this.due());
  }

  private async due(): Promise<void> {
    const { isEnabled, busy, flash, tell } = this.dependencies;
    this.pending = undefined;
    if (!isEnabled()) return tell(undefined);
    const reason = busy();
    if (reason !== undefined) {
      tell(reason);
      return this.schedule(BUSY_MS);
    }
    this.isRunning = true;
    tell(undefined);
    try {
      tell(await flash());
    } finally {
      this.isRunning = false;
      if (this.isWanted) this.schedule(SETTLE_MS);
      this.isWanted = false;
    }
  }
}
