import * as path from 'node:path';
import * as vscode from 'vscode';
import { isVescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { readImage } from '../image/imageFile';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { isTurning } from '../update/standstill';
import { plain } from '../views/text';
import { readBytes } from './files';
import { flashController } from './flashController';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';

const ATTEMPTS = 3;
/**
 * Builds what was saved and flashes it on the selected controller without a question.
 * @returns why it was held back, in words; undefined when it was flashed or runs already
 */
export async function flashSaved(shell: Shell): Promise<string | undefined> {
  const controller = shell.core.registry.selected;
  if (!controller) return 'no controller is selected';
  if (!(await shell.workspace.chosenBoard())) return 'no board is chosen';
  try {
    const result = await buildChosenBoard(shell, vscode.ProgressLocation.Window, { saves: false });
    if (!result?.ok || result.image === undefined) return 'the build failed';
    const held = await heldBack(controller);
    if (held !== undefined) return held;
    if (result.buildId !== undefined && controller.identity?.firmware.buildId === result.buildId)
      return undefined;
    const image = readImage(await readBytes(result.image), path.basename(result.image));
    await flashController(shell, {
      controller,
      image,
      warnings: result.warnings,
      board: result.board,
      isQuiet: true,
    });
    return undefined;
  } catch (error) {
    if (isVescError(error, 'build-cancelled')) return 'the build was stopped';
    shell.notifier.fail(error);
    return 'it failed';
  }
}

/** Why this controller must not be flashed now. The update itself looks again, immediately before it writes. */
async function heldBack(controller: Controller): Promise<string | undefined> {
  const title = plain(controller.title);
  const { endpoint, state } = controller;
  if (!endpoint || state !== 'connected') return `${title} does not answer`;
  const request = getValuesSelective(['erpm', 'duty']);
  const values = await endpoint.request(request, { attempts: ATTEMPTS });
  return isTurning(values) ? `the motor of ${title} turns` : undefined;
}
