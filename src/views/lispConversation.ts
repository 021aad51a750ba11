import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import { LispRepl } from '../controllers/lispRepl';
import type { Session } from '../links/session';
import type { SessionPool } from '../links/sessionPool';
import { decodeLispPrint } from '../protocol/messages/codeStorage';
import type { Memory } from './knownPorts';
import { LineEditor } from './lineEditor';
import type { LispPrograms } from './lispPrograms';
import { printable } from './printWords';
import { plain } from './text';

const LINE_LIMIT = 4000;
const HISTORY_KEY = 'vesc.lispHistory';
const HISTORY_LENGTH = 200;
const PROMPT = '# ';

export interface LispConversationDependencies {
  readonly controller: Controller;
  readonly pool: Pick<SessionPool, 'find'>;
  readonly programs: LispPrograms;
  readonly clock: Clock;
  /** What is remembered of this workspace. */
  readonly memory: Memory;
  /** Puts text on the screen. */
  readonly show: (text: string) => void;
}

/**
 * The REPL of LispBM on one controller: what is typed is evaluated there, and all that LispBM prints stands here,
 * because prints do not tell what they answer.
 */
export class LispConversation implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly editor: LineEditor;
  private readonly repl: LispRepl;
  private given = new AbortController();
  private session: Session | undefined;
  private listening: Disposable | undefined;

  constructor(private readonly dependencies: LispConversationDependencies) {
    const { clock, memory, show } = dependencies;
    this.repl = new LispRepl(clock);
    const kept = memory.get(HISTORY_KEY);
    const history = Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : [];
    this.editor = new LineEditor(
      PROMPT,
      {
        show,
        enter: (line) => void this.enter(line.trim()),
        interrupt: () => this.interrupt(),
        remember: (lines) => void memory.update(HISTORY_KEY, lines.slice(-HISTORY_LENGTH)),
      },
      history,
    );
  }

  /** Greets, and listens from now on. */
  open(): void {
    const { controller } = this.dependencies;
    this.editor.print([
      `LispBM on ${plain(controller.title)} at ${plain(formatPlace(controller), 200)}`,
      'Type an expression, or :help. Evaluating lets a stopped program go on.',
    ]);
    this.owned.add(controller.onChange(() => this.listen()));
    this.listen();
  }

  input(data: string): void {
    this.editor.input(data);
  }

  dispose(): void {
    this.given.abort();
    this.listening?.dispose();
    this.owned.dispose();
  }

  /** After a restart of the controller its prints come over another session. */
  private listen(): void {
    const { controller, pool } = this.dependencies;
    const session = controller.endpoint ? pool.find(controller.address) : undefined;
    if (session === this.session) return;
    const isFirst = this.session === undefined && this.listening === undefined;
    this.listening?.dispose();
    this.session = session;
    this.listening = session?.onPacket((payload) => {
      const text = decodeLispPrint(payload);
      if (text !== undefined) this.editor.print(printable(text));
    }) ?? { dispose: () => undefined };
    if (!isFirst) this.editor.print([session ? '(connected again)' : '(connection lost)']);
  }

  private async enter(line: string): Promise<void> {
    this.editor.draw();
    if (line === '') return;
    const { controller, programs } = this.dependencies;
    const { endpoint } = controller;
    if (!endpoint) return this.editor.print(['Not connected.']);
    const { watch } = programs.of(controller);
    const { signal } = this.given;
    try {
      // Reading the statistics would let it go on at once.
      if (line.startsWith(':pause')) await watch.pause();
      await this.repl.send(endpoint, line, signal);
      if (startsLisp(line)) watch.start();
    } catch (error) {
      if (signal.aborted) return;
      if (!isVescError(error)) throw error;
      this.editor.print([plain(error.message, LINE_LIMIT)]);
    }
  }

  /** What was typed ahead is not sent any more; what is evaluated cannot be called back. */
  private interrupt(): void {
    this.given.abort();
    this.given = new AbortController();
  }
}

/** The firmware lets LispBM go on after an expression; of its commands only these do (facts 2.8). */
function startsLisp(line: string): boolean {
  return !line.startsWith(':') || /^:(?:continue|reset|undef)\b/.test(line);
}
