import * as vscode from 'vscode';
import type { BuildResult } from '../build/buildResult';
import { buildNotice } from '../views/messages';
import { plain } from '../views/text';
import { buildChosenBoard } from './prepareBuild';
import type { Shell } from './shell';

const STOP = 'Stop build';
const STATUS_MS = 8000;

/**
 * Builds the chosen board; while a build runs, offers to stop it.
 * @throws VescError
 */
export async function build(
  shell: Shell,
  task: 'build' | 'rebuild' = 'build',
): Promise<BuildResult | undefined> {
  const { running } = shell.builds;
  if (running) {
    const answer = await vscode.window.showInformationMessage(`Building ${plain(running.board)}.`, STOP);
    if (answer === STOP) shell.builds.cancel();
    return undefined;
  }
  const result = await buildChosenBoard(shell, vscode.ProgressLocation.Window, { task });
  if (!result) return undefined;
  const notice = buildNotice(result);
  // A good build is seen in the status bar; only what needs a person is put in front of one.
  if (notice.severity === 'error') shell.notifier.show(notice);
  else {
    // Warnings stand in the terminal: there is room for them.
    const { text } = buildNotice({ ...result, warnings: [] });
    vscode.window.setStatusBarMessage(`$(check) ${text}`, STATUS_MS);
  }
  return result;
}

/**
 * Compiles every file of the chosen board again; what was built of other boards stays.
 * @throws VescError
 */
export async function rebuild(shell: Shell): Promise<BuildResult | undefined> {
  return build(shell, 'rebuild');
}
