import { type Clock, sleep } from '../base/clock';
import { untilAborted } from '../base/untilAborted';
import { isVescError, VescError } from '../base/errors';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import type { Endpoint } from './endpoint';
import type { LinkAddress } from './link';
import { sameAddress } from './linkAddress';
import type { Session } from './session';
import type { SessionLease, SessionPool } from './sessionPool';

/**
 * A running controller answers in milliseconds; VESC Tool allows a port 500 ms (facts 7.1). Asked twice, because the
 * first question may end in what its parser takes for the rest of a frame.
 */
const ANSWER = { timeout_ms: 300, attempts: 2 } as const;
/** A try at a port that is not there costs next to nothing. */
const PAUSE_MS = 100;

export interface FinderOptions {
  readonly pool: SessionPool;
  /** Where to look, the likeliest first; asked anew for every round, because ports come and go. */
  readonly candidates: () => Promise<readonly LinkAddress[]>;
  /** 24 lower-case hex digits. */
  readonly uuid: string;
  /** Looks behind each candidate, at the node with this CAN id. */
  readonly canId?: number;
  readonly clock: Clock;
  /** How long to look, from now. */
  readonly deadline_ms: number;
  readonly signal?: AbortSignal;
  /** How to talk over a session that is claimed; default: as everyone does. */
  readonly endpoint?: (session: Session, canId: number | undefined) => Endpoint;
  /** Told before each try. */
  readonly onTry?: (address: LinkAddress) => void;
}

export interface FoundController {
  /** The caller's to dispose. */
  readonly lease: SessionLease;
  readonly version: FirmwareVersion;
}

/**
 * Looks for the controller `uuid` until it answers, on whichever port it comes back. Links that cannot be opened,
 * say nothing or lead to someone else are tried again in the next round.
 * @throws VescError `controller-not-found` at the deadline; rejects with the reason of `signal`
 */
export async function findController(options: FinderOptions): Promise<FoundController> {
  const { candidates, uuid, canId, clock, deadline_ms, signal, onTry } = options;
  const start_ms = clock.now();
  const tried: LinkAddress[] = [];
  const timeUp = new AbortController();
  const onAbort = (): void => timeUp.abort(signal?.reason);
  const timer = clock.schedule(deadline_ms, () => {
    const waited_ms = clock.now() - start_ms;
    const can = canId === undefined ? {} : { canId };
    timeUp.abort(new VescError('controller-not-found', { uuid, waited_ms, tried: tried.length, ...can }));
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    for (;;) {
      for (const address of distinct(await untilAborted(candidates(), timeUp.signal))) {
        timeUp.signal.throwIfAborted();
        if (!tried.some((other) => sameAddress(other, address))) tried.push(address);
        onTry?.(address);
        const found = await tryAddress(address, options, timeUp.signal);
        if (found !== undefined) return found;
      }
      await sleep(clock, PAUSE_MS, timeUp.signal);
    }
  } finally {
    timer.dispose();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The controller when it answers at `address`; undefined when not. Throws when time is up. */
async function tryAddress(
  address: LinkAddress,
  { pool, uuid, canId, endpoint = plainEndpoint }: FinderOptions,
  signal: AbortSignal,
): Promise<FoundController | undefined> {
  let lease: SessionLease | undefined;
  try {
    lease = await pool.acquire(address, signal);
    const version = await endpoint(lease.session, canId).request(fwVersion(), { ...ANSWER, signal });
    if (version.uuid === uuid) return { lease, version };
    lease.dispose();
  } catch (error) {
    lease?.dispose();
    signal.throwIfAborted();
    if (!isVescError(error)) throw error;
  }
  return undefined;
}

function plainEndpoint(session: Session, canId: number | undefined): Endpoint {
  return canId === undefined ? session : session.node(canId);
}

function distinct(addresses: readonly LinkAddress[]): LinkAddress[] {
  return addresses.filter(
    (address, at) => addresses.findIndex((other) => sameAddress(other, address)) === at,
  );
}
