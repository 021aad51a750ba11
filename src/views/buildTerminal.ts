import * as vscode from 'vscode';
import { sleep, systemClock } from '../base/clock';
import { isVescError } from '../base/errors';
import type { BuildResult } from '../build/buildResult';
import { comparisonLines } from './comparisonWords';
import { memoryLines } from './memoryTable';
import { buildNotice } from './messages';
import { plain } from './text';

const ESCAPE = String.fromCharCode(27);
const paint = (color: number, text: string): string => `${ESCAPE}[${color}m${text}${ESCAPE}[0m`;
const RED = 31;
const GREEN = 32;
const YELLOW = 33;
const BOLD = 1;
/** The editor says of what fails within half a second that it could not be launched. */
const LAUNCH_MS = 600;
const LONGEST = 600;

/** What runs in the terminal of a build task. */
export type BuildWork = (options: {
  readonly signal: AbortSignal;
  readonly onOutput: (line: string) => void;
}) => Promise<BuildResult | undefined>;

/** How the work of a task ended. */
export type BuildOutcome = { readonly result: BuildResult | undefined } | { readonly error: unknown };

/** The terminal of a build task: make's output, then how full the memory is and how it ended. */
export class BuildTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes = new vscode.EventEmitter<number>();
  private readonly cancelled = new AbortController();
  private launched = Promise.resolve();
  readonly onDidWrite = this.writes.event;
  readonly onDidClose = this.closes.event;

  constructor(
    private readonly title: string,
    private readonly work: BuildWork,
    private readonly onEnd: (outcome: BuildOutcome) => void,
  ) {}

  open(): void {
    this.launched = sleep(systemClock, LAUNCH_MS);
    this.line(paint(BOLD, this.title));
    const onOutput = (line: string): void => this.line(highlight(line));
    this.work({ signal: this.cancelled.signal, onOutput }).then(
      (result) => this.finish(result),
      (error: unknown) => this.fail(error),
    );
  }

  /** The person closed the terminal or ended the task. */
  close(): void {
    this.cancelled.abort();
  }

  private finish(result: BuildResult | undefined): void {
    if (result) {
      if (result.memory.length > 0) {
        this.line('');
        for (const line of memoryLines(result.memory, result.comparison)) this.line(line);
      }
      const changes = comparisonLines(result.comparison);
      if (changes.length > 0) this.line('');
      for (const line of changes) this.line(line.startsWith('  new warning') ? paint(YELLOW, line) : line);
      this.line('');
      // Each warning on a line of its own, and not in the colour of the good news.
      this.line(paint(result.ok ? GREEN : RED, buildNotice({ ...result, warnings: [] }).text));
      for (const warning of result.warnings) this.line(paint(YELLOW, plain(warning, LONGEST)));
    }
    void this.end({ result }, result === undefined || result.ok ? 0 : 1);
  }

  private fail(error: unknown): void {
    const message = isVescError(error) ? error.message : String(error);
    this.line(paint(RED, message));
    void this.end({ error }, isVescError(error) ? error.exitStatus : 1);
  }

  private async end(outcome: BuildOutcome, status: number): Promise<void> {
    if (status !== 0) await this.launched;
    this.onEnd(outcome);
    this.closes.fire(status);
  }

  private line(text: string): void {
    this.writes.fire(`${text}\r\n`);
  }
}

function highlight(line: string): string {
  if (/\b(?:fatal )?error:|\*\*\* /i.test(line) && !line.startsWith('****')) return paint(RED, line);
  return /\bwarning:/i.test(line) ? paint(YELLOW, line) : line;
}
