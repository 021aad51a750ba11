import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import type { Core } from '../controllers/core';
import type { LispError } from '../protocol/lispErrors';
import { commandCall } from './commandNames';
import { ControllerTerminals } from './controllerTerminal';
import { FirmwarePrints, listenToLisp } from './firmwarePrints';
import type { Memory } from './knownPorts';
import { LispPrograms } from './lispPrograms';
import { lispLenses, lispStatus } from './lispWords';
import { formatOwner } from './printWords';
import { drawStatus } from './statusBar';
import { plain } from './text';

/** By name, because the language belongs to whichever extension brings one. */
const SOURCES: vscode.DocumentSelector = { scheme: 'file', pattern: '**/*.{lisp,lbm}' };
const PRIORITY = 46;
const LIMIT = 2000;

/** Everything of LispBM that a person sees: lenses, REPL, prints, errors at their lines, and how it does. */
export class LispView implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly lenses = new vscode.EventEmitter<void>();
  private readonly status: vscode.StatusBarItem;
  private readonly problems: vscode.DiagnosticCollection;
  private offered = '';
  readonly programs: LispPrograms;
  readonly repls: ControllerTerminals;
  readonly prints: FirmwarePrints;

  constructor(
    private readonly core: Core,
    memory: Memory,
  ) {
    const { clock, pool, registry } = core;
    const programs = (this.programs = this.owned.add(new LispPrograms(core)));
    this.repls = this.owned.add(
      new ControllerTerminals({
        name: (controller) => `LispBM ${formatOwner(controller)}`,
        icon: 'code',
        converse: async (controller, show) => {
          const { LispConversation } = await import('./lispConversation');
          return new LispConversation({ controller, pool, programs, clock, memory, show });
        },
      }),
    );
    this.prints = this.owned.add(
      new FirmwarePrints({
        pool,
        registry,
        clock,
        createLog: () => vscode.window.createOutputChannel('VESC LispBM', { log: true }),
        listen: listenToLisp,
      }),
    );
    this.problems = this.owned.add(vscode.languages.createDiagnosticCollection('vesc-lisp'));
    this.status = this.owned.add(
      vscode.window.createStatusBarItem('lisp', vscode.StatusBarAlignment.Left, PRIORITY),
    );
    this.status.name = 'VESC LispBM';
    this.status.command = 'vesc.openLispRepl';
    this.owned.add(this.lenses);
    this.owned.add(
      vscode.languages.registerCodeLensProvider(SOURCES, {
        onDidChangeCodeLenses: this.lenses.event,
        provideCodeLenses: (document) => this.lensesOf(document),
      }),
    );
    this.owned.add(registry.onChange(() => this.offer()));
    this.owned.add(programs.onChange(() => this.draw()));
  }

  dispose(): void {
    this.owned.dispose();
  }

  private lensesOf({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const { controllers, selected } = this.core.registry;
    const top = new vscode.Range(0, 0, 0, 0);
    return lispLenses(controllers, selected).map(({ title, command, tooltip }) => {
      const call =
        command === 'vesc.uploadLisp' ? commandCall(command, title, uri) : commandCall(command, title);
      return new vscode.CodeLens(top, { ...call, tooltip });
    });
  }

  /** Live values come four times a second and change nothing here. */
  private offer(): void {
    const { controllers, selected } = this.core.registry;
    const titles = lispLenses(controllers, selected)
      .map(({ title }) => title)
      .join();
    if (titles === this.offered) return;
    this.offered = titles;
    this.lenses.fire();
  }

  private draw(): void {
    const words = lispStatus(this.programs.running, this.core.registry.selected);
    if (words) {
      drawStatus(this.status, words);
      this.status.show();
    } else this.status.hide();
    this.problems.clear();
    for (const [file, errors] of this.programs.errors) {
      this.problems.set(vscode.Uri.file(file), errors.map(diagnostic));
    }
  }
}

/** The editor counts from 0. */
function diagnostic({ text, firstLine, lastLine, column }: LispError): vscode.Diagnostic {
  const first = Math.max(0, firstLine - 1);
  const start = Math.max(0, (column ?? 1) - 1);
  const range = new vscode.Range(first, start, Math.max(first, lastLine - 1), Number.MAX_SAFE_INTEGER);
  const shown = new vscode.Diagnostic(range, plain(text, LIMIT), vscode.DiagnosticSeverity.Error);
  shown.source = 'LispBM';
  return shown;
}
