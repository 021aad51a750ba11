import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../../base/disposable';
import type { Event } from '../../base/emitter';
import { decodeNodeRecords, encodeBusRecords } from './record';
import { CanWire, WireNode } from './wire';

/** How far the controllers run between two looks at the wire, while it is in use and while it rests. */
const BUSY_STEP_NS = 500_000;
const IDLE_STEP_NS = 2_000_000;
/** So long after a frame the wire still counts as in use: an answer may come. */
const BUSY_NS = 20_000_000;
/** A controller that does not come on for so long, in real time, is taken off the bus until it does. */
const PATIENCE_MS = 5000;

/** What a controller has to tell when it has come as far as it may run. Times are its own. */
export interface CanReport {
  /** The attachment that it belongs to. */
  readonly epoch: number;
  readonly time_ns: number;
  readonly records: Uint8Array;
}

/** A controller as its bus sees it. */
export interface CanNode {
  /** Its unique ID, 24 hex digits. */
  readonly uuid: string;
  /** True while it is able to take part: not while a debugger holds it. */
  readonly isReady: boolean;
  readonly onReady: Event<boolean>;
  readonly onReport: Event<CanReport>;
  /** Its end. */
  readonly onGone: Event<void>;
  /** From now on it runs in step with others and reports, first of all at once; `undefined`: it is alone, and free. */
  attach(epoch: number | undefined): void;
  /** It may run up to `until_ns`, and gets what the wire has to tell it. */
  grant(until_ns: number, records: Uint8Array): void;
}

/** Where controllers can be connected to each other. */
export interface JoinableBus {
  /**
   * Keeps the UUID that `pick` makes of those that are taken for a controller that is to join.
   * @throws VescError of the bus; what `pick` throws
   */
  claim(pick: (taken: readonly string[]) => string): Promise<string>;
  /** Connects a controller whose UUID was claimed; dispose to take it off. */
  join(node: CanNode): Disposable;
}

class Member {
  readonly subscriptions = new DisposableStore();
  epoch: number | undefined;
  /** There once it has reported that it is attached. */
  wire: WireNode | undefined;
  /** Time of the bus, less its own. */
  offset_ns = 0;
  /** How far it has come, in the time of the bus. */
  reached_ns = 0;

  constructor(readonly node: CanNode) {}
}

/**
 * A CAN bus. Controllers on it run in step: none goes on before all have come as far, so the slowest sets the pace and no
 * frame is lost, and what happens depends on virtual time alone. One that is alone runs freely.
 */
export class CanBus implements JoinableBus, Disposable {
  private readonly members: Member[] = [];
  /** UUIDs of those that are still to join. */
  private readonly claimed = new Set<string>();
  private readonly wire = new CanWire();
  private reached_ns = 0;
  private granted_ns = 0;
  private epochs = 0;
  private isStepping = false;
  private steps = 0;
  private watch: Disposable | undefined;

  /** @param step_ns a step of one length, for tests; else it depends on the traffic */
  constructor(
    private readonly clock: Clock,
    private readonly step_ns?: number,
  ) {}

  /** Those that are taken. */
  get uuids(): string[] {
    return [...this.members.map(({ node }) => node.uuid), ...this.claimed];
  }

  /** Decided at once; a promise, because the bus of another process answers later. */
  claim(pick: (taken: readonly string[]) => string): Promise<string> {
    return new Promise((resolve) => {
      const uuid = pick(this.uuids);
      this.claimed.add(uuid);
      resolve(uuid);
    });
  }

  join(node: CanNode): Disposable {
    this.claimed.delete(node.uuid);
    const member = new Member(node);
    this.members.push(member);
    member.subscriptions.add(
      node.onReady((isReady) => {
        if (!isReady) this.detach(member);
        this.update();
      }),
    );
    member.subscriptions.add(node.onReport((report) => this.take(member, report)));
    member.subscriptions.add(node.onGone(() => this.leave(member)));
    this.update();
    return toDisposable(() => this.leave(member));
  }

