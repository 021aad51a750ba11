import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/** Opens a terminal to LispBM on a controller. */
export async function openLispRepl(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (controller) (await shell.lisp.get()).repls.show(controller);
}
