import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/** Opens the terminal of a controller. */
export async function openTerminal(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (controller) shell.terminals.show(controller);
}
