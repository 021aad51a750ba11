import { Emitter } from '../base/emitter';

/** The part of a stream that is needed to write text for people or programs. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string, written?: () => void): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Text in a colour or weight, where the reader's terminal shows them. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
}

const CODES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39], red: [31, 39] } as const;
const ESCAPE = '\u001b[';

/** Colours for terminals; `NO_COLOR` and dumb terminals get plain text. */
export function styleFor(
  stream: Pick<TextStream, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const coloured = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const wrap =
    ([on, off]: readonly [number, number]) =>
    (text: string): string =>
      coloured && text !== '' ? `${ESCAPE}${on}m${text}${ESCAPE}${off}m` : text;
  return {
    bold: wrap(CODES.bold),
    dim: wrap(CODES.dim),
    green: wrap(CODES.green),
    yellow: wrap(CODES.yellow),
    red: wrap(CODES.red),
  };
}

/** Control characters, except line ends, tabs and the colours above. */
const CONTROL = new RegExp(
  `${ESCAPE.replace('[', '\\[')}\\d+m|[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]`,
  'g',
);

/**
 * Text that may hold what a controller sent, safe to be shown in a terminal: nothing in it can move the cursor or
 * reprogram anything.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (found) => (found.length > 1 ? found : '\ufffd'));
}

/** The two streams a command writes to. A reader who hangs up (`vesc values --watch 10 | head`) is no error. */
export class Output {
  private readonly gone = new Emitter<void>();
  private hungUp = false;
  private lost = false;
  private pending: Promise<void> = Promise.resolve();
  private transient = 0;
  /** For stdout. */
  readonly style: Style;
  /** For stderr. */
  readonly errorStyle: Style;

  /** Fires once, when nobody reads stdout any more. */
  readonly onReaderGone = this.gone.event;

  constructor(
    private readonly stdout: TextStream,
    private readonly stderr: TextStream,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.style = styleFor(stdout, env);
    this.errorStyle = styleFor(stderr, env);
    stdout.on('error', (error) => this.failed(error));
    // Nobody could be told about it.
    stderr.on('error', () => {});
  }

  /** One line on stdout. */
  line(text: string): void {
    this.clearTransient();
    if (this.hungUp) return;
    this.pending = new Promise((resolve) => {
      this.stdout.write(`${text}\n`, resolve);
    });
  }

  /** One line on stderr. */
  errorLine(text: string): void {
    this.clearTransient();
    this.stderr.write(`${printable(text)}\n`);
  }

  /** How wide a line that is written over again may be; undefined where that cannot be done. */
  get transientWidth(): number | undefined {
    return this.stderr.isTTY === true ? (this.stderr.columns || 80) - 1 : undefined;
  }

  /** A line on stderr that the next line takes the place of; the visible length must be known. */
  showTransient(text: string, length: number): void {
    this.stderr.write(`\r${text}${' '.repeat(Math.max(0, this.transient - length))}`);
    this.transient = length;
  }

  /** Removes the transient line. */
  clearTransient(): void {
    if (this.transient > 0) this.stderr.write(`\r${' '.repeat(this.transient)}\r`);
    this.transient = 0;
  }

  /**
   * Resolves when everything was handed over.
   * @returns false when something was lost for another reason than a reader who had enough
   */
  async flush(): Promise<boolean> {
    this.clearTransient();
    await this.pending;
    return !this.lost;
  }

  private failed(error: NodeJS.ErrnoException): void {
    if (this.hungUp) return;
    this.hungUp = true;
    // Whatever else is wrong with it (a full disk behind a redirection), there is one place left to say so.
    this.lost = error.code !== 'EPIPE';
    if (this.lost) this.errorLine(`vesc: the output cannot be written: ${error.message}`);
    this.gone.fire();
  }
}
