import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Board } from '../build/boards';
import type { BuildResult } from '../build/buildResult';
import type { FirmwareTree } from '../build/firmwareTree';
import { type Image, readImage } from '../image/imageFile';
import { boardWord } from '../views/firmwareWorkspace';
import { buildNotice } from '../views/messages';
import { plain } from '../views/text';
import { readBytes } from './files';
import { selectBoard } from './selectBoard';
import type { Shell } from './shell';

const FULL = 100;

export interface BuildHow {
  /** `rebuild` compiles every file again. */
  readonly task?: 'build' | 'rebuild';
  /** False: what is not saved stays so, and is not built. */
  readonly saves?: boolean;
}

/**
 * Saves what was changed in the tree and builds its chosen board as a task; asks for a board when none is chosen.
 * Undefined when the user changed their mind.
 * @param location where its progress shows: a notification can be cancelled, the status bar disturbs nobody
 * @throws VescError
 */
export async function buildChosenBoard(
  shell: Shell,
  location: vscode.ProgressLocation.Notification | vscode.ProgressLocation.Window,
  { task = 'build', saves = true }: BuildHow = {},
): Promise<BuildResult | undefined> {
  const tree = await shell.workspace.requireTree();
  const board: Board | undefined = (await shell.workspace.chosenBoard()) ?? (await selectBoard(shell));
  if (!board) return undefined;
  if (saves) await saveChanges(tree);
  const title = `Building ${plain(board.name)}`;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    token.onCancellationRequested(() => shell.builds.cancel());
    let before = 0;
    const listener = shell.builds.onChange(() => {
      const { done = 0, total, file = '' } = shell.builds.running?.progress ?? {};
      if (done === before || done === 0) return;
      const increment = total === undefined ? {} : { increment: ((done - before) / total) * FULL };
      progress.report({
        message: `${done}${total === undefined ? '' : `/${total}`} ${plain(file)}`,
        ...increment,
      });
      before = done;
    });
    try {
      return await shell.tasks.build(boardWord(board), task);
    } finally {
      listener.dispose();
    }
  });
}

/** What was built to be flashed. */
export interface BuiltImage extends Pick<BuildResult, 'warnings' | 'board'> {
  readonly image: Image;
}

/**
 * Builds what is to be flashed; undefined when there is nothing to flash, which the user has been told then.
 * @throws VescError
 */
export async function buildImage(shell: Shell): Promise<BuiltImage | undefined> {
  const result = await buildChosenBoard(shell, vscode.ProgressLocation.Notification);
  if (!result) return undefined;
  const { ok, image, warnings, board } = result;
  if (!ok || image === undefined) {
    shell.notifier.show(buildNotice(result));
    return undefined;
  }
  for (const warning of warnings) shell.log.warn(warning);
  return { image: readImage(await readBytes(image), path.basename(image)), warnings, board };
}

/** Saves the changed files of the tree, and no others. */
async function saveChanges(tree: FirmwareTree): Promise<void> {
  const inTree = (file: string): boolean => {
    const relative = path.relative(tree.root, file);
    return !relative.startsWith('..') && !path.isAbsolute(relative);
  };
  for (const document of vscode.workspace.textDocuments)
    if (document.isDirty && document.uri.scheme === 'file' && inTree(document.uri.fsPath))
      await document.save();
}
