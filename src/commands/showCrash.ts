import { VescError } from '../base/errors';
import { formatVersion } from '../protocol/version';
import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/**
 * Reads why a controller started last, and shows the line at which it crashed.
 * @throws VescError of the link, `not-connected`, `no-crash-record`
 */
export async function showCrash(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller) return;
  // What was read when it was connected is true until it starts again.
  if (!controller.crashDiag) await controller.readCrash();
  if (!controller.crashDiag) {
    const { hardware, firmware } = controller.identity!;
    throw new VescError('no-crash-record', { hardware, version: formatVersion(firmware) });
  }
  await (await shell.cards.get()).showCrash(controller);
}
