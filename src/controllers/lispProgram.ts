import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { lispReadCode, lispSetRunning } from '../protocol/messages/codeStorage';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import { atLeast } from '../protocol/version';
import { storeCode, type WriteHooks } from '../settings/storedCode';

/** Whose LispBM it is. */
export type LispHost = Pick<FirmwareVersion, 'hardware' | 'hardwareType' | 'major' | 'minor'>;

/** LispBM has no flags among those stored with the code (facts 9.1). */
const FLAGS = 0;
/** Pausing waits up to 2 s for the evaluator; a start may erase a sector (facts 3.1). */
const RUN = { timeout_ms: 8000, attempts: 2 } as const;

/**
 * Refuses firmware without LispBM, before anything on it is changed.
 * @throws VescError `no-lispbm`, and those of the link
 */
export async function requireLisp(endpoint: Endpoint, host: LispHost, signal?: AbortSignal): Promise<void> {
  const { hardware, hardwareType } = host;
  const options = { attempts: 2, ...(signal ? { signal } : {}) };
  const isOld = hardwareType === 'vesc' && !atLeast(host, 6, 0);
  const answer = isOld
    ? undefined
    : await silenceIs(endpoint.request(lispReadCode(1, 0), options), undefined);
  if (answer) return;
  // Silent may also be who is not there any more.
  await endpoint.request(fwVersion(), options);
  throw new VescError('no-lispbm', { hardware });
}

/**
 * Stores packed code and reads it back; it runs after {@link runLisp}.
 * @returns false when it was stored already
 * @throws VescError `no-lispbm`, `lisp-upload-cancelled`, `code-storage-failed`, and those of the link
 */
export async function uploadLisp(
  endpoint: Endpoint,
  host: LispHost,
  code: Uint8Array,
  hooks: WriteHooks = {},
): Promise<boolean> {
  let isErased = false;
  try {
    await requireLisp(endpoint, host, hooks.signal);
    return await storeCode(endpoint, 'lisp', code, FLAGS, {
      ...hooks,
      onProgress: (step, fraction) => {
        isErased = true;
        hooks.onProgress?.(step, fraction);
      },
    });
  } catch (error) {
    if (!hooks.signal?.aborted || (isVescError(error) && error !== hooks.signal.reason)) throw error;
    throw new VescError('lisp-upload-cancelled', { isErased }, { cause: error });
  }
}

/** Starts the stored code from its beginning. @throws VescError `lisp-not-started`, and those of the link */
export async function runLisp(endpoint: Endpoint, { hardware }: LispHost): Promise<void> {
  if (!(await endpoint.request(lispSetRunning(true), RUN)))
    throw new VescError('lisp-not-started', { hardware });
}

/**
 * Makes the program stand still. Reading the statistics, or evaluating an expression, lets it go on (facts 14).
 * @throws VescError `lisp-not-stopped`, and those of the link
 */
export async function pauseLisp(endpoint: Endpoint, { hardware }: LispHost): Promise<void> {
  if (!(await endpoint.request(lispSetRunning(false), RUN)))
    throw new VescError('lisp-not-stopped', { hardware });
}
