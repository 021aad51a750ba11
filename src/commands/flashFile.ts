import * as path from 'node:path';
import * as vscode from 'vscode';
import { readImage } from '../image/imageFile';
import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import { connect } from './connect';
import { readBytes } from './files';
import { flashController } from './flashController';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/**
 * Flashes an image file: the one it was called on in the explorer, else the one the user picks.
 * @throws VescError
 */
export async function flashFile(
  shell: Shell,
  target?: ControllerTarget | vscode.Uri,
): Promise<UpdateOutcome | undefined> {
  const isFile = target instanceof vscode.Uri;
  const known = isFile ? undefined : target?.controller;
  if (tellsBusy(shell, known ?? shell.core.registry.selected)) return undefined;
  const file = isFile ? target : await pickFile(shell);
  if (!file) return undefined;
  const image = readImage(await readBytes(file.fsPath), path.basename(file.fsPath));
  const controller = (await chooseController(shell, isFile ? undefined : target)) ?? (await connect(shell));
  return controller && flashController(shell, { controller, image, warnings: [] });
}

async function pickFile(shell: Shell): Promise<vscode.Uri | undefined> {
  const tree = await shell.workspace.tree();
  const files = await vscode.window.showOpenDialog({
    title: 'VESC: Flash image file',
    openLabel: 'Flash',
    filters: { 'Firmware image': ['bin', 'hex', 'elf'] },
    ...(tree ? { defaultUri: vscode.Uri.file(path.join(tree.root, 'build')) } : {}),
  });
  return files?.[0];
}
