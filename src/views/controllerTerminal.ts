import * as vscode from 'vscode';
import type { Disposable } from '../base/disposable';
import type { Controller } from '../controllers/controller';
import type { SessionPool } from '../links/sessionPool';
import type { Memory } from './knownPorts';
import { formatOwner } from './printWords';

/** What happens in a terminal; its text goes to the `show` it was made with. */
export interface Conversation extends Disposable {
  open(): void;
  input(data: string): void;
}

/** A kind of terminal that controllers have. */
export interface TerminalKind {
  readonly name: (controller: Controller) => string;
  readonly icon: string;
  readonly converse: (controller: Controller, show: (text: string) => void) => Promise<Conversation>;
}

/** The terminals of the firmware's own commands. */
export function commandTerminals(pool: Pick<SessionPool, 'find'>, memory: Memory): TerminalKind {
  return {
    name: (controller) => `VESC ${formatOwner(controller)}`,
    icon: 'circuit-board',
    converse: async (controller, show) => {
      const { TerminalConversation } = await import('./terminalConversation');
      return new TerminalConversation({ controller, pool, memory, show });
    },
  };
}

/** A terminal of a controller: what is typed runs there, what it prints for that stands here. */
export class ControllerTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly conversation: Promise<Conversation>;
  readonly onDidWrite = this.writes.event;

  constructor(controller: Controller, { converse }: TerminalKind) {
    this.conversation = converse(controller, (text) => this.writes.fire(text));
  }

  open(): void {
    void this.conversation.then((conversation) => conversation.open());
  }

  close(): void {
    void this.conversation.then((conversation) => conversation.dispose());
    this.writes.dispose();
  }

  handleInput(data: string): void {
    void this.conversation.then((conversation) => conversation.input(data));
  }
}

/** One terminal of a kind a controller: asking again shows the one that is open. */
export class ControllerTerminals implements vscode.Disposable {
  private readonly open = new Map<Controller, vscode.Terminal>();
  private readonly closing: vscode.Disposable;

  constructor(private readonly kind: TerminalKind) {
    this.closing = vscode.window.onDidCloseTerminal((terminal) => {
      for (const [controller, other] of this.open) if (other === terminal) this.open.delete(controller);
    });
  }

  show(controller: Controller): vscode.Terminal {
    let terminal = this.open.get(controller);
    if (!terminal) {
      terminal = vscode.window.createTerminal({
        name: this.kind.name(controller),
        pty: new ControllerTerminal(controller, this.kind),
        iconPath: new vscode.ThemeIcon(this.kind.icon),
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
