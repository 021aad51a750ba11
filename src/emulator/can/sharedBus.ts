import { type Clock, sleep } from '../../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import { Emitter, type Event } from '../../base/emitter';
import { isVescError, VescError } from '../../base/errors';
import { CanBus, type CanNode, type JoinableBus } from './bus';
import { type CanBusAddress, formatCanBus } from './busAddress';
import { openHub } from './hub';
import { type BusConnection, connectToHub } from './member';

/** Several that lost their hub at once may want to be the next one. */
const TRIES = 20;
const PAUSE_MS = 100;

/** How this process takes part: it keeps the bus open for all (`opened`), is one of those (`joined`), or has lost it. */
export type BusRole = 'opened' | 'joined' | 'lost';

type Way =
  | { readonly role: 'opened'; readonly bus: CanBus; readonly hub: Disposable }
  | { readonly role: 'joined'; readonly connection: BusConnection };

/**
 * A CAN bus for controllers of several processes of this computer or network. The first to come keeps it open; when that
 * one leaves, one of the others does.
 */
export class SharedCanBus implements JoinableBus, Disposable {
  private readonly roles = new Emitter<BusRole>();
  private readonly nodes = new Set<CanNode>();
  private current = new DisposableStore();
  /** Nothing is tried any more. */
  private isOver = false;

  private constructor(
    readonly address: CanBusAddress,
    private readonly clock: Clock,
    private way: Way,
  ) {
    this.use(way);
  }

  /**
   * Joins the bus at `address`, or opens it when there is none.
   * @throws VescError `no-can-bus`, `can-bus-version`, `can-bus-unavailable`
   */
  static async open(address: CanBusAddress, clock: Clock): Promise<SharedCanBus> {
    return new SharedCanBus(address, clock, await findWay(address, clock));
  }

  get role(): 'opened' | 'joined' {
    return this.way.role;
  }

  /** How this process takes part from now on. */
  get onRole(): Event<BusRole> {
    return this.roles.event;
  }

  claim(pick: (taken: readonly string[]) => string): Promise<string> {
    return this.way.role === 'opened' ? this.way.bus.claim(pick) : this.way.connection.claim(pick);
  }

  join(node: CanNode): Disposable {
    this.nodes.add(node);
    node.onGone(() => this.nodes.delete(node));
    this.current.add(this.connect(node));
    return toDisposable(() => this.nodes.delete(node));
  }

  dispose(): void {
    this.isOver = true;
    this.current.dispose();
  }

  private connect(node: CanNode): Disposable {
    return this.way.role === 'opened' ? this.way.bus.join(node) : this.way.connection.join(node);
  }

  private use(way: Way): void {
    this.way = way;
    this.current = new DisposableStore();
    if (way.role === 'opened') {
      this.current.add(way.bus);
      this.current.add(way.hub);
    } else {
      this.current.add(way.connection);
      way.connection.onClose(() => void this.replace(way.connection));
    }
  }

  /** The one that kept the bus open has gone: whoever is first takes its place. */
  private async replace({ isUnderstood }: BusConnection): Promise<void> {
    if (this.isOver) return;
    this.current.dispose();
    for (const node of this.nodes) node.attach(undefined);
    try {
      if (!isUnderstood) throw new Error('another program keeps it open');
      const way = await findWay(this.address, this.clock);
      this.use(way);
      if (this.isOver) return this.current.dispose();
      for (const node of this.nodes) {
        await this.claim((taken) => stillIts(node.uuid, taken));
        this.current.add(this.connect(node));
      }
      this.roles.fire(way.role);
    } catch {
      this.dispose();
      this.roles.fire('lost');
    }
  }
}

/** A controller cannot change its UUID while it runs: when another has got it meanwhile, it stays off. */
function stillIts(uuid: string, taken: readonly string[]): string {
  if (taken.includes(uuid)) throw new Error(`another controller has the UUID ${uuid}`);
  return uuid;
}

async function findWay(address: CanBusAddress, clock: Clock): Promise<Way> {
  let reason = '';
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return { role: 'joined', connection: await connectToHub(address, clock) };
    } catch (error) {
      if (isVescError(error)) throw error;
      reason = (error as Error).message;
      if (!reason.includes('ECONNREFUSED') && !reason.includes('ECONNRESET')) break;
    }
    const bus = new CanBus(clock);
    try {
      return { role: 'opened', bus, hub: await openHub(bus, address) };
    } catch (error) {
      bus.dispose();
      reason = (error as Error).message;
      // Another was faster: that one can be joined.
      if (!reason.includes('EADDRINUSE')) break;
    }
    await sleep(clock, PAUSE_MS);
  }
  throw new VescError('can-bus-unavailable', { address: formatCanBus(address), reason });
}
