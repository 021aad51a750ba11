import { isVescError, VescError } from '../base/errors';
import type { LinkAddress } from '../links/link';
import { pingCan } from '../protocol/messages/can';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import { secondMotorUuid, silenceIs } from '../settings/secondMotor';
import type {
  UpdateHooks,
  UpdateProgress,
  Updater,
  UpdaterDependencies,
  UpdateRequest,
  UpdateTarget,
} from './updater';
import type { UpdateResult } from './verdict';

/** 255 pings of 10 ms, and up to 4.2 s on a dead bus (facts 14). */
const PING_TIMEOUT_MS = 6000;
const ANSWER = { timeout_ms: 500, attempts: 3 } as const;

/** One controller of a bus, and what its update came to; without a result it was not its turn any more. */
export interface BusMember {
  readonly target: UpdateTarget;
  readonly version: FirmwareVersion;
  readonly result?: UpdateResult;
}

export interface BusHooks extends Pick<UpdateHooks, 'signal'> {
  readonly onProgress?: (member: BusMember, index: number, count: number, progress: UpdateProgress) => void;
  /** Called as soon as one member has its verdict. */
  readonly onResult?: (member: BusMember) => void;
}

/**
 * Finds the controllers on the CAN bus behind `address`, in the order they are to be updated: the remote ones first,
 * the one at the link last, because the others are reached through it. The second motor of a dual board has a CAN id
 * of its own, but is the same chip: it is left out.
 * @throws VescError of the link
 */
export async function findBusMembers(
  { pool }: Pick<UpdaterDependencies, 'pool'>,
  address: LinkAddress,
  signal?: AbortSignal,
): Promise<BusMember[]> {
  const options = signal ? { signal } : {};
  const lease = await pool.acquire(address, signal);
  try {
    const { session } = lease;
    const local: BusMember = {
      target: { address },
      version: await session.request(fwVersion(), { ...ANSWER, ...options }),
    };
    const ping = { timeout_ms: PING_TIMEOUT_MS, attempts: 2, ...options };
    const canIds = await silenceIs(session.request(pingCan(), ping), []);
    const nodes: BusMember[] = [];
    for (const canId of canIds) {
      // One that was there a moment ago and does not answer must not be left out without a word.
      const version = await session.node(canId).request(fwVersion(), { ...ANSWER, ...options });
      nodes.push({ target: { address, canId }, version });
    }
    const seconds = new Set([local, ...nodes].map(({ version }) => secondMotorUuid(version.uuid)));
    return [...nodes.filter(({ version }) => !seconds.has(version.uuid)), local];
  } finally {
    lease.dispose();
  }
}

/**
 * Updates the controllers of a bus one after the other, each proven before the next (design 4.5). No broadcast: it is
 * acknowledged by nobody and cannot refuse other hardware. A member that is refused stays as it is, and the others go
 * on; any other failure stops the rest, so that a bad image reaches one controller and not all.
 */
export async function updateBus(
  updater: Pick<Updater, 'run'>,
  members: readonly BusMember[],
  request: Omit<UpdateRequest, 'target'>,
  hooks: BusHooks = {},
): Promise<BusMember[]> {
  const done: BusMember[] = [];
  let stopped = false;
  for (const [index, member] of members.entries()) {
    if (stopped || hooks.signal?.aborted) {
      done.push(member);
      continue;
    }
    const result = await updater
      .run(
        { ...request, target: member.target },
        {
          ...(hooks.signal ? { signal: hooks.signal } : {}),
          onProgress: (progress) => hooks.onProgress?.(member, index, members.length, progress),
        },
      )
      .catch((error: unknown) => unreached(member, request, error));
    stopped = !['updated', 'already-running', 'refused'].includes(result.verdict);
    const finished = { ...member, result };
    done.push(finished);
    hooks.onResult?.(finished);
  }
  return done;
}

/** A member that does not even answer when its turn comes has been interrupted before anything was sent. */
function unreached(member: BusMember, { image }: Pick<UpdateRequest, 'image'>, error: unknown): UpdateResult {
  if (!isVescError(error)) throw error;
  return {
    verdict: 'interrupted',
    stages: [],
    payload_B: 0,
    raw_B: image.bytes.length,
    error,
    restored: [],
    address: member.target.address,
  };
}

/** What stands for all: the worst, so that one that is not updated is never hidden. */
export function worstOf(members: readonly BusMember[]): Pick<UpdateResult, 'verdict' | 'error'> {
  const order = [
    'already-running',
    'updated',
    'refused',
    'unproven',
    'interrupted',
    'not-taken',
    'lost',
  ] as const;
  const notReached = {
    verdict: 'interrupted',
    error: new VescError('cancelled', { work: 'The update' }),
  } as const;
  const results = members.map(({ result }) => result ?? notReached);
  const [worst] = results.sort((a, b) => order.indexOf(b.verdict) - order.indexOf(a.verdict));
  return worst ?? notReached;
}
