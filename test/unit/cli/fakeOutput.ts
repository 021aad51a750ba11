import { EventEmitter } from 'node:events';
import { Output, type TextStream } from '../../../src/cli/output';

/** A stream that keeps what is written. */
export class FakeStream extends EventEmitter implements TextStream {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns = 60,
  ) {
    super();
  }

  write(text: string, written?: () => void): void {
    this.text += text;
    written?.();
  }

  /** What a terminal shows: the last writing of each line. */
  get shown(): string[] {
    return this.text.split('\n').map((line) => line.split('\r').at(-1)!.trimEnd());
  }
}

/** An output into two fake streams. */
export function fakeOutput(options: { tty?: boolean; columns?: number; env?: Record<string, string> } = {}): {
  output: Output;
  stdout: FakeStream;
  stderr: FakeStream;
} {
  const stdout = new FakeStream(options.tty, options.columns);
  const stderr = new FakeStream(options.tty, options.columns);
  return { output: new Output(stdout, stderr, options.env ?? {}), stdout, stderr };
}
