/** What the person at the terminal wants. */
export interface LineEvents {
  /** Text for the screen. */
  readonly show: (text: string) => void;
  /** A finished line; may be empty. */
  readonly enter: (line: string) => void;
  /** Tab was pressed; what is typed meanwhile waits until it is done. */
  readonly tab?: () => Promise<void>;
  /** Ctrl+C. */
  readonly interrupt?: () => void;
  /** The lines to be offered again another time, the latest last. */
  readonly remember?: (history: readonly string[]) => void;
}

const ESCAPE = String.fromCharCode(27);
const INTERRUPT = '\u0003';
const HISTORY = 200;
/** Sequences of the keys that a terminal sends as more than one character. */
const KEYS: Readonly<Record<string, 'up' | 'down' | 'left' | 'right' | 'home' | 'end' | 'delete'>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  '[H': 'home',
  '[F': 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[3~': 'delete',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  OH: 'home',
  OF: 'end',
};
const SEQUENCE = new RegExp(`^${ESCAPE}(\\[[0-9;]*[A-Za-z~]|O[A-Z])`);

/** One line of input with the keys that people expect: arrows, Home, End, history, and what a shell has on Ctrl. */
export class LineEditor {
  private letters: string[] = [];
  private cursor = 0;
  private readonly history: string[];
  /** Which line of the history is shown; its length when none is. */
  private at: number;
  private paused = false;
  /** What was typed behind a Tab that is being worked on. */
  private held: string | undefined;

  constructor(
    private readonly prompt: string,
    private readonly events: LineEvents,
    history: readonly string[] = [],
  ) {
    this.history = history.slice(-HISTORY);
    this.at = this.history.length;
  }

  /** Takes the prompt away; what is typed meanwhile is seen when it is back. */
  pause(): void {
    this.paused = true;
  }

  /** Gives the prompt back. */
  resume(): void {
    this.paused = false;
    this.draw();
  }

  /** What stands ahead of the cursor. */
  get typed(): string {
    return this.letters.slice(0, this.cursor).join('');
  }

  /** Types `text` for the user. */
  insert(text: string): void {
    const letters = [...text];
    this.letters.splice(this.cursor, 0, ...letters);
    this.cursor += letters.length;
    this.draw();
  }

  /** Draws the prompt and what has been typed. */
  draw(): void {
    if (this.paused) return;
    const back = this.letters.length - this.cursor;
    this.events.show(
      `\r${ESCAPE}[K${this.prompt}${this.letters.join('')}${back > 0 ? `${ESCAPE}[${back}D` : ''}`,
    );
  }

  /** Prints `lines` above the line that is being typed. */
  print(lines: readonly string[]): void {
    this.events.show(`\r${ESCAPE}[K${lines.map((line) => `${line}\r\n`).join('')}`);
    this.draw();
  }

  /** Takes what the terminal sends: keys, or a pasted text of several lines. */
  input(data: string): void {
    if (this.held !== undefined && !data.includes(INTERRUPT)) {
      this.held += data;
      return;
    }
    this.held = undefined;
    for (let rest = data; rest !== '';) {
      if (this.held !== undefined) {
        this.held = rest;
        return;
      }
      const sequence = SEQUENCE.exec(rest);
      if (sequence) {
        this.key(KEYS[sequence[1]!]);
        rest = rest.slice(sequence[0].length);
        continue;
      }
      const letter = String.fromCodePoint(rest.codePointAt(0)!);
      rest = rest.slice(letter.length);
      if (letter === '\r' && rest.startsWith('\n')) rest = rest.slice(1);
      this.letter(letter);
    }
  }

  private letter(letter: string): void {
    switch (letter) {
      case '\r':
      case '\n':
        return this.enter();
      case '\u007f':
      case '\b':
        if (this.cursor > 0) this.letters.splice(--this.cursor, 1);
        break;
      case '\u0001':
        this.cursor = 0;
        break;
      case '\u0005':
        this.cursor = this.letters.length;
        break;
      case '\t':
        return this.tab();
      case INTERRUPT:
        this.events.show('^C\r\n');
        this.replace('');
        this.events.interrupt?.();
        break;
      case '\u0015':
        this.letters.splice(0, this.cursor);
        this.cursor = 0;
        break;
      case '\u000b':
        this.letters.splice(this.cursor);
        break;
      case '\u000c':
        this.events.show(`${ESCAPE}[2J${ESCAPE}[H`);
        break;
      default:
        if (letter < ' ') return;
        this.letters.splice(this.cursor++, 0, letter);
    }
    this.draw();
  }

  private tab(): void {
    if (!this.events.tab) return;
    this.held = '';
    void this.events.tab().finally(() => {
      const typed = this.held ?? '';
      this.held = undefined;
      this.input(typed);
    });
  }

  private key(key: (typeof KEYS)[string] | undefined): void {
    switch (key) {
      case undefined:
        return;
      case 'left':
        this.cursor = Math.max(0, this.cursor - 1);
        break;
      case 'right':
        this.cursor = Math.min(this.letters.length, this.cursor + 1);
        break;
      case 'home':
        this.cursor = 0;
        break;
      case 'end':
        this.cursor = this.letters.length;
        break;
      case 'delete':
        this.letters.splice(this.cursor, 1);
        break;
      case 'up':
        this.at = Math.max(0, this.at - 1);
        this.replace(this.history[this.at] ?? '');
        break;
      case 'down':
        this.at = Math.min(this.history.length, this.at + 1);
        this.replace(this.history[this.at] ?? '');
        break;
    }
    this.draw();
  }

  private replace(line: string): void {
    this.letters = [...line];
    this.cursor = this.letters.length;
  }

  private enter(): void {
    const line = this.letters.join('');
    if (!this.paused) this.events.show('\r\n');
    if (line.trim() !== '' && this.history.at(-1) !== line) {
      this.history.push(line);
      if (this.history.length > HISTORY) this.history.shift();
      this.events.remember?.(this.history);
    }
    this.at = this.history.length;
    this.replace('');
    this.events.enter(line);
  }
}
