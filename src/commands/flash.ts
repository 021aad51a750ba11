import type { Controller } from '../controllers/controller';
import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { connect } from './connect';
import { chooseController } from './chooseController';
import { flashController } from './flashController';
import { buildImage } from './prepareBuild';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/**
 * The headline: builds the firmware of this workspace, puts it on the controller and proves that it runs there.
 * @throws VescError
 */
export async function flash(shell: Shell, target?: ControllerTarget): Promise<UpdateOutcome | undefined> {
  // What is known to be busy need not be built for.
  if (tellsBusy(shell, target?.controller ?? shell.core.registry.selected)) return undefined;
  const built = await buildImage(shell);
  if (!built) return undefined;
  const controller = (await chooseController(shell, target)) ?? (await connectFirst(shell));
  if (!controller) return undefined;
  return flashController(shell, { controller, ...built });
}

/** Without a controller the way to one is offered, with the simulated one in it. */
export async function connectFirst(shell: Shell): Promise<Controller | undefined> {
  return shell.core.registry.controllers.length === 0 ? connect(shell) : undefined;
}
