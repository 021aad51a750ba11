import { isVescError, VescError } from '../base/errors';
import type { ControllerIdentity } from './controllerIdentity';
import { restartThroughBootloader, type RestartOptions } from './restart';
import { classifyReturn, readReturnEvidence, type ReturnKind } from './returnEvidence';
import type { TargetConnection } from './targetConnection';
import { keep } from './updateRecord';
import type { UpdaterDependencies } from './updater';
import { eraseStaging } from './upload';

/** One byte is enough to erase the first sector, and with it the header a bootloader looks at (facts 13). */
const PROBE_ERASE_B = 1;

/** What a return tells of a bootloader that had nothing to copy. What tells nothing is not remembered. */
const KNOWN: Readonly<Partial<Record<ReturnKind, 'answers' | 'missing'>>> = {
  'gave-up': 'answers',
  watchdog: 'missing',
};

/**
 * Finds out whether a controller has a bootloader, without danger to its firmware, and remembers the answer. With
 * an erased staging area a bootloader gives up at once; where there is none the watchdog brings the firmware back
 * (facts 13). Costs one restart: 6 s with a bootloader, up to a minute without.
 * @returns false when it is known that there is none
 * @throws VescError `probe-silent` when the controller does not come back, and those of the restart
 */
export async function probeBootloader(
  dependencies: UpdaterDependencies,
  connection: TargetConnection,
  controller: ControllerIdentity,
  options: Pick<RestartOptions, 'motors' | 'signal' | 'onProgress'>,
): Promise<boolean> {
  const { memory, clock } = dependencies;
  const { uuid } = controller;
  options.onProgress(0);
  await eraseStaging(connection.endpoint, PROBE_ERASE_B, options.signal);
  const returned = await restartThroughBootloader(dependencies, connection, uuid, {
    ...options,
    cancellable: true,
  }).catch((error: unknown) => {
    if (!isVescError(error, 'lost')) throw error;
    throw new VescError('probe-silent', error.details, { cause: error });
  });
  const evidence = await readReturnEvidence(connection.endpoint, clock, returned);
  const state = KNOWN[classifyReturn(evidence)];
  const since = clock.date().toISOString();
  if (state) await keep(memory.remember(uuid, { bootloader: { state, since } }));
  return state !== 'missing';
}
