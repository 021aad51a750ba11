import type { Controller } from '../controllers/controller';
import { allowInputs, type StopOutcome, stopMotors, type StopTarget } from '../controllers/motorStop';
import type { ControllerTarget } from '../views/commandNames';
import { stopNotice } from '../views/stopWords';
import type { Shell } from './shell';

/**
 * Stops every motor of every controller that is connected, or of one link when called on a controller. Nothing is
 * asked, and it works during an update, too.
 */
export async function stopMotor(shell: Shell, target?: ControllerTarget): Promise<readonly StopOutcome[]> {
  shell.livePanels.made?.endTests('stopped');
  const { registry, pool, clock } = shell.core;
  const chosen = target?.controller;
  const controllers = registry.controllers.filter(
    (each) => !chosen || each === chosen || each.nodes?.includes(chosen),
  );
  const outcomes = await Promise.all(
    controllers.map(async (controller): Promise<StopOutcome[]> => {
      const targets = stopTargets(controller);
      const session = pool.find(controller.address);
      if (session) return stopMotors(session, targets, clock);
      const reason = controller.state === 'updating' ? RESTARTING : 'it is not connected.';
      return targets.map((each) => ({ ...each, state: 'unreached', reason }));
    }),
  );
  const all = outcomes.flat();
  if (all.length === 0) return all;
  const notice = stopNotice(all);
  shell.notifier.show(notice, { 'allow-inputs': () => allowAll(shell, controllers) });
  return all;
}

const RESTARTING =
  'it restarts for its update: while its bootloader works its firmware does not, and nothing drives the motor.';

/** A controller and those behind it. What is not known yet may be one with a motor. */
function stopTargets(controller: Controller): StopTarget[] {
  return [controller, ...(controller.nodes ?? [])]
    .filter(({ identity }) => !identity || identity.hardwareType === 'vesc')
    .map(({ title, canId }) => ({ name: title, canId }));
}

async function allowAll({ core }: Shell, controllers: readonly Controller[]): Promise<void> {
  for (const { address } of controllers) {
    const session = core.pool.find(address);
    if (session) await allowInputs(session);
  }
}
