import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { BootloaderResult } from '../update/bootloaderInstaller';
import { bootloaderProgress } from '../views/bootloaderChoice';
import type { ControllerTarget } from '../views/commandNames';
import { bootloaderNotice } from '../views/updateMessages';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import { pickBootloader } from './pickBootloader';
import type { Shell } from './shell';
import { tellsBusy, workOn } from './work';

const INSTALL = 'Install';
const INSTALL_TITLE = 'VESC: Install bootloader';

/**
 * Installs a bootloader on a controller.
 * @throws VescError of the link, or of a file that is no bootloader
 */
export async function installBootloader(
  shell: Shell,
  target?: ControllerTarget,
): Promise<BootloaderResult | undefined> {
  const controller = await chooseController(shell, target);
  return controller && installBootloaderOn(shell, controller);
}

/**
 * Lets the user pick a bootloader, installs it on `controller` and tells how that ended. Undefined when they changed
 * their mind.
 * @param flashAgain the update that waits for a bootloader
 * @throws VescError of the link, or of a file that is no bootloader
 */
export async function installBootloaderOn(
  shell: Shell,
  controller: Controller,
  flashAgain?: () => unknown,
): Promise<BootloaderResult | undefined> {
  if (tellsBusy(shell, controller)) return undefined;
  const picked = await pickBootloader(shell, INSTALL_TITLE);
  if (typeof picked !== 'object') return undefined;
  const { name, file, bytes: bootloader } = picked;
  if (!(await isConfirmed(controller, name)) || tellsBusy(shell, controller)) return undefined;
  const title = `Installing the bootloader of ${plain(controller.title)}`;
  shell.log.info(`${title} at ${formatPlace(controller)}: ${file}, ${bootloader.length} bytes`);
  const result = await workOn(shell, controller, title, ({ signal, report }) => {
    report({ message: 'Looking at the controller', fraction: 0, cancellable: true });
    return shell.core.registry.installBootloader(
      controller,
      { bootloader, name },
      { signal, onProgress: (step, fraction) => report(...bootloaderProgress(step, fraction)) },
    );
  });
  shell.log.info(`bootloader ${result.verdict}${result.error ? `, code ${result.error.code}` : ''}`);
  const next = flashAgain ? 'flash-again' : shell.workspace.knownTree ? 'flash' : 'flash-file';
  const call = (command: string) => () => vscode.commands.executeCommand(command, { controller });
  shell.notifier.show(bootloaderNotice(result, controller.title, next), {
    ...(flashAgain ? { 'flash-again': flashAgain } : {}),
    flash: call('vesc.flash'),
    'flash-file': call('vesc.flashFile'),
    'install-bootloader': () => installBootloaderOn(shell, controller, flashAgain),
  });
  return result;
}

async function isConfirmed(controller: Controller, name: string): Promise<boolean> {
  const where = `${plain(controller.title)} (${plain(formatPlace(controller), 200)})`;
  const detail =
    'Firmware and settings are not touched. The bootloader it has is erased, the new one is written, and the ' +
    'controller restarts once to show that it answers: about 10 s, or a minute when it does not. The motor must ' +
    'not turn, and the power must stay on.';
  const question = `Install ${plain(name)} as the bootloader of ${where}?`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, INSTALL)) === INSTALL;
}
