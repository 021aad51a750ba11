import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { Session } from '../links/session';
import type { SessionPool } from '../links/sessionPool';
import { LineEditor } from './lineEditor';
import { plain } from './text';

const LINE_LIMIT = 4000;
/** Commands that print nothing are common; nobody waits long for one. */
const SILENCE_MS = 3000;

/** The controller's own terminal: what is typed runs there, what it prints stands here, whoever asked for it. */
export class ControllerTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly owned = new DisposableStore();
  private session: { readonly of: Session; readonly listener: Disposable } | undefined;
  private readonly editor: LineEditor;
  readonly onDidWrite = this.writes.event;

  constructor(
    private readonly controller: Controller,
    private readonly pool: Pick<SessionPool, 'find'>,
  ) {
    this.editor = new LineEditor('> ', {
      show: (text) => this.writes.fire(text),
      enter: (line) => void this.run(line.trim()),
    });
  }

  open(): void {
    this.editor.print([
      `${plain(this.controller.title)} at ${plain(formatPlace(this.controller), 200)}`,
      'Type help for the commands of its firmware.',
    ]);
    this.owned.add(this.controller.onChange(() => this.listen()));
    this.listen();
  }

  close(): void {
    this.session?.listener.dispose();
    this.owned.dispose();
    this.writes.dispose();
  }

  handleInput(data: string): void {
    this.editor.input(data);
  }

  /** After a restart of the controller its prints come over another session. */
  private listen(): void {
    const session = this.controller.endpoint ? this.pool.find(this.controller.address) : undefined;
    if (session === this.session?.of) return;
    const before = this.session;
    before?.listener.dispose();
    this.session = session && {
      of: session,
      listener: session.onPrint((text) => this.editor.print(printable(text))),
    };
    if (before) this.editor.print([session ? '(connected again)' : '(connection lost)']);
  }

  private async run(line: string): Promise<void> {
    if (line === '') return this.editor.draw();
    const { endpoint } = this.controller;
    if (!endpoint) return this.editor.print(['Not connected.']);
    try {
      await endpoint.terminal(line, { timeout_ms: SILENCE_MS });
    } catch (error) {
      if (!isVescError(error)) throw error;
      const isSilence = error.code === 'no-answer';
      this.editor.print([isSilence ? '(nothing was printed)' : plain(error.message, LINE_LIMIT)]);
    }
  }
}

/** What the firmware prints, without anything that would move the cursor or colour the screen. */
function printable(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, (each) => (each === '\t' ? '  ' : '')));
}

/** One terminal a controller: asking again shows the one that is open. */
export class ControllerTerminals implements vscode.Disposable {
  private readonly open = new Map<Controller, vscode.Terminal>();
  private readonly closing: vscode.Disposable;

  constructor(private readonly pool: SessionPool) {
    this.closing = vscode.window.onDidCloseTerminal((terminal) => {
      for (const [controller, other] of this.open) if (other === terminal) this.open.delete(controller);
    });
  }

  show(controller: Controller): vscode.Terminal {
    let terminal = this.open.get(controller);
    if (!terminal) {
      terminal = vscode.window.createTerminal({
        name: `VESC ${plain(controller.title)}`,
        pty: new ControllerTerminal(controller, this.pool),
        iconPath: new vscode.ThemeIcon('circuit-board'),
        isTransient: true,
      });
      this.open.set(controller, terminal);
    }
    terminal.show();
    return terminal;
  }

  dispose(): void {
    this.closing.dispose();
    for (const terminal of this.open.values()) terminal.dispose();
  }
}
