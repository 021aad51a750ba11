import { VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { fwVersion } from '../protocol/messages/identity';
import { takeSnapshot } from '../settings/settingsReader';
import type { ControllerIdentity } from '../update/controllerIdentity';
import type { ControllerTarget } from '../views/commandNames';
import { contentWords, type FoundSnapshot } from '../views/snapshotWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';
import { tellsBusy, type WorkHooks, workOn } from './work';

const VERSION = { timeout_ms: 1000, attempts: 3 } as const;

/**
 * Saves the settings and the stored code of a controller; they can be restored from there.
 * @throws VescError of the link, `not-connected`, `not-a-motor-controller`, `snapshot-failed`, `data-unwritable`
 */
export async function saveSettings(
  shell: Shell,
  target?: ControllerTarget,
): Promise<FoundSnapshot | undefined> {
  const controller = await chooseController(shell, target);
  if (!controller || tellsBusy(shell, controller)) return undefined;
  const identity = requireSettings(controller);
  const title = plain(controller.title);
  const saved = await workOn(shell, controller, `Saving the settings of ${title}`, (hooks) =>
    saveSnapshot(shell, controller, identity, hooks).catch((error: unknown) => {
      if (hooks.signal.aborted) return undefined;
      throw error;
    }),
  );
  if (!saved) return undefined;
  shell.notifier.show({
    severity: 'information',
    text: `${title}: ${contentWords(saved.snapshot)} saved. VESC: Restore settings brings them back.`,
    actions: ['log'],
  });
  shell.log.info(`saved as ${saved.path}`);
  return saved;
}

/**
 * Who `controller` is, when it is one that has settings.
 * @throws VescError `not-connected`, `not-a-motor-controller`
 */
export function requireSettings({ identity, title }: Controller): ControllerIdentity {
  if (!identity) throw new VescError('not-connected', { what: title });
  const { hardware, hardwareType } = identity;
  if (hardwareType !== 'vesc') {
    throw new VescError('not-a-motor-controller', { hardware, hardwareType, wanted: 'settings' });
  }
  return identity;
}

/** Reads what is on the controller and keeps it. @throws VescError */
export async function saveSnapshot(
  { core }: Shell,
  controller: Controller,
  { firmware }: ControllerIdentity,
  { signal, report }: WorkHooks,
): Promise<FoundSnapshot> {
  const access = core.registry.accessTo(controller);
  const version = await access.endpoint.request(fwVersion(), { ...VERSION, signal });
  const snapshot = await takeSnapshot(access, version, {
    clock: core.clock,
    commit: firmware.commit,
    signal,
    onProgress: (what, fraction) => report({ message: `Saving ${what}`, fraction, cancellable: true }),
  });
  try {
    return { path: await core.snapshots.save(snapshot), snapshot };
  } catch (error) {
    throw new VescError('data-unwritable', { reason: (error as Error).message }, { cause: error });
  }
}
