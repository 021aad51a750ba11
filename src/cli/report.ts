import { type ErrorText, ExitStatus, type VescError } from '../base/errors';
import { type Output, printable } from './output';
import { commandLineText } from './nextSteps';
import { ProgressView } from './progressView';

/** How far some work is. */
export interface Progress {
  readonly stage: string;
  /** 0 to 1 within the stage. */
  readonly fraction: number;
  readonly bytesPerSecond?: number;
  /** What is done at the moment, for people. */
  readonly message: string;
  /** What changes too fast to be a line of its own. */
  readonly detail?: string;
  /** Whose, where the work on several goes on side by side. */
  readonly subject?: string;
}

/** An error as JSON carries it. */
export interface ErrorFields extends ErrorText {
  readonly code: string;
  readonly message: string;
}

/** Fields of a JSON object; what is undefined is left out. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * What a command has to say, as text for people or as one JSON object a line (design 7). The commands give both
 * forms and do not know which is shown.
 */
export interface Report {
  readonly json: boolean;
  /** Something on the way to the result: a JSON line, or its text on stdout. */
  event(type: string, fields: Fields, text?: string): void;
  progress(progress: Progress): void;
  /** A remark for people; stderr, or a JSON line. */
  note(text: string): void;
  /** A line of another program's output; stderr, or a JSON line. */
  log(line: string): void;
  /** A remark that must not be overlooked. */
  warn(text: string): void;
  /** The end: `text` is what people read in place of the fields. */
  result(fields: Fields, text: readonly string[]): void;
  /** The end when it did not go well; `fields` is what is known nevertheless. */
  failure(error: VescError, fields?: Fields, text?: readonly string[]): void;
}

/** The form of an error that scripts read. */
export function errorFields(error: VescError): ErrorFields {
  return { code: error.code, ...commandLineText(error) };
}

/** One JSON object a line on stdout, nothing else. */
export class JsonReport implements Report {
  readonly json = true;
  private readonly lastProgress = new Map<string, Progress>();

  constructor(private readonly output: Output) {}

  event(type: string, fields: Fields): void {
    this.output.line(JSON.stringify({ type, ...fields }));
  }

  progress(progress: Progress): void {
    const { subject = '' } = progress;
    const last = this.lastProgress.get(subject);
    const news =
      last?.stage !== progress.stage ||
      last.message !== progress.message ||
      progress.fraction === 1 ||
      Math.abs(progress.fraction - last.fraction) >= 0.01;
    if (!news) return;
    this.lastProgress.set(subject, progress);
    const { stage, fraction, bytesPerSecond, message, detail } = progress;
    this.event('progress', { stage, fraction: rounded(fraction), bytesPerSecond, message, detail });
  }

  note(text: string): void {
    this.event('note', { message: text });
  }

  log(line: string): void {
    this.event('log', { line });
  }

  warn(text: string): void {
    this.event('warning', { message: text });
  }

  result(fields: Fields): void {
    this.event('result', { ok: true, ...fields });
  }

  failure(error: VescError, fields: Fields = {}): void {
    this.event('result', { ok: false, ...fields, error: errorFields(error) });
  }
}

/** Text: results on stdout, everything else on stderr. */
export class TextReport implements Report {
  readonly json = false;
  private readonly view: ProgressView;

  constructor(private readonly output: Output) {
    this.view = new ProgressView(output);
  }

  event(_type: string, _fields: Fields, text?: string): void {
    if (text !== undefined) this.output.line(printable(text));
  }

  progress(progress: Progress): void {
    this.view.show(progress);
  }

  note(text: string): void {
    this.output.errorLine(text);
  }

  log(line: string): void {
    this.output.errorLine(line);
  }

  warn(text: string): void {
    this.output.errorLine(`${this.output.errorStyle.yellow('Warning:')} ${text}`);
  }

  result(_fields: Fields, text: readonly string[]): void {
    for (const line of text) this.output.line(printable(line));
  }

  failure(error: VescError, _fields?: Fields, text: readonly string[] = []): void {
    for (const line of text) this.output.line(printable(line));
    const { red, dim } = this.output.errorStyle;
    const mark = error.exitStatus === ExitStatus.unproven ? 'Unproven:' : 'Error:';
    const { happened, state, next } = commandLineText(error);
    this.output.errorLine(`${red(mark)} ${happened}`);
    if (state !== '') this.output.errorLine(state);
    if (next !== '') this.output.errorLine(next);
    this.output.errorLine(dim(`(${error.code})`));
  }
}

function rounded(fraction: number): number {
  return Math.round(fraction * 1000) / 1000;
}
