import { plainText, resolveFile } from './diagnostics/diagnostic';

/** How one test went. */
export interface TestOutcome {
  /** `Suite.Test`, as Google Test names it. */
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly duration_ms: number | undefined;
  /** Why it failed, one entry a place. */
  readonly failures: readonly TestFailure[];
}

/** One assertion that did not hold. */
export interface TestFailure {
  /** Absolute; undefined when the test names none. */
  readonly file: string | undefined;
  /** Counted from 1. */
  readonly line: number | undefined;
  readonly message: string;
}

const RUN = /^\[ RUN {6}\] (\S+)$/;
const END = /^\[( {7}OK| {2}FAILED| {2}SKIPPED) +\] (\S+?)(?:, where .*)? \((\d+) ms\)$/;
/** gcc's and MSVC's way of naming a place. */
const FAILURE = /^(.+?)(?::(\d+)|\((\d+)\)): (?:Failure|error:?)\s*(.*)$/;
const MOST_LINES = 100;

/** Reads what tests made with Google Test print while they run. */
export class GtestParser {
  private running: string | undefined;
  private lines: string[] = [];

  /** @param folder where the tests were compiled: names of files are relative to it */
  constructor(
    private readonly folder: string,
    private readonly events: {
      readonly started: (test: string) => void;
      readonly ended: (outcome: TestOutcome) => void;
    },
  ) {}

  /** Takes one line of the output. */
  line(raw: string): void {
    const text = plainText(raw);
    const started = RUN.exec(text)?.[1];
    if (started !== undefined) {
      this.finish();
      this.running = started;
      this.lines = [];
      this.events.started(started);
      return;
    }
    const [, word, test, duration] = END.exec(text) ?? [];
    if (word !== undefined && test !== undefined && test === this.running) {
      const state = word.trim() === 'OK' ? 'passed' : word.trim() === 'FAILED' ? 'failed' : 'skipped';
      this.end(state, Number(duration));
    } else if (this.running !== undefined && this.lines.length < MOST_LINES) this.lines.push(text);
  }

  /** Nothing more comes: a test that did not end was taken down with the program. */
  finish(): void {
    if (this.running === undefined) return;
    this.lines.push('The program ended in the middle of this test.');
    this.end('failed', undefined);
  }

  private end(state: TestOutcome['state'], duration_ms: number | undefined): void {
    const test = this.running!;
    this.running = undefined;
    this.events.ended({ test, state, duration_ms, failures: state === 'failed' ? this.failures() : [] });
  }

  /** Every `file:line: Failure` with the lines below it; what comes before the first belongs to no place. */
  private failures(): TestFailure[] {
    const found: { file: string | undefined; line: number | undefined; words: string[] }[] = [];
    for (const text of this.lines) {
      const [, file, line, column, rest = ''] = FAILURE.exec(text) ?? [];
      if (file !== undefined)
        found.push({
          file: resolveFile(this.folder, file),
          line: Number(line ?? column),
          words: rest === '' ? [] : [rest],
        });
      else if (found.length > 0) found.at(-1)!.words.push(text);
      else if (text.trim() !== '') found.push({ file: undefined, line: undefined, words: [text] });
    }
    const failures = found.map(({ words, ...place }) => ({ ...place, message: words.join('\n').trim() }));
    return failures.length > 0 ? failures : [{ file: undefined, line: undefined, message: 'It failed.' }];
  }
}