  dispose(): void {
    this.watch?.dispose();
    for (const { subscriptions } of this.members.splice(0)) subscriptions.dispose();
  }

  private leave(member: Member): void {
    const index = this.members.indexOf(member);
    if (index < 0) return;
    this.members.splice(index, 1);
    member.subscriptions.dispose();
    this.detach(member);
    this.update();
  }

  /** Attaches all that can take part when there are two or more; else whoever is left is alone. */
  private update(): void {
    const ready = this.members.filter(({ node }) => node.isReady);
    for (const member of ready) {
      if (ready.length < 2) this.free(member);
      else if (member.epoch === undefined) {
        member.epoch = ++this.epochs;
        member.node.attach(member.epoch);
      }
    }
    this.step();
  }

  private free(member: Member): void {
    if (member.epoch === undefined) return;
    this.detach(member);
    member.node.attach(undefined);
  }

  /** Takes it off the wire; what it reports from now on comes too late. */
  private detach(member: Member): void {
    member.epoch = undefined;
    const index = member.wire === undefined ? -1 : this.wire.nodes.indexOf(member.wire);
    if (index >= 0) this.wire.nodes.splice(index, 1);
    member.wire = undefined;
  }

  private take(member: Member, { epoch, time_ns, records }: CanReport): void {
    if (epoch !== member.epoch) return;
    if (member.wire === undefined) {
      member.wire = new WireNode();
      this.wire.nodes.push(member.wire);
      member.offset_ns = this.reached_ns - time_ns;
      if (this.reached_ns < this.granted_ns) {
        // The others are on their way already.
        member.node.grant(this.granted_ns - member.offset_ns, new Uint8Array());
      }
    }
    member.reached_ns = time_ns + member.offset_ns;
    for (const record of decodeNodeRecords(records)) {
      member.wire.told.push({ ...record, at_ns: record.at_ns + member.offset_ns });
    }
    this.step();
  }

  /** When all have come as far as they may, lets the wire do the same, and sends them on. */
  private step(): void {
    if (this.isStepping) return;
    this.isStepping = true;
    // Controllers in this thread report while they are granted their time.
    while (this.isEverybodyThere()) this.goOn();
    this.isStepping = false;
  }

  private get wired(): Member[] {
    return this.members.filter(({ wire }) => wire !== undefined);
  }

  private isEverybodyThere(): boolean {
    const { wired } = this;
    return wired.length > 0 && wired.every(({ reached_ns }) => reached_ns >= this.granted_ns);
  }

  private goOn(): void {
    const { wired, wire } = this;
    this.steps++;
    this.watchOver();
    this.reached_ns = Math.min(...wired.map(({ reached_ns }) => reached_ns));
    const isBusy = this.reached_ns - wire.usedAt_ns < BUSY_NS;
    const until_ns = this.reached_ns + (this.step_ns ?? (isBusy ? BUSY_STEP_NS : IDLE_STEP_NS));
    wire.advance(this.reached_ns, until_ns);
    this.granted_ns = until_ns;
    for (const member of wired) {
      const heard = member.wire?.heard ?? [];
      // One that is ahead, because its flash is busy, has time left from before.
      if (!member.wire || (member.reached_ns >= until_ns && heard.length === 0)) continue;
      member.wire.heard = [];
      const { offset_ns } = member;
      const records = heard.map((record) => ({ ...record, at_ns: record.at_ns - offset_ns }));
      member.node.grant(until_ns - offset_ns, encodeBusRecords(records));
    }
  }

  /** Looks now and then whether everybody comes on. */
  private watchOver(): void {
    if (this.watch) return;
    const { steps } = this;
    this.watch = this.clock.schedule(PATIENCE_MS, () => {
      this.watch = undefined;
      if (this.steps === steps) {
        for (const member of this.wired) {
          if (member.reached_ns < this.granted_ns) this.detach(member);
        }
        // They come back with the answer to that, whenever it is.
        this.update();
      } else this.watchOver();
    });
  }
}
