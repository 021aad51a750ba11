import { Emitter } from '../base/emitter';
import { isEcho } from './echo';

/** Someone who runs terminal commands and reads what is printed for them. */
export interface PrintOwner {
  /** What people call it. */
  readonly name: string;
  /** Takes one print that is its own; never the echo of its command. */
  readonly print: (text: string) => void;
}

/** One print and whose it is; nobody's while no terminal is in use. */
export interface OwnedPrint {
  readonly text: string;
  readonly owner: string | undefined;
}

/** A command that has the prints of a link now. */
export interface PrintHolder {
  /** Undefined for the program's own questions. */
  readonly owner: string | undefined;
  readonly command: string;
}

/**
 * Whose the prints on one link are. They carry no sender (facts 1.4): neither the command that caused them nor the
 * CAN node they come from. So one command at a time has them, from its echo (facts 6.1) to its end; everything
 * printed at another time goes to the owner whose command was the last, because long commands print in bursts
 * after they seemed to be over, and what nobody asked for is best read by whoever used the terminal last.
 */
export class Prints {
  private readonly handed = new Emitter<OwnedPrint>();
  private last: PrintOwner | undefined;
  /** Commands that were asked for, in order; the first is at work or will be next. */
  private readonly queue: PrintHolder[] = [];
  /** Which controllers echo their commands, by CAN id; learned from the first command where nobody knew. */
  private readonly echoing = new Map<number | undefined, boolean>();

  /** Every print, once, with its owner. */
  readonly onPrint = this.handed.event;

  /** The command that has the prints now, or will have them next; none while no command was asked for. */
  get holder(): PrintHolder | undefined {
    return this.queue[0];
  }

  /** Whether the controller at `canId` echoes its commands is known from its version: from 6.00 on (facts 6.1). */
  expectEchoes(canId: number | undefined, echoes: boolean): void {
    this.echoing.set(canId, echoes);
  }

  /** From now on `owner` gets what nobody asked for, unless somebody gets it already. */
  adopt(owner: PrintOwner): void {
    this.last ??= owner;
  }

  /** `owner` is gone. */
  release(owner: PrintOwner): void {
    if (this.last === owner) this.last = undefined;
  }

  /** A print that no command takes. */
  unclaimed(text: string): void {
    this.hand(text, this.last);
  }

  /** A command for `canId` takes its place; {@link CommandPrints.end} has to follow. */
  expect(canId: number | undefined, command: string, owner: PrintOwner | undefined): CommandPrints {
    const holder = { owner: owner?.name, command };
    this.queue.push(holder);
    return new CommandPrints(command, {
      echoes: () => this.echoing.get(canId),
      learn: (echoes) => this.expectEchoes(canId, echoes),
      others: (text) => this.unclaimed(text),
      log: (text) => this.handed.fire({ text, owner: owner?.name ?? this.last?.name }),
      own: (text) => {
        if (owner) this.hand(text, owner);
        else this.handed.fire({ text, owner: this.last?.name });
      },
      end: (wasSent) => {
        this.queue.splice(this.queue.indexOf(holder), 1);
        if (wasSent) this.last = owner ?? this.last;
      },
    });
  }

  dispose(): void {
    this.handed.dispose();
  }

  private hand(text: string, owner: PrintOwner | undefined): void {
    owner?.print(text);
    this.handed.fire({ text, owner: owner?.name });
  }
}

/** Where what a command is offered goes. */
interface Outlets {
  /** Undefined while nobody knows. */
  readonly echoes: () => boolean | undefined;
  readonly learn: (echoes: boolean) => void;
  readonly own: (text: string) => void;
  readonly others: (text: string) => void;
  readonly log: (text: string) => void;
  readonly end: (wasSent: boolean) => void;
}

/** The prints of one command, told from those of everything else. */
export class CommandPrints {
  /** What was printed for the command so far, without its echo. */
  readonly lines: string[] = [];
  private heard = false;
  private sent = false;

  constructor(
    private readonly command: string,
    private readonly outlets: Outlets,
  ) {}

  /** Its turn has come. */
  start(): void {
    this.sent = true;
  }

  /** `echo`: it has begun; `own`: a line of its output; `others`: not its print, and nobody took it yet. */
  offer(text: string): 'echo' | 'own' | 'others' {
    const { outlets, lines } = this;
    if (!this.heard && isEcho(text, this.command)) {
      this.heard = true;
      // What was held back came before the command began.
      if (outlets.echoes() === undefined) for (const line of lines) outlets.others(line);
      lines.length = 0;
      outlets.learn(true);
      outlets.log(text);
      return 'echo';
    }
    const isKnown = this.heard || outlets.echoes() === false;
    if (!isKnown && outlets.echoes() === true) return 'others';
    lines.push(text);
    if (isKnown) outlets.own(text);
    return 'own';
  }

  /** No more is taken for the command. */
  end(): void {
    const { outlets, lines } = this;
    if (!this.heard && outlets.echoes() === undefined && lines.length > 0) {
      outlets.learn(false);
      for (const line of lines) outlets.own(line);
    }
    outlets.end(this.sent);
  }
}
