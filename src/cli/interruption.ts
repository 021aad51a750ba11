import { VescError } from '../base/errors';

/** How the user asked: by Ctrl+C, by ending the process, by closing the terminal. */
export type InterruptSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What is said to who asks for an end in the middle of what must not break off: `the bootloader is at work`. */
export function notNow(work: string): string {
  return `This cannot be cancelled now: ${work}. Keep the power on.`;
}

/**
 * What Ctrl+C means. A command that does nothing about it is cancelled by its signal; one that streams until it is
 * stopped ends well; an update may have reached the point of no return.
 */
export class Interruption {
  private readonly controller = new AbortController();
  private handler: ((signal: InterruptSignal) => void) | undefined;
  private streamEnd: (() => void) | undefined;
  private first: InterruptSignal | undefined;
  private nobodyReads = false;

  /** Aborts, with an error that says so, when the command shall end. */
  readonly signal = this.controller.signal;

  /** Asks the command to end. True when it was asked before, and has nothing in hand that must not break off. */
  interrupt(signal: InterruptSignal): boolean {
    const insisted = this.first !== undefined && this.handler === undefined;
    this.first ??= signal;
    if (this.handler) this.handler(signal);
    else if (this.streamEnd) this.streamEnd();
    else this.cancel('The command');
    return insisted;
  }

  /** Nobody reads any more what the command prints: that ends a stream, and nothing else. */
  readerGone(): void {
    this.nobodyReads = true;
    this.streamEnd?.();
  }

  /** Puts `handler` in charge; it is called for each request. */
  handle(handler: (signal: InterruptSignal) => void): void {
    this.handler = handler;
    if (this.first !== undefined) handler(this.first);
  }

  /** The command goes on until it is stopped: `end` stops it, and that is no failure. */
  streams(end: () => void): void {
    this.streamEnd = end;
    if (this.first !== undefined || this.nobodyReads) end();
  }

  /** Aborts the signal. */
  cancel(work: string): void {
    this.controller.abort(new VescError('cancelled', { work }));
  }
}
