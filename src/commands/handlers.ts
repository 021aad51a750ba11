import type { CommandArguments, CommandName } from '../views/commandNames';
import { build, rebuild } from './build';
import { clean } from './clean';
import { connect } from './connect';
import { debugInEmulator } from './debugInEmulator';
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
import { runInEmulator, stopEmulator, swapImage } from './runInEmulator';
import { saveSettings } from './saveSettings';
import { scan } from './scan';
import { selectBoard } from './selectBoard';
import { selectController } from './selectController';
import { setUpDebugging } from './setUpDebugging';
import { showCommits } from './showCommits';
import { showCrash } from './showCrash';
import { showFaults } from './showFaults';
import { startSimulatedController } from './startSimulatedController';
import { stopLisp } from './stopLisp';
import { stopMotor } from './stopMotor';
import { uploadLisp } from './uploadLisp';
import type { Shell } from './shell';

/** What runs when a command is called. What it returns is for those who call it from code. */
export type Handler<C extends CommandName> = (shell: Shell, ...args: CommandArguments[C]) => unknown;

/** What the commands do. Loaded when the first of them is called: an editor that starts needs none of it. */
export const HANDLERS: { readonly [C in CommandName]: Handler<C> } = {
  'vesc.flash': flash,
  'vesc.flashBus': flashBus,
  'vesc.flashFile': flashFile,
  'vesc.build': (shell) => build(shell),
  'vesc.clean': clean,
  'vesc.selectBoard': selectBoard,
  'vesc.selectController': selectController,
  'vesc.connect': connect,
  'vesc.disconnect': disconnect,
  'vesc.refresh': refresh,
  'vesc.showFaults': showFaults,
  'vesc.showCrash': showCrash,
  'vesc.reboot': reboot,
  'vesc.openTerminal': openTerminal,
  'vesc.startSimulatedController': startSimulatedController,
  'vesc.runInEmulator': runInEmulator,
  'vesc.swapImage': swapImage,
  'vesc.debugInEmulator': debugInEmulator,
  'vesc.stopEmulator': stopEmulator,
  'vesc.openLog': openLog,
  'vesc.installBootloader': installBootloader,
  'vesc.saveSettings': saveSettings,
  'vesc.restoreSettings': restoreSettings,
  'vesc.openSettings': openSettings,
  'vesc.compareSettings': compareSettings,
  'vesc.importSettings': importSettings,
  'vesc.exportSettings': exportSettings,
  'vesc.rename': rename,
  'vesc.scan': scan,
  'vesc.rebuild': rebuild,
  'vesc.flashAndOpenTerminal': flashAndOpenTerminal,
  'vesc.flashKeptBuild': flashKeptBuild,
  'vesc.showCommits': showCommits,
  'vesc.openLiveData': openLiveData,
  'vesc.stopMotor': stopMotor,
  'vesc.recover': recover,
  'vesc.setUpDebugging': setUpDebugging,
  'vesc.uploadLisp': uploadLisp,
  'vesc.stopLisp': stopLisp,
  'vesc.openLispRepl': openLispRepl,
};
