import type { Clock } from '../base/clock';
import { type Disposable, toDisposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import { untilAborted } from '../base/untilAborted';
import type { LinkAddress, LinkOpener } from './link';
import { formatLinkAddress, sameAddress } from './linkAddress';
import type { Session } from './session';

/** A share in a session; the link closes when the last share is disposed. */
export interface SessionLease extends Disposable {
  readonly session: Session;
}

interface Place {
  readonly address: LinkAddress;
  readonly opening: Promise<Session>;
  /** Aborts the opening. */
  readonly abort: AbortController;
  session: Session | undefined;
  /** Leases, and those who wait for one. */
  users: number;
}

/** One session an address, shared by everyone who talks to the controller there: a port has one owner. */
export class SessionPool implements Disposable {
  private readonly opened = new Emitter<Session>();
  private places: Place[] = [];
  private disposed = false;

  /** Fires with every session that was opened, before anybody talks over it. */
  readonly onOpen = this.opened.event;

  constructor(
    private readonly opener: LinkOpener,
    private readonly clock: Clock,
  ) {}

  /**
   * A share in the session at `address`, which is opened when there is none.
   * Rejects with the opener's error, or with the reason of `signal`; others who wait are not disturbed by that.
   */
  async acquire(address: LinkAddress, signal?: AbortSignal): Promise<SessionLease> {
    signal?.throwIfAborted();
    if (this.disposed) throw new VescError('link-closed', { address: formatLinkAddress(address) });
    const place = this.place(address) ?? this.open(address);
    place.users++;
    const share = toDisposable(() => this.leave(place));
    try {
      const session = await untilAborted(place.opening, signal);
      return { session, dispose: () => share.dispose() };
    } catch (error) {
      share.dispose();
      throw error;
    }
  }

  /** The open session at `address`, if there is one. */
  find(address: LinkAddress): Session | undefined {
    return this.place(address)?.session;
  }

  /** Closes every link, whoever still holds a lease. */
  dispose(): void {
    this.disposed = true;
    for (const place of [...this.places]) this.close(place);
  }

  private place(address: LinkAddress): Place | undefined {
    return this.places.find((place) => sameAddress(place.address, address));
  }

  private open(address: LinkAddress): Place {
    const abort = new AbortController();
    const opening = this.openSession(address, abort.signal).then((session) => {
      session.onClose(() => this.forget(place));
      place.session = session;
      if (abort.signal.aborted || !session.isOpen) this.close(place);
      else this.opened.fire(session);
      return session;
    });
    const place: Place = { address, opening, abort, session: undefined, users: 0 };
    opening.catch(() => this.forget(place));
    this.places.push(place);
    return place;
  }

  private async openSession(address: LinkAddress, signal: AbortSignal): Promise<Session> {
    // Before the link opens: what arrives on it must find its reader.
    const { Session } = await import('./session');
    signal.throwIfAborted();
    return new Session(await this.opener.open(address, signal), this.clock);
  }

  private leave(place: Place): void {
    if (--place.users === 0) this.close(place);
  }

  private close(place: Place): void {
    this.forget(place);
    place.abort.abort(new VescError('link-closed', { address: formatLinkAddress(place.address) }));
    place.session?.dispose();
  }

  /** From now on, whoever comes opens anew; leases that are still held are shares in nothing. */
  private forget(place: Place): void {
    this.places = this.places.filter((other) => other !== place);
  }
}
