import { isVescError, VescError } from '../base/errors';
import type { ControllerIdentity } from './controllerIdentity';
import { restartThroughBootloader, type RestartOptions } from './restart';
import { classifyReturn, readReturnEvidence } from './returnEvidence';
import type { TargetConnection } from './targetConnection';
import { keep } from './updateRecord';
import type { UpdaterDependencies } from './updater';
import { eraseStaging } from './upload';

/** One byte is enough to erase the first sector, and with it the header a bootloader looks at (facts 13). */
const PROBE_ERASE_B = 1;

/**
 * Finds out whether a controller has a bootloader, without danger to its firmware, and remembers the answer. With
 * an erased staging area a bootloader gives up at once; where there is none the watchdog brings the firmware back
 * (facts 13). Costs one restart: 6 s with a bootloader, up to a minute without.
 * @returns whether one answered
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
  const answers = classifyReturn(evidence) !== 'watchdog';
  const since = clock.date().toISOString();
  await keep(memory.remember(uuid, { bootloader: { state: answers ? 'answers' : 'missing', since } }));
  return answers;
}
