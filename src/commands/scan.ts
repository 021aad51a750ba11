import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import type { ControllerTarget } from '../views/commandNames';
import { count, plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/**
 * Finds the other controllers on the CAN bus.
 * @throws VescError of the link
 */
export async function scan(
  shell: Shell,
  target?: ControllerTarget,
): Promise<readonly Controller[] | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller) return undefined;
  const title = `Scanning the CAN bus of ${plain(controller.title)} (about 3 s)`;
  const nodes = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title },
    () => shell.core.registry.scan(controller),
  );
  shell.log.info(`CAN bus of ${controller.title}: ${count(nodes.length, 'other controller')}`);
  if (nodes.length === 0) {
    shell.notifier.show({
      severity: 'information',
      text:
        `No other controller answers on the CAN bus of ${plain(controller.title)}. Check the wiring, the ` +
        'termination, the baud rate, and that the others have power.',
      actions: [],
    });
  }
  return nodes;
}
