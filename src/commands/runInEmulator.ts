import * as path from 'node:path';
import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatEmulatedName } from '../controllers/emulatedName';
import type { ControllerTarget } from '../views/commandNames';
import { emulatorTrouble } from '../views/emulatorWords';
import { buildNotice } from '../views/messages';
import { connectTo } from './connect';
import { chooseEmulated, type EmulatedTarget } from './emulatedTarget';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/**
 * Builds the chosen board and runs it in an emulated controller, or runs the image `file`. When it runs there already,
 * the new image takes the place of the old one: settings and bootloader stay.
 * @throws VescError of the build, of the image, and of the emulator
 */
export async function runInEmulator(shell: Shell, file?: vscode.Uri): Promise<Controller | undefined> {
  const image = file?.fsPath ?? (await buildImage(shell));
  return image === undefined ? undefined : runImage(shell, image);
}

/**
 * Builds the chosen board and puts it into an emulated controller that runs, without its bootloader's help: settings
 * and bootloader stay.
 * @throws VescError of the build, and of the image
 */
export async function swapImage(shell: Shell, target?: ControllerTarget): Promise<Controller | undefined> {
  const emulated = await requireEmulated(shell, target);
  if (tellsBusy(shell, emulated.controller)) return undefined;
  const image = await buildImage(shell);
  if (image === undefined || tellsBusy(shell, emulated.controller)) return undefined;
  await swapIn(shell, emulated.controller, emulated.name, image);
  return emulated.controller;
}

/** Lets go of an emulated controller, and ends it; what is in its flash is kept. */
export async function stopEmulator(shell: Shell, target?: ControllerTarget): Promise<void> {
  const emulated = await requireEmulated(shell, target);
  if (tellsBusy(shell, emulated.controller)) return;
  shell.core.registry.disconnect(emulated.controller);
  await shell.core.emulated.stop(emulated.name);
  shell.log.info(`stopped the emulated controller ${emulated.name}`);
}

async function requireEmulated(shell: Shell, target: ControllerTarget | undefined): Promise<EmulatedTarget> {
  const emulated = await chooseEmulated(shell, target);
  if (!emulated) throw new VescError('not-connected', { what: 'any emulated controller' });
  return emulated;
}

/** Starts the image with what its flash held before, or puts it in place of the one that runs. */
async function runImage(shell: Shell, image: string): Promise<Controller | undefined> {
  const name = emulatedName(image, shell.settings().emulatedBootloader);
  const { emulated, registry } = shell.core;
  const running = registry.controllers.find(
    ({ address }) => address.kind === 'emulated' && address.name === name,
  );
  if (tellsBusy(shell, running)) return undefined;
  await swapIn(shell, running, name, image);
  const controller = await connectTo(shell, { kind: 'emulated', name }, { keeps: true });
  const status = controller && emulated.statusOf(controller.address);
  const trouble = status && emulatorTrouble(status);
  if (controller && controller.state !== 'connected' && controller.state !== 'connecting') {
    registry.select(controller);
    const { words, cause, next } = trouble ?? {
      words: 'does not answer',
      cause: controller.problem?.message ?? '',
      next: 'It is tried again. Debug in emulator shows where its program is.',
    };
    shell.notifier.show({
      severity: 'warning',
      text: `${path.basename(image)} in the emulator: ${words}. ${cause} ${next}`,
      actions: ['debug-emulator', 'log'],
    });
  }
  return controller;
}

const STATUS_MS = 8000;

/**
 * Puts `image` in place of what runs, if anything does, and asks again who is there: another build has another identity.
 * @param controller as which it is connected
 */
async function swapIn(
  shell: Shell,
  controller: Controller | undefined,
  name: string,
  image: string,
): Promise<void> {
  const { emulated, registry } = shell.core;
  const swap = (): Promise<boolean> => emulated.swap(name, image);
  if (!(await (controller ? registry.lend(controller, swap) : swap()))) return;
  shell.log.info(`the emulated controller starts over with ${image}`);
  vscode.window.setStatusBarMessage('$(circuit-board) The emulated controller starts over', STATUS_MS);
}

async function buildImage(shell: Shell): Promise<string | undefined> {
  const result = await buildChosenBoard(shell, vscode.ProgressLocation.Notification);
  if (!result) return undefined;
  if (result.ok && result.image !== undefined) return result.image;
  shell.notifier.show(buildNotice(result));
  return undefined;
}

/** What stands behind `emu:`: the image, with a motor where its board's measurements are known. */
function emulatedName(image: string, bootloader: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '.';
  return formatEmulatedName(image, {
    motor: 'auto',
    ...(bootloader === '' ? {} : { bootloader: path.resolve(folder, bootloader) }),
  });
}
