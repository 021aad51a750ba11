import type { Controller } from '../controllers/controller';
import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { connect } from './connect';
import { chooseController } from './chooseController';
import { flashController } from './flashController';
import { buildImage } from './prepareBuild';
import type { Shell } from './shell';
import { tellsBusy } from './work';

/** What was flashed, and how that ended. */
export interface Flashed {
  readonly controller: Controller;
  readonly outcome: UpdateOutcome;
}

/**
 * The headline: builds the firmware of this workspace, puts it on the controller and proves that it runs there.
 * @throws VescError
 */
export async function flash(shell: Shell, target?: ControllerTarget): Promise<UpdateOutcome | undefined> {
  return (await buildAndFlash(shell, target))?.outcome;
}

/**
 * As {@link flash}, and tells which controller that was.
 * @throws VescError
 */
export async function buildAndFlash(shell: Shell, target?: ControllerTarget): Promise<Flashed | undefined> {
  const { registry } = shell.core;
  // Meant is the one that is selected now, whichever is selected when the build is done.
  const chosen = await chooseController(shell, target);
  if (!chosen && registry.controllers.length > 0) return undefined;
  // What is known to be busy need not be built for.
  if (tellsBusy(shell, chosen)) return undefined;
  const built = await buildImage(shell);
  if (!built) return undefined;
  const controller = chosen ?? (await chooseController(shell, undefined)) ?? (await connectFirst(shell));
  if (!controller) return undefined;
  const outcome = await flashController(shell, { controller, ...built });
  return outcome && { controller, outcome };
}

/** Without a controller the way to one is offered, with the simulated one in it. */
export async function connectFirst(shell: Shell): Promise<Controller | undefined> {
  return shell.core.registry.controllers.length === 0 ? connect(shell) : undefined;
}
