import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import type { Shell } from './shell';

/** Shows what a controller measures, as curves. */
export async function openLiveData(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (controller) (await shell.livePanels.get()).show(controller);
}
