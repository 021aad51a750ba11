import type { UpdateOutcome } from '../update/verdict';
import type { ControllerTarget } from '../views/commandNames';
import { buildAndFlash } from './flash';
import type { Shell } from './shell';

/**
 * Builds, flashes, and opens the terminal of the controller when the new firmware runs, or ran already.
 * @throws VescError
 */
export async function flashAndOpenTerminal(
  shell: Shell,
  target?: ControllerTarget,
): Promise<UpdateOutcome | undefined> {
  const flashed = await buildAndFlash(shell, target);
  const verdict = flashed?.outcome.verdict;
  if (flashed && (verdict === 'updated' || verdict === 'already-running'))
    shell.terminals.show(flashed.controller);
  return flashed?.outcome;
}
