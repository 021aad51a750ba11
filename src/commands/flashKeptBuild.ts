import * as vscode from 'vscode';
import { readKeptImage } from '../build/keptImage';
import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { keptBuildRows } from '../views/keptBuildWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import { connect } from './connect';
import { flashController } from './flashController';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/**
 * Flashes a build that was made before and is kept, without building anything: the one called `buildId`, else the
 * one the user picks; the build before the one that runs is offered first.
 * @throws VescError `kept-build-unusable`, and those of the link
 */
export async function flashKeptBuild(
  shell: Shell,
  target?: ControllerTarget,
  buildId?: string,
): Promise<UpdateOutcome | undefined> {
  const controller = (await chooseController(shell, target)) ?? (await connect(shell));
  if (!controller || tellsBusy(shell, controller)) return undefined;
  const { identity } = controller;
  const rows = keptBuildRows(await shell.records.list(), identity?.hardware, identity?.firmware.buildId);
  if (rows.length === 0) {
    shell.notifier.show({
      severity: 'information',
      text: 'No build is kept yet. Every build that is made here is kept for a while, to be flashed again.',
      actions: ['flash'],
    });
    return undefined;
  }
  const row = buildId
    ? rows.find(({ build }) => build.buildId === buildId)
    : await vscode.window.showQuickPick(rows, {
        title: `VESC: Flash an earlier build on ${plain(controller.title)}`,
        placeHolder: 'The build to go back to',
        matchOnDescription: true,
        matchOnDetail: true,
      });
  if (!row || tellsBusy(shell, controller)) return undefined;
  const image = await readKeptImage(row.build, shell.host.files);
  return flashController(shell, { controller, image, warnings: [], board: row.build.board });
}
