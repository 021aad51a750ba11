import { bytesText, percentText } from './format';
import type { Output } from './output';
import type { Progress } from './report';

const BAR = 24;

/** Progress on stderr: a bar that moves where the terminal can do that, else one line for each stage. */
export class ProgressView {
  private readonly lastStages = new Map<string, string>();

  constructor(private readonly output: Output) {}

  show(progress: Progress): void {
    const width = this.output.transientWidth;
    if (width === undefined) {
      const { stage, subject = '' } = progress;
      if (stage !== this.lastStages.get(subject)) this.output.errorLine(`${progress.message} …`);
      this.lastStages.set(subject, stage);
      return;
    }
    const text = progressLine(progress).slice(0, width);
    this.output.showTransient(text, text.length);
  }
}

/** `███████░░░░░  58 %  Uploading  41 KB/s`. */
export function progressLine({ fraction, message, bytesPerSecond, detail }: Progress): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR);
  const bar = '█'.repeat(full) + '░'.repeat(BAR - full);
  const speed = bytesPerSecond === undefined ? '' : `  ${bytesText(bytesPerSecond)}/s`;
  const more = detail === undefined ? '' : `  ${detail}`;
  return `${bar} ${percentText(fraction).padStart(5)}  ${message}${speed}${more}`;
}
