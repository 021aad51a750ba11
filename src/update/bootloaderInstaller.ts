import { isVescError, VescError } from '../base/errors';
import { checkBootloader } from '../image/bootloaderFile';
import type { Endpoint } from '../links/endpoint';
import type { LinkAddress } from '../links/link';
import { formatLinkAddress } from '../links/linkAddress';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { eraseBootloader, writeBootloader } from '../protocol/messages/update';
import { findSecondMotor } from '../settings/secondMotor';
import { probeBootloader } from './bootloaderProbe';
import { type ControllerIdentity, identifyController } from './controllerIdentity';
import type { JournalEntry } from './journal';
import { checkController, checkState } from './preflight';
import { TargetConnection } from './targetConnection';
import { keep, unwritable } from './updateRecord';
import type { UpdaterDependencies, UpdateTarget } from './updater';
import { UploadWindow } from './uploadWindow';
import { ERASE_ATTEMPTS, ERASE_TIMEOUT_MS, isUnreachable, writeFlash } from './upload';

const IDENTIFY = { timeout_ms: 1000, attempts: 3 } as const;

/** What the installation of a bootloader came to; exactly one ends it. */
export interface BootloaderResult {
  /**
   * `installed`: a probe was answered by it. `not-taken`: it was written, but does not answer. `refused`: nothing was
   * erased. `interrupted`: erased or half written; the firmware runs, and the installation must be repeated.
   */
  readonly verdict: 'installed' | 'not-taken' | 'refused' | 'interrupted';
  readonly controller: ControllerIdentity;
  readonly error?: VescError;
  /** Where the controller was last reached; a USB port may have another name after a restart. */
  readonly address: LinkAddress;
}

export interface BootloaderRequest {
  readonly target: UpdateTarget;
  /** What goes to 0x080E0000; see `readBootloader`. */
  readonly bootloader: Uint8Array;
  /** Name of its file, for messages. */
  readonly name: string;
}

/** What is done after the last moment to cancel, in this order. */
export const BOOTLOADER_STEPS = [
  'Erasing the old bootloader',
  'Writing the bootloader',
  'Starting the bootloader to see that it answers',
] as const;
export type BootloaderStep = (typeof BOOTLOADER_STEPS)[number];
const [ERASE, WRITE, PROBE] = BOOTLOADER_STEPS;

export interface BootloaderHooks {
  /** Cancels; heeded until the old bootloader is erased. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: BootloaderStep, fraction: number) => void;
}

type Outcome = Pick<BootloaderResult, 'verdict' | 'error'>;

/**
 * Writes a bootloader into its own sector and proves that it answers (design 4.4, facts 3.7 D). The application is
 * not touched: whatever happens here, the firmware runs on.
 * @throws VescError of the link when the controller cannot be reached in the first place; `cancelled`
 */
export async function installBootloader(
  dependencies: UpdaterDependencies,
  request: BootloaderRequest,
  hooks: BootloaderHooks = {},
): Promise<BootloaderResult> {
  const signal = hooks.signal ?? new AbortController().signal;
  try {
    return await lookAndInstall(dependencies, request, { ...hooks, signal });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new VescError('cancelled', { work: 'The installation' }, { cause: error });
  }
}

async function lookAndInstall(
  dependencies: UpdaterDependencies,
  request: BootloaderRequest,
  hooks: BootloaderHooks & { readonly signal: AbortSignal },
): Promise<BootloaderResult> {
  const { signal } = hooks;
  const connection = await TargetConnection.open(dependencies.pool, request.target, signal);
  try {
    const controller = await identifyController(connection.endpoint, { ...IDENTIFY, signal });
    const refused = (error: VescError): BootloaderResult => ({
      verdict: 'refused',
      error,
      controller,
      address: connection.address,
    });
    const [wrong] = [...checkController(controller), ...checkBootloader(request.bootloader, request.name)];
    if (wrong) return refused(wrong);
    const second = await findSecondMotor(connection, controller.uuid, signal);
    const motors = (): Endpoint[] =>
      second === undefined ? [connection.endpoint] : [connection.endpoint, connection.node(second)];
    const problem = await findProblem(motors());
    signal.throwIfAborted();
    if (problem) return refused(problem);
    const outcome = await replaceBootloader(dependencies, connection, controller, request, motors, hooks);
    return { ...outcome, controller, address: connection.address };
  } finally {
    connection.dispose();
  }
}

async function findProblem(motors: readonly Endpoint[]): Promise<VescError | undefined> {
  for (const motor of motors) {
    const values = await motor.request(getValuesSelective(['erpm', 'duty', 'voltage_V', 'fault']), IDENTIFY);
    const [problem] = checkState(values);
    if (problem) return problem;
  }
  return undefined;
}

async function replaceBootloader(
  dependencies: UpdaterDependencies,
  connection: TargetConnection,
  controller: ControllerIdentity,
  { bootloader, name, target }: BootloaderRequest,
  motors: () => readonly Endpoint[],
  { onProgress }: BootloaderHooks,
): Promise<Outcome> {
  const { journal, memory, clock } = dependencies;
  const { uuid, hardware } = controller;
  const earlier = await journal.unfinishedUpdate(uuid);
  const entry: JournalEntry = {
    uuid,
    hardware,
    state: 'bootloader',
    since: clock.date().toISOString(),
    image: name,
    address: formatLinkAddress(target.address),
    ...(earlier ? { earlier } : {}),
  };
  await journal.write(entry).catch(unwritable);
  await keep(memory.remember(uuid, { bootloader: { state: 'unknown' } }));
  // A sector without a bootloader is the one state to get out of: from here nothing is cancelled.
  const steadfast = new AbortController().signal;
  try {
    onProgress?.(ERASE, 0);
    const erase = { timeout_ms: ERASE_TIMEOUT_MS, attempts: ERASE_ATTEMPTS };
    const erased = await connection.endpoint.request(eraseBootloader(), erase);
    if (!erased) throw new VescError('bootloader-erase-refused', {});
    await writeFlash(connection.endpoint, writeBootloader, bootloader, {
      clock,
      window: new UploadWindow({ first: 1, most: 1 }),
      signal: steadfast,
      onProgress: (sent_B) => onProgress?.(WRITE, sent_B / bootloader.length),
    });
    const answers = await probeBootloader(dependencies, connection, controller, {
      motors,
      signal: steadfast,
      onProgress: (fraction) => onProgress?.(PROBE, fraction),
    });
    // What an update before this owes is still owed.
    await keep(earlier ? journal.write(earlier) : journal.clear(uuid));
    if (answers) return { verdict: 'installed' };
    return { verdict: 'not-taken', error: new VescError('bootloader-silent', { name }) };
  } catch (error) {
    if (!isVescError(error)) throw error;
    const cause = isUnreachable(error)
      ? new VescError('bootloader-half-written', { reason: error.happened }, { cause: error })
      : error;
    return { verdict: 'interrupted', error: cause };
  }
}
