import * as vscode from 'vscode';
import { VescError } from '../base/errors';
import { reboot as rebootPayload } from '../protocol/messages/identity';
import { isTurning } from '../update/standstill';
import { getValuesSelective } from '../protocol/messages/telemetry';
import type { ControllerTarget } from '../views/commandNames';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/**
 * Restarts a controller. A turning motor would lose its control, so that is refused.
 * @throws VescError of the link, `motor-turning`, `not-connected`
 */
export async function reboot(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller) return;
  const { endpoint, title } = controller;
  if (!endpoint) throw new VescError('not-connected', { what: title });
  if (controller.identity?.hardwareType === 'vesc') {
    const { erpm = 0, duty = 0 } = await endpoint.request(getValuesSelective(['erpm', 'duty']));
    if (isTurning({ erpm, duty })) throw new VescError('motor-turning', { erpm: Math.round(erpm), duty });
  }
  await endpoint.send(rebootPayload());
  shell.log.info(`rebooted ${title}`);
  vscode.window.setStatusBarMessage(`$(sync) ${plain(title)} restarts`, 4000);
}
