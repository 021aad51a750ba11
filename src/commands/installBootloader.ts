import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import { checkBootloader, readBootloader } from '../image/bootloaderFile';
import type { BootloaderResult } from '../update/bootloaderInstaller';
import {
  BOOTLOADER_FILES,
  bootloaderProgress,
  type BootloaderRow,
  bootloaderRows,
} from '../views/bootloaderChoice';
import type { ControllerTarget } from '../views/commandNames';
import { bootloaderNotice } from '../views/messages';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import { readBytes } from './files';
import type { Shell } from './shell';
import { tellsBusy, workOn } from './work';

const INSTALL = 'Install';
const FOLDER_KEY = 'vesc.bootloaderFolder';
const MOST_FILES = 20;

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
  const file = await pickFile(shell);
  if (file === undefined) return undefined;
  const name = path.basename(file);
  const bootloader = readBootloader(await readBytes(file), name);
  // Nobody shall have to confirm what cannot be done.
  const [problem] = checkBootloader(bootloader, name);
  if (problem) throw problem;
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

/** What looks like a bootloader in the workspace is offered; else any file. */
async function pickFile(shell: Shell): Promise<string | undefined> {
  const found = await vscode.workspace.findFiles(BOOTLOADER_FILES, '**/node_modules/**', MOST_FILES);
  const files = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  if (files.length === 0) return browse(shell);
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const rows: (vscode.QuickPickItem & BootloaderRow)[] = bootloaderRows(files, folders);
  const pick = await vscode.window.showQuickPick(rows, {
    title: 'VESC: Install bootloader',
    placeHolder: 'The bootloader for this hardware, or the generic one',
    matchOnDescription: true,
  });
  return pick && (pick.path ?? browse(shell));
}

async function browse({ remembered }: Shell): Promise<string | undefined> {
  const folder = remembered.get(FOLDER_KEY);
  const files = await vscode.window.showOpenDialog({
    title: 'VESC: Install bootloader',
    openLabel: INSTALL,
    filters: { Bootloader: ['bin', 'hex', 'elf'] },
    ...(typeof folder === 'string' ? { defaultUri: vscode.Uri.file(folder) } : {}),
  });
  const file = files?.[0]?.fsPath;
  if (file !== undefined) await remembered.update(FOLDER_KEY, path.dirname(file));
  return file;
}
