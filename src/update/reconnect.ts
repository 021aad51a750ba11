import { sleep } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import { findController, type FoundController } from '../links/finder';
import type { LinkAddress } from '../links/link';
import type { Session } from '../links/session';
import type { SessionLease, SessionPool } from '../links/sessionPool';
import { silenceIs } from '../links/silence';
import { pingCan } from '../protocol/messages/can';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import type { SharedClaims } from './sharedClaims';
import type { TargetConnection } from './targetConnection';
import type { UpdaterDependencies } from './updater';
import { type Jump, ranOn, readUptime, readUptimeLater, type Uptime } from './uptime';

/** A blank bootloader is silent until the watchdog (22 to 60 s), and then boots for 6 s (facts 4, 13). */
const RETURN_DEADLINE_MS = 90_000;
/** Erase and copy take 14 s, the first boot 6 s (facts 15): what the progress bar counts on. */
const EXPECTED_RETURN_MS = 20_000;
/** A node that is not back after this is looked for under other CAN ids, and then again under its own. */
const NODE_PATIENCE_MS = 25_000;
/** A bus without peers is pinged for up to 4.2 s (facts 14). */
const PING_TIMEOUT_MS = 6000;
const NODE_TIMEOUT_MS = 500;
const RETRY_MS = 200;
/** Listing all ports of the computer takes longer than a try at one of them. */
const LIST_MS = 500;

/** A controller that answers again. */
export interface ReturnedController {
  readonly version: FirmwareVersion;
  /** False when it never left: the jump was lost on the way. */
  readonly restarted: boolean;
  readonly jump: Jump;
  /** As soon as it answered; undefined where the firmware does not tell. */
  readonly uptime: Uptime | undefined;
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
  const { clock } = dependencies;
  const deadline_ms = clock.now() + RETURN_DEADLINE_MS;
  for (;;) {
    // A link that stays open over the restart is searched like any other.
    connection.release();
    const found = await find(dependencies, connection, {
      uuid,
      deadline_ms,
      ...(signal ? { signal } : {}),
      onTry: () => onProgress(Math.min(0.99, (clock.now() - jump.at_ms) / EXPECTED_RETURN_MS)),
    });
    const stayedOpen = connection.isOpen;
    try {
      connection.resume(found.lease, found.canId);
      const { endpoint } = connection;
      const uptime = await readUptime(endpoint, clock);
      const stayed = await ranOn(jump, uptime, stayedOpen, () => readUptimeLater(endpoint, clock, uptime));
      return { version: found.version, restarted: !stayed, jump, uptime };
    } catch (error) {
      // It left again before it was asked, as a first start does: it is not back yet.
      // Or somebody else was quicker to claim it: whoever it is, the firmware that runs there is still to be proven.
      if (!isVescError(error)) throw error;
      if (clock.now() >= deadline_ms) throw lostError(uuid, error);
      await sleep(clock, RETRY_MS, signal);
    }
  }
}

interface Search {
  readonly uuid: string;
  /** On the clock. */
  readonly deadline_ms: number;
  readonly signal?: AbortSignal;
  readonly onTry: () => void;
}

/**
 * Finds the controller on any path. A node whose settings are gone answers to the CAN id it was made with: when it
 * is not found under its own for a while, the whole bus is asked (design 4.5).
 */
async function find(
  { clock, pool, candidates }: UpdaterDependencies,
  { target: { address, canId }, claims }: Pick<TargetConnection, 'target' | 'claims'>,
  { uuid, deadline_ms, signal, onTry }: Search,
): Promise<FoundController & { canId: number | undefined }> {
  let listed_ms = Number.NEGATIVE_INFINITY;
  const options = {
    pool,
    clock,
    uuid,
    ...(canId === undefined ? {} : { canId }),
    candidates: async () => {
      if (clock.now() < listed_ms + LIST_MS) return [address];
      listed_ms = clock.now();
      return [address, ...(await candidates())];
    },
    ...(signal ? { signal } : {}),
    endpoint: (session: Session, node: number | undefined) => claims.visit(session, node),
    onTry,
  };
  const left_ms = (): number => Math.max(0, deadline_ms - clock.now());
  for (;;) {
    try {
      const patience_ms = canId === undefined ? left_ms() : Math.min(left_ms(), NODE_PATIENCE_MS);
      return { ...(await findController({ ...options, deadline_ms: patience_ms })), canId };
    } catch (error) {
      if (!isVescError(error, 'controller-not-found')) throw error;
      if (left_ms() === 0) throw lostError(uuid, error);
    }
    const moved = await findMovedNode(pool, claims, address, uuid, signal);
    if (moved) return moved;
  }
}

/** Asks everyone on the bus behind `address` for their UUID. */
async function findMovedNode(
  pool: SessionPool,
  claims: SharedClaims,
  address: LinkAddress,
  uuid: string,
  signal: AbortSignal | undefined,
): Promise<(FoundController & { canId: number }) | undefined> {
  const options = signal ? { signal } : {};
  let lease: SessionLease | undefined;
  try {
    lease = await pool.acquire(address, signal);
    const local = claims.visit(lease.session, undefined);
    for (const canId of await local.request(pingCan(), { timeout_ms: PING_TIMEOUT_MS, ...options })) {
      const asked = claims
        .visit(lease.session, canId)
        .request(fwVersion(), { timeout_ms: NODE_TIMEOUT_MS, ...options });
      const version = await silenceIs(asked, undefined);
      if (version?.uuid === uuid) return { lease, version, canId };
    }
  } catch (error) {
    lease?.dispose();
    if (!isVescError(error)) throw error;
    return undefined;
  }
  lease.dispose();
  return undefined;
}

/** A controller that is not back when it should be. */
export function lostError(uuid: string, cause: unknown): VescError<'lost'> {
  return new VescError('lost', { uuid, waited_s: RETURN_DEADLINE_MS / 1000 }, { cause });
}
