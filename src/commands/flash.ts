import * as path from 'node:path';
import * as vscode from 'vscode';
import { readImage } from '../image/imageFile';
import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { buildNotice } from '../views/messages';
import { connect } from './connect';
import { chooseController } from './chooseController';
import { flashController } from './flashController';
import { readBytes } from './files';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/**
 * The headline: builds the firmware of this workspace, puts it on the controller and proves that it runs there.
 * @throws VescError
 */
export async function flash(shell: Shell, target?: ControllerTarget): Promise<UpdateOutcome | undefined> {
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
  return flashController(shell, { controller, image, warnings: result.warnings, board: result.board });
}

/** Without a controller the way to one is offered, with the simulated one in it. */
async function connectFirst(shell: Shell) {
  return shell.core.registry.controllers.length === 0 ? connect(shell) : undefined;
}
