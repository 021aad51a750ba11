import * as vscode from 'vscode';
import type { UpdateProgress } from '../update/updater';
import { phaseFraction, phaseOf, progressText, type WorkProgress } from './progressWords';

const FULL = 100;

/** One progress notification: open until it is told that its work is over. */
class Bar {
  private end!: () => void;
  private progress: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  private done = 0;
  private waiting: { fraction: number; message: string } | undefined;

  constructor(title: string, onCancel?: () => void) {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title,
      cancellable: onCancel !== undefined,
    };
    const over = new Promise<void>((resolve) => (this.end = resolve));
    void vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(() => onCancel?.());
      this.progress = progress;
      if (this.waiting) this.report(this.waiting.fraction, this.waiting.message);
      return over;
    });
  }

  report(fraction: number, message: string): void {
    if (!this.progress) {
      this.waiting = { fraction, message };
      return;
    }
    const increment = Math.max(0, fraction - this.done) * FULL;
    this.done = Math.max(this.done, fraction);
    this.progress.report({ message, increment });
  }

  finish(): void {
    this.end();
  }
}

/**
 * The notifications of one work on a controller: a first one that can be cancelled, in an update until the
 * bootloader is started; then one that cannot, which tells to keep the power on.
 */
export class FlashProgress implements vscode.Disposable {
  private bar: Bar | undefined;
  private isLate = false;

  constructor(
    private readonly title: string,
    private readonly onCancel: () => void,
    /** It may be cancelled late as well: what is not begun then is left out. */
    private readonly isCancellableLate = false,
  ) {}

  report(progress: UpdateProgress): void {
    this.show(progress, phaseFraction(progress));
  }

  /** @param fraction how much of what can be cancelled is done, or of what cannot */
  show(progress: WorkProgress, fraction: number): void {
    // Once the power has to stay on, it has to until the end: what is written back belongs to it too.
    const isLate = this.isLate || phaseOf(progress) === 'keep-power-on';
    if (isLate && !this.isLate) {
      this.isLate = true;
      this.bar?.finish();
      this.bar = new Bar(
        `Keep the power on! ${this.title}`,
        this.isCancellableLate ? this.onCancel : undefined,
      );
    }
    this.bar ??= new Bar(this.title, this.onCancel);
    this.bar.report(fraction, progressText(progress));
  }

  /** What comes before the update itself, as building. */
  prepare(message: string): void {
    this.bar ??= new Bar(this.title, this.onCancel);
    this.bar.report(0, message);
  }

  dispose(): void {
    this.bar?.finish();
  }
}
