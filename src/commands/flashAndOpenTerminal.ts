import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { flash } from './flash';
import type { Shell } from './shell';

/**
 * Builds, flashes, and opens the terminal of the controller when the new firmware runs, or ran already.
 * @throws VescError
 */
export async function flashAndOpenTerminal(
  shell: Shell,
  target?: ControllerTarget,
): Promise<UpdateOutcome | undefined> {
  const result = await flash(shell, target);
  const { selected } = shell.core.registry;
  const controller = target?.controller ?? selected;
  if (controller && (result?.verdict === 'updated' || result?.verdict === 'already-running'))
    shell.terminals.show(controller);
  return result;
}
