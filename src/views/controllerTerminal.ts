import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import type { SessionPool } from '../links/sessionPool';
import type { Memory } from './knownPorts';
import { formatOwner, TerminalConversation } from './terminalConversation';

/** The controller's own terminal: what is typed runs there, what it prints for that stands here. */
export class ControllerTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly conversation: TerminalConversation;
  readonly onDidWrite = this.writes.event;

  constructor(controller: Controller, pool: Pick<SessionPool, 'find'>, memory: Memory) {
    const show = (text: string): void => this.writes.fire(text);
    this.conversation = new TerminalConversation({ controller, pool, memory, show });
  }

  open(): void {
    this.conversation.open();
  }

  close(): void {
    this.conversation.dispose();
    this.writes.dispose();
  }

  handleInput(data: string): void {
    this.conversation.input(data);
  }
}

/** One terminal a controller: asking again shows the one that is open. */
export class ControllerTerminals implements vscode.Disposable {
  private readonly open = new Map<Controller, vscode.Terminal>();
  private readonly closing: vscode.Disposable;

  constructor(
    private readonly pool: SessionPool,
    private readonly memory: Memory,
  ) {
    this.closing = vscode.window.onDidCloseTerminal((terminal) => {
      for (const [controller, other] of this.open) if (other === terminal) this.open.delete(controller);
    });
  }

  show(controller: Controller): vscode.Terminal {
    let terminal = this.open.get(controller);
    if (!terminal) {
      terminal = vscode.window.createTerminal({
        name: `VESC ${formatOwner(controller)}`,
        pty: new ControllerTerminal(controller, this.pool, this.memory),
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
