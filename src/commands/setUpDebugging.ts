import * as path from 'node:path';
import * as vscode from 'vscode';
import { isVescError, VescError } from '../base/errors';
import { ADAPTERS } from '../recovery/openocd/adapters';
import { withDebugEntry } from '../views/launchFile';
import type { Shell } from './shell';
import { buildChosenBoard } from './prepareBuild';

const EXTENSION = 'marus25.cortex-debug';
const SVD_FILES = '**/STM32F405*.svd';

/**
 * Writes an entry for Cortex-Debug into launch.json of the folder of the tree, and shows it: the ELF of the chosen
 * board, OpenOCD with the first kind of adapter, ChibiOS. It attaches; what runs is brought there by flashing.
 * @throws VescError
 */
export async function setUpDebugging(shell: Shell): Promise<vscode.Uri | undefined> {
  const tree = await shell.workspace.requireTree();
  const built = await buildChosenBoard(shell, vscode.ProgressLocation.Notification);
  if (!built) return undefined;
  if (built.elf === undefined) throw new VescError('build-failed', { board: built.board, errors: 0 });
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(tree.root));
  const root = folder?.uri.fsPath ?? tree.root;
  const within = (file: string): string => {
    const relative = path.relative(root, file);
    return relative.startsWith('..') ? file : `\${workspaceFolder}/${relative.replaceAll('\\', '/')}`;
  };
  const [svd] = await vscode.workspace.findFiles(SVD_FILES, '**/node_modules/**', 1);
  const { openocdPath } = shell.settings();
  const file = vscode.Uri.file(path.join(root, '.vscode', 'launch.json'));
  const text = withDebugEntry(await readText(file), {
    board: built.board,
    elf: within(built.elf),
    adapterConfiguration: ADAPTERS[0]!.configuration,
    openocd: openocdPath === '' ? undefined : openocdPath,
    svd: svd && within(svd.fsPath),
  });
  // An editor may have it open with changes of its own: they were read, and are kept.
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(file, { ignoreIfExists: true });
  await vscode.workspace.applyEdit(edit);
  const document = await vscode.workspace.openTextDocument(file);
  const all = new vscode.Range(0, 0, document.lineCount, 0);
  const change = new vscode.WorkspaceEdit();
  change.replace(file, all, text);
  await vscode.workspace.applyEdit(change);
  await document.save();
  await vscode.window.showTextDocument(document);
  shell.notifier.show({
    severity: 'information',
    text:
      `launch.json has "VESC: debug ${built.board}" now: press F5 with an ST-Link attached. For another adapter ` +
      `change its first configFiles entry.${vscode.extensions.getExtension(EXTENSION) ? '' : ' It needs the extension Cortex-Debug.'}`,
    actions: ['log'],
  });
  return file;
}

async function readText(file: vscode.Uri): Promise<string | undefined> {
  try {
    return (await vscode.workspace.openTextDocument(file)).getText();
  } catch (error) {
    if (isVescError(error)) throw error;
    return undefined;
  }
}
