import { pauseLisp, requireLisp } from '../controllers/lispProgram';
import type { ControllerTarget } from '../views/commandNames';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';
import { lispHost } from './uploadLisp';
import { tellsBusy } from './work';

/**
 * Makes LispBM on a controller stand still.
 * @returns true when it does
 * @throws VescError `not-connected`, `no-lispbm`, `lisp-not-stopped`, and those of the link
 */
export async function stopLisp(shell: Shell, target?: ControllerTarget): Promise<boolean | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller || tellsBusy(shell, controller)) return undefined;
  const host = lispHost(controller);
  const { endpoint } = shell.core.registry.accessTo(controller);
  const { programs } = await shell.lisp.get();
  await programs.of(controller).watch.pause();
  await requireLisp(endpoint, host);
  await pauseLisp(endpoint, host);
  shell.notifier.show({
    severity: 'information',
    text:
      `LispBM on ${plain(controller.title)} stands still. It goes on when an expression is evaluated, and starts ` +
      'again with an upload or when the controller restarts.',
    actions: [],
  });
  return true;
}
