import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import type { CommandArguments, CommandName } from '../views/commandNames';
import { untrustedNotice } from '../views/messages';
import { build, rebuild } from './build';
import { clean } from './clean';
import { connect } from './connect';
import { disconnect } from './disconnect';
import { flash } from './flash';
import { flashAndOpenTerminal } from './flashAndOpenTerminal';
import { flashBus } from './flashBus';
import { flashFile } from './flashFile';
import { flashKeptBuild } from './flashKeptBuild';
import { installBootloader } from './installBootloader';
import { openLispRepl } from './openLispRepl';
import { openLiveData } from './openLiveData';
import { openLog } from './openLog';
import { compareSettings, exportSettings, importSettings, openSettings } from './openSettings';
import { openTerminal } from './openTerminal';
import { reboot } from './reboot';
import { recover } from './recover';
import { refresh } from './refresh';
import { rename } from './rename';
import { restoreSettings } from './restoreSettings';
import { debugInEmulator } from './debugInEmulator';
import { runInEmulator, stopEmulator, swapImage } from './runInEmulator';
import { saveSettings } from './saveSettings';
import { scan } from './scan';
import { selectBoard } from './selectBoard';
import { selectController } from './selectController';
import { setUpDebugging } from './setUpDebugging';
import type { Shell } from './shell';
import { showCommits } from './showCommits';
import { showCrash } from './showCrash';
import { showFaults } from './showFaults';
import { startSimulatedController } from './startSimulatedController';
import { stopLisp } from './stopLisp';
import { stopMotor } from './stopMotor';
import { uploadLisp } from './uploadLisp';

/** What runs when a command is called. What it returns is for those who call it from code. */
type Handler<C extends CommandName> = (shell: Shell, ...args: CommandArguments[C]) => unknown;

interface Entry<C extends CommandName> {
  readonly enabled: Handler<C>;
  /** Instead of `enabled` while `isDisabled`: explains why nothing happens and what to do. */
  readonly disabled?: {
    readonly when: (shell: Shell, ...args: CommandArguments[C]) => boolean;
    readonly handler: Handler<C>;
  };
}

const nothingConnected = {
  when: (shell: Shell, target?: unknown) =>
    target === undefined && shell.core.registry.controllers.length === 0,
  handler: (shell: Shell) => shell.notifier.fail(new VescError('not-connected', { what: 'any controller' })),
};
const untrusted = {
  when: () => !vscode.workspace.isTrusted,
  handler: (shell: Shell) => shell.notifier.show(untrustedNotice),
};

/** Every command there is. All of them exist at all times and say so themselves when they can do nothing. */
const COMMANDS: { readonly [C in CommandName]: Entry<C> } = {
  'vesc.flash': { enabled: flash, disabled: untrusted },
  'vesc.flashBus': { enabled: flashBus, disabled: untrusted },
  'vesc.flashFile': { enabled: flashFile },
  'vesc.build': { enabled: (shell) => build(shell), disabled: untrusted },
  'vesc.clean': { enabled: clean, disabled: untrusted },
  'vesc.selectBoard': { enabled: selectBoard },
  'vesc.selectController': { enabled: selectController },
  'vesc.connect': { enabled: connect },
  'vesc.disconnect': { enabled: disconnect, disabled: nothingConnected },
  'vesc.refresh': { enabled: refresh, disabled: nothingConnected },
  'vesc.showFaults': { enabled: showFaults, disabled: nothingConnected },
  'vesc.showCrash': { enabled: showCrash, disabled: nothingConnected },
  'vesc.reboot': { enabled: reboot, disabled: nothingConnected },
  'vesc.openTerminal': { enabled: openTerminal, disabled: nothingConnected },
  'vesc.startSimulatedController': { enabled: startSimulatedController },
  'vesc.runInEmulator': {
    enabled: runInEmulator,
    disabled: { when: (_shell, file) => file === undefined && untrusted.when(), handler: untrusted.handler },
  },
  'vesc.swapImage': { enabled: swapImage, disabled: untrusted },
  'vesc.debugInEmulator': { enabled: debugInEmulator, disabled: untrusted },
  'vesc.stopEmulator': { enabled: stopEmulator },
  'vesc.openLog': { enabled: openLog },
  'vesc.installBootloader': { enabled: installBootloader, disabled: nothingConnected },
  'vesc.saveSettings': { enabled: saveSettings, disabled: nothingConnected },
  'vesc.restoreSettings': { enabled: restoreSettings, disabled: nothingConnected },
  'vesc.openSettings': { enabled: openSettings, disabled: nothingConnected },
  'vesc.compareSettings': { enabled: compareSettings, disabled: nothingConnected },
  'vesc.importSettings': { enabled: importSettings, disabled: nothingConnected },
  'vesc.exportSettings': { enabled: exportSettings, disabled: nothingConnected },
  'vesc.rename': { enabled: rename, disabled: nothingConnected },
  'vesc.scan': { enabled: scan, disabled: nothingConnected },
  'vesc.rebuild': { enabled: rebuild, disabled: untrusted },
  'vesc.flashAndOpenTerminal': { enabled: flashAndOpenTerminal, disabled: untrusted },
  'vesc.flashKeptBuild': { enabled: flashKeptBuild },
  'vesc.showCommits': { enabled: showCommits, disabled: untrusted },
  'vesc.openLiveData': { enabled: openLiveData, disabled: nothingConnected },
  'vesc.stopMotor': { enabled: stopMotor, disabled: nothingConnected },
  'vesc.recover': { enabled: recover },
  'vesc.setUpDebugging': { enabled: setUpDebugging },
  'vesc.uploadLisp': {
    enabled: uploadLisp,
    // A file alone says not where it shall go.
    disabled: { ...nothingConnected, when: (shell) => nothingConnected.when(shell) },
  },
  'vesc.stopLisp': { enabled: stopLisp, disabled: nothingConnected },
  'vesc.openLispRepl': { enabled: openLispRepl, disabled: nothingConnected },
};

/** Registers them all. What goes wrong in one is told to the user, and the command then returns nothing. */
export function registerCommands(shell: Shell): vscode.Disposable[] {
  const register = <C extends CommandName>(name: C): vscode.Disposable => {
    const { enabled, disabled }: Entry<C> = COMMANDS[name];
    return vscode.commands.registerCommand(name, async (...given: unknown[]) => {
      const args = given as CommandArguments[C];
      shell.log.debug(`command ${name}`);
      try {
        return await (disabled?.when(shell, ...args) ? disabled.handler : enabled)(shell, ...args);
      } catch (error) {
        shell.notifier.fail(error);
        return undefined;
      }
    });
  };
  return (Object.keys(COMMANDS) as CommandName[]).map(register);
}
