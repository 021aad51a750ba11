import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import { buildNotice } from '../views/messages';
import { connectTo } from './connect';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';

/**
 * Builds the chosen board and runs it in an emulated controller, or runs the image `file`. When it runs there already,
 * the new image takes the place of the old one: settings and bootloader stay.
 * @throws VescError of the build, of the image, and of the emulator
 */
export async function runInEmulator(shell: Shell, file?: vscode.Uri): Promise<Controller | undefined> {
  const image = file?.fsPath ?? (await buildImage(shell));
  if (image === undefined) return undefined;
  const { emulated, registry } = shell.core;
  const name = emulatedName(image, shell.settings().emulatedBootloader);
  const swapped = await emulated.swap(name);
  if (swapped) shell.log.info(`the emulated controller starts over with ${image}`);
  const known = registry.controllers.find(
    ({ address, canId }) => address.kind === 'emulated' && address.name === name && canId === undefined,
  );
  if (!known) return connectTo(shell, { kind: 'emulated', name });
  if (swapped) {
    vscode.window.setStatusBarMessage('$(circuit-board) The emulated controller starts over', STATUS_MS);
  }
  return known;
}

const STATUS_MS = 8000;

async function buildImage(shell: Shell): Promise<string | undefined> {
  const result = await buildChosenBoard(shell, vscode.ProgressLocation.Notification);
  if (!result) return undefined;
  if (result.ok && result.image !== undefined) return result.image;
  shell.notifier.show(buildNotice(result));
  return undefined;
}

/** What stands behind `emu:`: the image, with a motor where its board's measurements are known. */
function emulatedName(image: string, bootloader: string): string {
  if (bootloader === '') return `${image}?motor=auto`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '.';
  return `${image}?motor=auto&bootloader=${encodeURIComponent(path.resolve(folder, bootloader))}`;
}
