import { isVescError, VescError } from '../base/errors';
import { findController } from '../links/finder';
import type { FirmwareVersion } from '../protocol/messages/identity';
import { type Jump, readUptime, type TargetConnection } from './targetConnection';
import type { UpdaterDependencies } from './updater';
import { isUnreachable } from './upload';

/** A blank bootloader is silent until the watchdog (22 to 60 s), and then boots for 6 s (facts 4, 13). */
const RETURN_DEADLINE_MS = 90_000;
/** Erase and copy take 14 s, the first boot 6 s (facts 15): what the progress bar counts on. */
const EXPECTED_RETURN_MS = 20_000;
/** Slack for the time a request takes, when two uptimes are compared. */
const UPTIME_SLACK_MS = 1000;

/** A controller that answers again. */
export interface ReturnedController {
  readonly version: FirmwareVersion;
  /** False when it never left: the jump was lost on the way. */
  readonly restarted: boolean;
  /** From the jump to its last reset; undefined where the firmware does not tell its uptime. */
  readonly absence_ms: number | undefined;
}

/**
 * Waits until the controller `uuid` answers again, on whatever path, and moves `connection` there.
 * @throws VescError `lost` when it does not in time
 */
export async function waitForReturn(
  dependencies: UpdaterDependencies,
  connection: TargetConnection,
  uuid: string,
  jump: Jump,
  onProgress: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<ReturnedController> {
  const { clock, pool, candidates } = dependencies;
  const { address, canId } = connection.target;
  const start_ms = clock.now();
  for (;;) {
    const found = await findController({
      pool,
      clock,
      uuid,
      ...(canId === undefined ? {} : { canId }),
      candidates: async () => [address, ...(await candidates())],
      deadline_ms: Math.max(0, start_ms + RETURN_DEADLINE_MS - clock.now()),
      ...(signal ? { signal } : {}),
      onTry: () => onProgress(Math.min(0.99, (clock.now() - jump.at_ms) / EXPECTED_RETURN_MS)),
    }).catch((error: unknown) => {
      if (!isVescError(error, 'controller-not-found')) throw error;
      throw lostError(uuid, error);
    });
    const stayedOpen = connection.isOpen;
    connection.resume(found.lease);
    try {
      const uptime_ms = await readUptime(connection.endpoint);
      const elapsed_ms = clock.now() - jump.at_ms;
      return {
        version: found.version,
        restarted: !(stayedOpen && ranOn(jump, uptime_ms, elapsed_ms)),
        absence_ms: uptime_ms === undefined ? undefined : Math.max(0, elapsed_ms - uptime_ms),
      };
    } catch (error) {
      // It left again before it was asked, as a first start does: it is not back yet.
      if (!isUnreachable(error)) throw error;
      connection.release();
    }
  }
}

/** A controller that is not back when it should be. */
export function lostError(uuid: string, cause: unknown): VescError<'lost'> {
  return new VescError('lost', { uuid, waited_s: RETURN_DEADLINE_MS / 1000 }, { cause });
}

/** True when the uptime went on counting as if there had been no restart. */
function ranOn(jump: Jump, uptime_ms: number | undefined, elapsed_ms: number): boolean {
  if (uptime_ms === undefined || jump.uptime_ms === undefined) return false;
  return uptime_ms >= jump.uptime_ms + elapsed_ms - UPTIME_SLACK_MS;
}
