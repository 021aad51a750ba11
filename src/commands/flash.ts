import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { isVescError, VescError } from '../base/errors';
import { readImage } from '../image/imageFile';
import type { UpdateResult } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { buildNotice } from '../views/messages';
import { connect } from './connect';
import { chooseController } from './chooseController';
import { flashController } from './flashController';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';

/**
 * The headline: builds the firmware of this workspace, puts it on the controller and proves that it runs there.
 * @throws VescError
 */
export async function flash(shell: Shell, target?: ControllerTarget): Promise<UpdateResult | undefined> {
  if (tellsBusy(shell)) return undefined;
  const result = await buildChosenBoard(shell, vscode.ProgressLocation.Notification);
  if (!result) return undefined;
  if (!result.ok || result.image === undefined) {
    shell.notifier.show(buildNotice(result));
    return undefined;
  }
  for (const warning of result.warnings) shell.log.warn(warning);
  const image = readImage(await readBytes(result.image), path.basename(result.image));
  const controller = (await chooseController(shell, target)) ?? (await connectFirst(shell));
  if (!controller) return undefined;
  const update = await flashController(shell, { controller, image, warnings: result.warnings });
  if (update && (update.verdict === 'updated' || update.verdict === 'already-running')) {
    await shell.core.registry.rememberBoard(controller, result.board);
    if (update.buildId !== undefined) await shell.records.markFlashed(update.buildId);
  }
  return update;
}

/** Without a controller the way to one is offered, with the simulated one in it. */
async function connectFirst(shell: Shell) {
  return shell.core.registry.controllers.length === 0 ? connect(shell) : undefined;
}

/** One update goes on at a time; a second one is told so. */
export function tellsBusy(shell: Shell): boolean {
  if (!shell.flashing.progress) return false;
  shell.notifier.show({
    severity: 'information',
    text: 'An update is under way; it goes on undisturbed. Start the next one when it is over.',
    actions: [],
  });
  return true;
}

/** @throws VescError `file-unreadable` */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isVescError(error)) throw error;
    throw new VescError('file-unreadable', { path: file, reason: (error as Error).message });
  }
}
