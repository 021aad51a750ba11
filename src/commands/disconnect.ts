import type { ControllerTarget } from '../views/commandNames';
import { chooseController } from './chooseController';
import { stopEmulator } from './runInEmulator';
import type { Shell } from './shell';

/** Lets go of a controller and its port; the port is not opened again by itself. */
export async function disconnect(shell: Shell, target?: ControllerTarget): Promise<void> {
  const controller = await chooseController(shell, target);
  if (!controller) return;
  const { address } = controller;
  if (address.kind === 'serial') await shell.known.remove(address.path);
  // Nobody would be left to talk to it, and it costs a quarter of a processor.
  if (address.kind === 'emulated') return stopEmulator(shell, { controller });
  shell.core.registry.disconnect(controller);
  shell.log.info(`disconnected from ${controller.title}`);
}
