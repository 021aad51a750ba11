import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import type { LinkAddress } from '../links/link';
import { formatLinkAddress } from '../links/linkAddress';
import type { Claim } from '../links/session';
import type { SessionLease, SessionPool } from '../links/sessionPool';
import { silenceIs } from '../links/silence';
import { fwVersion } from '../protocol/messages/identity';
import type { ControllerAccess } from '../settings/controllerAccess';
import { SharedClaims } from './sharedClaims';
import type { UpdateTarget } from './updater';
import { type Jump, readUptime } from './uptime';

/** Who keeps others from a controller meanwhile. */
export const OWNER = 'its firmware is being updated';

/** The connection an update holds for itself, across the restart of the controller. */
export class TargetConnection implements ControllerAccess, Disposable {
  private claim: Claim | undefined;
  /** Of the node; one that lost its settings answers to another than before. */
  private canId: number | undefined;

  private constructor(
    private lease: SessionLease,
    readonly target: UpdateTarget,
    readonly claims: SharedClaims,
  ) {
    this.canId = target.canId;
    this.claim = claims.take(lease.session);
  }

  /** @param claims shared with others who are updated over the same link; default: nobody else is */
  static async open(
    pool: Pick<SessionPool, 'acquire'>,
    target: UpdateTarget,
    signal: AbortSignal,
    claims = new SharedClaims(OWNER),
  ): Promise<TargetConnection> {
    const lease = await pool.acquire(target.address, signal);
    try {
      return new TargetConnection(lease, target, claims);
    } catch (error) {
      lease.dispose();
      throw error;
    }
  }

  get endpoint(): Endpoint {
    return this.held.endpoint(this.canId);
  }

  node(canId: number): Endpoint {
    return this.held.endpoint(canId);
  }

  /** Nobody has the controller between {@link release} and {@link resume}. */
  private get held(): Claim {
    if (this.claim) return this.claim;
    throw new VescError('link-closed', {
      address: formatLinkAddress(this.address),
      reason: 'it is restarting',
    });
  }

  /** Sends the jump and lets go of the session: the link may close now, and the finder needs it if not. */
  async jump(clock: Clock, payload: Uint8Array): Promise<Jump> {
    const up = await readUptime(this.endpoint, clock);
    const at_ms = clock.now();
    // A link that breaks now may have carried the jump all the same: whether it did is seen by what comes back.
    await this.endpoint.send(payload).catch((error: unknown) => {
      if (!isVescError(error)) throw error;
    });
    this.release();
    return { at_ms, uptime_ms: up?.uptime_ms };
  }

  /** Lets others talk over the session, the finder among them. */
  release(): void {
    this.claim?.dispose();
    this.claim = undefined;
  }

  /** Goes on with the session on which the controller was found again. */
  resume(lease: SessionLease, canId: number | undefined): void {
    this.dispose();
    this.lease = lease;
    this.canId = canId;
    this.claim = this.claims.take(lease.session);
  }

  /** Goes on with a node under `canId` when it does not answer to the one it had. */
  async follow(canId: number): Promise<void> {
    if (this.canId === undefined || (await silenceIs(this.endpoint.request(fwVersion()), undefined))) return;
    this.canId = canId;
  }

  get isOpen(): boolean {
    return this.lease.session.isOpen;
  }

  /** Where the controller is reached now; a USB port may have another name after a restart. */
  get address(): LinkAddress {
    return this.lease.session.address;
  }

  dispose(): void {
    this.release();
    this.lease.dispose();
  }
}
