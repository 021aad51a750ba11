import { isVescError, VescError } from '../base/errors';
import type { LinkAddress } from '../links/link';
import { silenceIs } from '../links/silence';
import { pingCan } from '../protocol/messages/can';
import { type FirmwareVersion, fwVersion } from '../protocol/messages/identity';
import { secondMotorUuid } from '../settings/secondMotor';
import { CommitOrder } from './commitOrder';
import { SharedClaims } from './sharedClaims';
import { OWNER } from './targetConnection';
import type {
  SharedUpdate,
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
    const firsts = [...nodes.filter(({ version }) => !seconds.has(version.uuid)), local];
    // Everyone on the bus was heard: nobody has to ask once more.
    return firsts.map(({ target, version }) => {
      const second = nodes.find((node) => node.version.uuid === secondMotorUuid(version.uuid));
      return { target: { ...target, secondMotor: second?.target.canId ?? 'none' }, version };
    });
  } finally {
    lease.dispose();
  }
}

/**
 * Updates the controllers of a bus (design 4.5). The remote ones are staged side by side: while one programs what it
 * got, another receives. Then each starts its bootloader and is proven before the next, and the one at the link comes
 * last. No broadcast: it is acknowledged by nobody and cannot refuse other hardware.
 *
 * A member that is refused stays as it is, and the others go on. Any other failure stops the rest, so that a bad image
 * is installed on one controller and not on all: those that were staged are `interrupted`, keep their firmware and get
 * their code back; those whose turn had not come have no result.
 */
export async function updateBus(
  updater: Pick<Updater, 'run' | 'sharedWindow'>,
  members: readonly BusMember[],
  request: Omit<UpdateRequest, 'target'>,
  hooks: BusHooks = {},
): Promise<BusMember[]> {
  const run = new BusRun(updater, members, request, hooks);
  await run.updateRemote();
  await run.updateLocal();
  return run.done;
}

/** One update of a whole bus. */
class BusRun {
  readonly done: BusMember[];
  /** Aborts as soon as one has failed. */
  private readonly failure = new AbortController();
  private readonly signal: AbortSignal;

  constructor(
    private readonly updater: Pick<Updater, 'run' | 'sharedWindow'>,
    members: readonly BusMember[],
    private readonly request: Omit<UpdateRequest, 'target'>,
    private readonly hooks: BusHooks,
  ) {
    this.done = [...members];
    const { signal } = this.failure;
    this.signal = hooks.signal ? AbortSignal.any([hooks.signal, signal]) : signal;
  }

  async updateRemote(): Promise<void> {
    const remote = [...this.done.keys()].filter((index) => this.done[index]!.target.canId !== undefined);
    const [first] = remote;
    if (first === undefined || this.signal.aborted) return;
    const window = await this.updater.sharedWindow(this.done[first]!.target.address, this.request.window);
    const claims = new SharedClaims(OWNER, window);
    const order = new CommitOrder(remote.length);
    const updates = remote.map((index, place) =>
      this.update(index, {
        claims,
        window,
        begin: place / remote.length,
        turn: () => order.take(place, this.signal),
      }).finally(() => order.end(place)),
    );
    await Promise.allSettled(updates);
    await Promise.all(updates);
  }

  /** The others are reached through it: it is touched when they are done. */
  async updateLocal(): Promise<void> {
    for (const [index, { target }] of this.done.entries()) {
      if (target.canId === undefined && !this.signal.aborted) await this.update(index);
    }
  }

  private async update(index: number, shared?: SharedUpdate): Promise<void> {
    const { updater, request, hooks, signal, done } = this;
    const member = done[index]!;
    const result = await updater
      .run(
        { ...request, target: member.target },
        {
          signal,
          onProgress: (progress) => hooks.onProgress?.(member, index, done.length, progress),
        },
        shared,
      )
      .catch((error: unknown) => unreached(member, request, error));
    const finished = { ...member, result };
    done[index] = finished;
    if (!['updated', 'already-running', 'refused'].includes(result.verdict)) {
      this.failure.abort(
        new VescError('bus-stopped', { hardware: member.version.hardware, ...canIdOf(member) }),
      );
    }
    hooks.onResult?.(finished);
  }
}

function canIdOf({ target: { canId } }: BusMember): { canId?: number } {
  return canId === undefined ? {} : { canId };
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
  // Of those that end alike, the one that stopped the others tells why.
  const badness = ({ verdict, error }: Pick<UpdateResult, 'verdict' | 'error'>): number =>
    2 * order.indexOf(verdict) - (isVescError(error, 'bus-stopped') ? 1 : 0);
  const [worst] = results.sort((a, b) => badness(b) - badness(a));
  return worst ?? notReached;
}
