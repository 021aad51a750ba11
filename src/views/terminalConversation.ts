import { type Disposable, DisposableStore } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { PrintHolder, PrintOwner } from '../links/prints';
import type { Session } from '../links/session';
import type { SessionPool } from '../links/sessionPool';
import type { Memory } from './knownPorts';
import { LineEditor } from './lineEditor';
import { formatOwner, printable } from './printWords';
import { complete, inColumns, parseHelp } from './terminalCompletion';
import { plain } from './text';

const LINE_LIMIT = 4000;
/** Commands that print nothing are common; nobody waits long for one. */
const SILENCE_MS = 3000;
const HELP_MS = 5000;
const HISTORY_KEY = 'vesc.terminalHistory';
const HISTORY_LENGTH = 200;
const PROMPT = '> ';
const BELL = '\u0007';
/** Why a command is not waited for any more. */
const GIVEN_UP = new Error('given up');

export interface TerminalDependencies {
  readonly controller: Controller;
  readonly pool: Pick<SessionPool, 'find'>;
  /** What is remembered of this workspace. */
  readonly memory: Memory;
  /** Puts text on the screen. */
  readonly show: (text: string) => void;
}

/**
 * What happens in the terminal of one controller: what is typed runs there one after the other, and what the
 * firmware prints for it stands here, and in no other terminal of the same link.
 */
export class TerminalConversation implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly editor: LineEditor;
  private readonly owner: PrintOwner;
  private readonly waiting: string[] = [];
  private running: AbortController | undefined;
  private session: Session | undefined;
  private isLost = false;
  private known: { readonly of: unknown; readonly names: Promise<readonly string[]> } | undefined;

  constructor(private readonly dependencies: TerminalDependencies) {
    const { controller, memory, show } = dependencies;
    this.owner = {
      name: formatOwner(controller),
      print: (text) => this.editor.print(printable(text)),
    };
    this.editor = new LineEditor(
      PROMPT,
      {
        show,
        enter: (line) => this.enter(line.trim()),
        tab: () => this.complete(),
        interrupt: () => this.interrupt(),
        remember: (history) => void memory.update(HISTORY_KEY, history.slice(-HISTORY_LENGTH)),
      },
      historyOf(memory),
    );
  }

  /** Greets, and listens from now on. */
  open(): void {
    const { controller } = this.dependencies;
    this.editor.print([
      `${plain(controller.title)} at ${plain(formatPlace(controller), 200)}`,
      'Type help for the commands of its firmware.',
      'Tab completes a command; Ctrl+C gives the prompt back.',
    ]);
    this.owned.add(controller.onChange(() => this.listen()));
    this.listen();
  }

  input(data: string): void {
    this.editor.input(data);
  }

  dispose(): void {
    this.running?.abort(GIVEN_UP);
    this.waiting.length = 0;
    this.session?.prints.release(this.owner);
    this.owned.dispose();
  }

  /** After a restart of the controller its prints come over another session. */
  private listen(): void {
    const { controller, pool } = this.dependencies;
    const session = controller.endpoint ? pool.find(controller.address) : undefined;
    if (session === this.session) return;
    const isReturn = this.session !== undefined || this.isLost;
    this.session?.prints.release(this.owner);
    this.session = session;
    this.isLost = isReturn && session === undefined;
    session?.prints.adopt(this.owner);
    if (isReturn) this.editor.print([session ? '(connected again)' : '(connection lost)']);
  }

  private enter(line: string): void {
    if (line === '' && !this.running) return this.editor.draw();
    if (line !== '') this.waiting.push(line);
    if (!this.running) void this.work();
  }

  /** Runs what was entered, one after the other; meanwhile there is no prompt. */
  private async work(): Promise<void> {
    this.editor.pause();
    let isTypedAhead = false;
    for (let line = this.waiting.shift(); line !== undefined; line = this.waiting.shift()) {
      // It was typed where there was no prompt to type it at.
      if (isTypedAhead) this.editor.print([`${PROMPT}${line}`]);
      await this.run(line);
      isTypedAhead = true;
    }
    this.running = undefined;
    this.editor.resume();
  }

  private async run(line: string): Promise<void> {
    const { endpoint } = this.dependencies.controller;
    if (!endpoint) return this.editor.print(['Not connected.']);
    const { signal } = (this.running = new AbortController());
    const onWait = (holder: PrintHolder | undefined): void => this.editor.print([waitingFor(holder)]);
    try {
      await endpoint.terminal(line, { timeout_ms: SILENCE_MS, owner: this.owner, signal, onWait });
    } catch (error) {
      if (error === GIVEN_UP) return;
      if (!isVescError(error)) throw error;
      const isSilence = error.code === 'no-answer';
      this.editor.print([isSilence ? '(nothing was printed)' : plain(error.message, LINE_LIMIT)]);
    }
  }

  /** Gives the prompt back. The firmware knows no way to end a command, so that goes on. */
  private interrupt(): void {
    if (!this.running) return;
    this.waiting.length = 0;
    this.running.abort(GIVEN_UP);
    this.editor.print(['(not waited for any more; what the command still prints appears here)']);
  }

  private async complete(): Promise<void> {
    const names = await this.names();
    const { insert, choices } = complete(names, this.editor.typed);
    if (insert === '' && choices.length === 0) this.dependencies.show(BELL);
    else if (choices.length > 0) this.editor.print(inColumns(choices));
    else this.editor.insert(insert);
  }

  /** The commands of the firmware that runs there, asked for once. */
  private names(): Promise<readonly string[]> {
    const { endpoint, identity } = this.dependencies.controller;
    if (this.known && this.known.of === identity) return this.known.names;
    if (!endpoint) return Promise.resolve([]);
    const names = endpoint.terminal('help', { timeout_ms: HELP_MS }).then(
      (prints) => parseHelp(prints).map(({ name }) => name),
      (error: unknown) => {
        if (!isVescError(error)) throw error;
        this.known = undefined;
        return [];
      },
    );
    this.known = { of: identity, names };
    return names;
  }
}

function waitingFor(holder: PrintHolder | undefined): string {
  if (!holder) return '(waiting: the controller is busy)';
  const { command, owner } = holder;
  return `(waiting: ${plain(command)} ${owner === undefined ? 'is being asked' : `runs in the terminal of ${owner}`})`;
}

function historyOf(memory: Memory): readonly string[] {
  const kept = memory.get(HISTORY_KEY);
  return Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : [];
}
