import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import type { FaultTarget } from '../views/commandNames';
import { faultRows } from '../views/faultWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/**
 * Shows the fault it was called on. Otherwise it reads the faults of a controller and lists them, and shows the one
 * that is chosen.
 * @throws VescError of the link, `not-connected`
 */
export async function showFaults(shell: Shell, target?: FaultTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller) return;
  if (target?.fault) return (await shell.cards.get()).showFault(controller, target.fault);
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
    placeHolder: 'Choose one to see what it means and where the firmware raises it',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!pick) return;
  const { fault, record } = pick;
  await (await shell.cards.get()).showFault(controller, { fault, ...(record ? { record } : {}) });
}
