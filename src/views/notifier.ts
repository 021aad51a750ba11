import * as vscode from 'vscode';
import { isVescError } from '../base/errors';
import type { CommandArguments, CommandName } from './commandNames';
import { errorNotice } from './messages';
import { type Action, ACTIONS, type Notice } from './notices';

/** What the buttons of one message do beyond what they always do. */
export type Handlers = Partial<Record<Action, () => unknown>>;

/** Shows messages and runs what their buttons say. Everything shown is also in the log. */
export class Notifier {
  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Shows `notice`; does not wait for anybody to read it. */
  show(notice: Notice, handlers: Handlers = {}): void {
    const { severity, text, actions } = notice;
    const titles = actions.map((action) => ACTIONS[action]);
    const shown = {
      information: () => vscode.window.showInformationMessage(text, ...titles),
      warning: () => vscode.window.showWarningMessage(text, ...titles),
      error: () => vscode.window.showErrorMessage(text, ...titles),
    }[severity]();
    this.log[severity === 'information' ? 'info' : severity === 'warning' ? 'warn' : 'error'](text);
    shown
      .then(async (title) => {
        const action = actions.find((each) => ACTIONS[each] === title);
        if (action !== undefined) await (handlers[action] ?? DEFAULTS[action])();
      })
      .then(undefined, (error: unknown) => this.fail(error));
  }

  /** Tells of a failure, whatever it is. */
  fail(error: unknown, handlers: Handlers = {}): void {
    this.show(errorNotice(error), handlers);
    if (isVescError(error) && error.code !== 'internal') this.log.debug(`code ${error.code}`, error.details);
    else this.log.error(error instanceof Error ? error : String(error));
  }
}

function command<C extends CommandName>(name: C, ...args: CommandArguments[C]): () => unknown {
  return () => vscode.commands.executeCommand(name, ...args);
}
const builtIn = (name: string) => (): unknown => vscode.commands.executeCommand(name);

const DEFAULTS: Record<Action, () => unknown> = {
  connect: command('vesc.connect'),
  simulate: command('vesc.startSimulatedController'),
  'open-folder': builtIn('workbench.action.files.openFolder'),
  trust: builtIn('workbench.trust.manage'),
  'select-board': command('vesc.selectBoard'),
  flash: command('vesc.flash'),
  'flash-file': command('vesc.flashFile'),
  'flash-again': command('vesc.flash'),
  'type-hardware': command('vesc.flash'),
  'flash-anyway': command('vesc.flash'),
  'prove-by-crc': command('vesc.flash'),
  'install-bootloader': command('vesc.installBootloader'),
  'restore-settings': command('vesc.restoreSettings'),
  'migrate-settings': command('vesc.restoreSettings'),
  problems: builtIn('workbench.actions.view.problems'),
  output: builtIn('workbench.action.terminal.focus'),
  log: command('vesc.openLog'),
  faults: command('vesc.showFaults'),
  fault: command('vesc.showFaults'),
  crash: command('vesc.showCrash'),
  line: command('vesc.showCrash'),
  'look-again': command('vesc.connect'),
  // Only where it is known whose inputs are meant.
  'allow-inputs': () => undefined,
  recover: command('vesc.recover'),
  'debug-emulator': command('vesc.debugInEmulator'),
  // Only where it is known whose prints are meant.
  'lisp-output': () => undefined,
};
