import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import { COMMAND_NAMES, type CommandArguments, type CommandName } from '../views/commandNames';
import { untrustedNotice } from '../views/messages';
import type { Handler } from './handlers';
import type { Shell } from './shell';

/** Instead of the command while `when` holds: explains why nothing happens and what to do. */
interface Refusal<C extends CommandName> {
  readonly when: (shell: Shell, ...args: CommandArguments[C]) => boolean;
  readonly explain: Handler<C>;
}

const nothingConnected = {
  when: (shell: Shell, target?: unknown) =>
    target === undefined && shell.core.registry.controllers.length === 0,
  explain: (shell: Shell) => shell.notifier.fail(new VescError('not-connected', { what: 'any controller' })),
};
const untrusted = {
  when: () => !vscode.workspace.isTrusted,
  explain: (shell: Shell) => shell.notifier.show(untrustedNotice),
};

/** All commands exist at all times and say so themselves when they can do nothing; those that always can have none. */
const REFUSALS: { readonly [C in CommandName]?: Refusal<C> } = {
  'vesc.flash': untrusted,
  'vesc.flashBus': untrusted,
  'vesc.build': untrusted,
  'vesc.clean': untrusted,
  'vesc.disconnect': nothingConnected,
  'vesc.refresh': nothingConnected,
  'vesc.showFaults': nothingConnected,
  'vesc.showCrash': nothingConnected,
  'vesc.reboot': nothingConnected,
  'vesc.openTerminal': nothingConnected,
  'vesc.runInEmulator': {
    when: (_shell, file) => file === undefined && untrusted.when(),
    explain: untrusted.explain,
  },
  'vesc.swapImage': untrusted,
  'vesc.debugInEmulator': untrusted,
  'vesc.installBootloader': nothingConnected,
  'vesc.saveSettings': nothingConnected,
  'vesc.restoreSettings': nothingConnected,
  'vesc.openSettings': nothingConnected,
  'vesc.compareSettings': nothingConnected,
  'vesc.importSettings': nothingConnected,
  'vesc.exportSettings': nothingConnected,
  'vesc.rename': nothingConnected,
  'vesc.scan': nothingConnected,
  'vesc.rebuild': untrusted,
  'vesc.flashAndOpenTerminal': untrusted,
  'vesc.showCommits': untrusted,
  'vesc.openLiveData': nothingConnected,
  'vesc.stopMotor': nothingConnected,
  'vesc.uploadLisp': { ...nothingConnected, when: (shell) => nothingConnected.when(shell) },
  'vesc.stopLisp': nothingConnected,
  'vesc.openLispRepl': nothingConnected,
};

/** Registers them all. What goes wrong in one is told to the user, and the command then returns nothing. */
export function registerCommands(shell: Shell): vscode.Disposable[] {
  const register = <C extends CommandName>(name: C): vscode.Disposable => {
    const refusal: Refusal<C> | undefined = REFUSALS[name];
    return vscode.commands.registerCommand(name, async (...given: unknown[]) => {
      const args = given as CommandArguments[C];
      shell.log.debug(`command ${name}`);
      try {
        if (refusal?.when(shell, ...args)) return await refusal.explain(shell, ...args);
        const { HANDLERS } = await import('./handlers');
        const handler: Handler<C> = HANDLERS[name];
        return await handler(shell, ...args);
      } catch (error) {
        shell.notifier.fail(error);
        return undefined;
      }
    });
  };
  return COMMAND_NAMES.map(register);
}
