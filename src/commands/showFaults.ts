import * as path from 'node:path';
import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import { faultCatalogue } from '../protocol/faults';
import type { ControllerTarget } from '../views/commandNames';
import { type FaultRow, faultRows } from '../views/faultWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/**
 * Reads the faults of a controller and lists them; choosing one leads to where the firmware raises it.
 * @throws VescError of the link, `not-connected`
 */
export async function showFaults(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller) return;
  if (!controller.endpoint) throw new VescError('not-connected', { what: controller.title });
  const history = await controller.readFaults();
  void shell.tree.revealFaults(controller);
  const rows = faultRows(controller.activeFault, history);
  if (rows.length === 0) {
    return shell.notifier.show({
      severity: 'information',
      text: `${plain(controller.title)} has had no fault since its start.`,
      actions: [],
    });
  }
  const pick = await vscode.window.showQuickPick(rows, {
    title: `Faults of ${plain(controller.title)} since its start, the latest first`,
    placeHolder: 'Choose one to see where the firmware raises it',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (pick) await openSource(shell, pick);
}

async function openSource(shell: Shell, { fault }: FaultRow): Promise<void> {
  const tree = await shell.workspace.tree();
  const sources = faultCatalogue.find((entry) => entry.name === fault)?.source ?? [];
  for (const source of tree ? sources : []) {
    const uri = vscode.Uri.file(path.join(tree!.root, source));
    const document = await vscode.workspace.openTextDocument(uri).then(undefined, () => undefined);
    const at = document?.getText().indexOf(fault) ?? -1;
    if (!document || at < 0) continue;
    const position = document.positionAt(at);
    await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
    return;
  }
  shell.notifier.show({
    severity: 'information',
    text: `Where ${plain(fault)} is raised cannot be shown: it is in ${plain(sources.join(', ')) || 'no known file'} of the firmware, which is not open here.`,
    actions: [],
  });
}
