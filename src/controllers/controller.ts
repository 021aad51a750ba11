import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import type { LinkAddress } from '../links/link';
import { silenceIs } from '../links/silence';
import { type CrashDiag, parseCrashDiag } from '../protocol/crashDiag';
import type { FaultRecord } from '../protocol/faultListing';
import { parseFaultListing } from '../protocol/faultListing';
import { faultName } from '../protocol/faults';
import type { Values } from '../protocol/messages/telemetry';
import { atLeast } from '../protocol/version';
import type { ControllerRecord } from '../settings/controllerMemory';
import type { FaultsKept } from '../settings/faultHistory';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { isTurning } from '../update/standstill';
import { type FeedSubscription, type FeedWish, type Reading, ValueFeed } from './valueFeed';

/**
 * `connecting`: being opened or identified. `connected`: answers. `silent`: the link is open, but nothing answers.
 * `updating`: an update owns it. `disconnected`: the link is closed.
 */
export type ControllerState = 'connecting' | 'connected' | 'silent' | 'updating' | 'disconnected';

/** The values the tree shows. Reading the currents resets averages, so they are read only while somebody looks. */
const SHOWN = [
  'tempFet_C',
  'tempMotor_C',
  'motorCurrent_A',
  'inputCurrent_A',
  'duty',
  'erpm',
  'voltage_V',
  'fault',
] as const satisfies readonly (keyof Values)[];
export type ShownValues = Pick<Values, (typeof SHOWN)[number]>;

/** What is read at all times; it disturbs nobody's averages. */
const MINDED = ['erpm', 'fault'] as const satisfies readonly (keyof Values)[];

/** `watched`: somebody looks at its values. `minded`: only whether it turns, and its fault. */
export type Attention = 'watched' | 'minded';

/** A fault clears itself after 500 ms (facts 14): at this rate none is missed. */
const POLL_MS = 250;
/** Misses in a row before a controller counts as silent. */
const MISSES = 3;
const FAULTS_TIMEOUT_MS = 5000;

/** A fault seen while connected. */
export interface FaultSighting {
  /** `FAULT_CODE_…` */
  readonly fault: string;
  readonly at: Date;
  /** It was active already when we first looked; when it struck is not known. */
  readonly foundActive: boolean;
}

/** One controller as the user sees it: who it is, what runs, how it is. Tells when any of that changes. */
export class Controller implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly faults = new Emitter<FaultSighting>();
  private readonly listings = new Emitter<readonly FaultRecord[]>();
  private attention: Attention = 'minded';
  private readonly subscription: FeedSubscription;
  private misses = 0;
  private disposed = false;

  /** Whoever wants to read its values reads them here, so that they do not disturb each other. */
  readonly feed: ValueFeed;
  /** Fires after every change of what can be read below. */
  readonly onChange = this.changes.event;
  /** Fires once for each fault that appears. */
  readonly onFault = this.faults.event;
  /** Fires with the fault history whenever it was read. */
  readonly onListing = this.listings.event;

  state: ControllerState = 'connecting';
  /** Why it is not connected. */
  problem: VescError | undefined;
  identity: ControllerIdentity | undefined;
  record: ControllerRecord | undefined;
  values: ShownValues | undefined;
  /** The active fault's full name; null when there is none, undefined before it was read. */
  activeFault: string | null | undefined;
  /** True while its motor moves, as far as is known. */
  turning = false;
  /** The faults since its start, as the firmware recorded them; undefined before they were asked for. */
  faultHistory: readonly FaultRecord[] | undefined;
  /** Its faults as they are kept across its restarts; undefined before they were looked up. */
  kept: FaultsKept | undefined;
  /** What it tells of its last start and of a crash (7.01 and later); undefined before it was asked. */
  crashDiag: CrashDiag | undefined;
  /** The other controllers on its CAN bus; undefined before the bus was scanned. */
  nodes: readonly Controller[] | undefined;
  /** How often it did not answer for a while and then did again: it may have restarted behind an open link. */
  interruptions = 0;
  /** What came of the last update, until the next one. */
  lastVerdict: string | undefined;

  private endpointInUse: Endpoint | undefined;

  /**
   * @param address the link it is reached on
   * @param canId its node on the bus behind that link; undefined for the controller at the link itself
   */
  constructor(
    public address: LinkAddress,
    readonly canId: number | undefined,
    private readonly clock: Clock,
  ) {
    this.feed = new ValueFeed(clock);
    this.subscription = this.feed.subscribe(this.wish(), (reading) => this.take(reading));
    this.feed.onFailure((error) => this.miss(error));
  }

  /** How to talk to it; undefined while it cannot be. */
  get endpoint(): Endpoint | undefined {
    return this.endpointInUse;
  }

  /** What people call it: the name they gave it, else its hardware. */
  get title(): string {
    return this.record?.name ?? this.identity?.hardware ?? 'controller';
  }

  /** It answers at `endpoint` and is `identity`. */
  attach(endpoint: Endpoint, identity: ControllerIdentity, record: ControllerRecord): void {
    // Who identified it may have been at it when it was let go.
    if (this.disposed) return;
    this.endpointInUse = endpoint;
    this.identity = identity;
    this.record = record;
    this.problem = undefined;
    this.misses = 0;
    // After a restart the firmware has forgotten its faults.
    this.faultHistory = undefined;
    this.activeFault = undefined;
    this.crashDiag = undefined;
    this.kept = undefined;
    this.become('connected');
    if (identity.hardwareType === 'vesc') this.feed.start(endpoint);
    else this.feed.stop();
  }

  /** It cannot be talked to for now. */
  detach(state: 'connecting' | 'disconnected' | 'updating', problem?: VescError): void {
    this.feed.stop();
    this.turning = false;
    this.endpointInUse = state === 'updating' ? this.endpointInUse : undefined;
    this.values = undefined;
    this.problem = problem;
    for (const node of this.nodes ?? []) node.detach(state === 'updating' ? 'disconnected' : state, problem);
    this.become(state);
  }

  /** What is remembered of it changed. */
  remember(record: ControllerRecord): void {
    this.record = record;
    this.changed();
  }

  /** The nodes found on its bus replace those known before. */
  adopt(nodes: readonly Controller[]): void {
    for (const node of this.nodes ?? []) if (!nodes.includes(node)) node.dispose();
    this.nodes = nodes;
    this.changed();
  }

  /** How closely its values are followed. */
  attend(attention: Attention): void {
    this.attention = attention;
    if (attention === 'minded') this.values = undefined;
    this.subscription.change(this.wish());
    for (const node of this.nodes ?? []) node.attend(attention);
  }

  /** Tells those who listen that something changed here. */
  changed(): void {
    this.changes.fire();
  }

  /**
   * Reads the fault history. It takes the terminal, so it is done when asked for and not on a timer.
   * @throws VescError `not-connected`, and those of the link
   */
  async readFaults(): Promise<readonly FaultRecord[]> {
    if (!this.endpointInUse) throw new VescError('not-connected', { what: this.title });
    const prints = await this.endpointInUse.terminal('faults', { timeout_ms: FAULTS_TIMEOUT_MS });
    const { history } = parseFaultListing(prints);
    this.faultHistory = history;
    this.listings.fire(history);
    this.changed();
    return history;
  }

  /**
   * Reads what it tells of its last start and of a crash; nothing before 7.01, and nothing where it is silent.
   * @throws VescError `not-connected`, and those of the link
   */
  async readCrash(): Promise<CrashDiag | undefined> {
    if (!this.endpointInUse) throw new VescError('not-connected', { what: this.title });
    const { hardwareType, firmware } = this.identity!;
    if (hardwareType !== 'vesc' || !atLeast(firmware, 7, 1)) return undefined;
    const prints = await silenceIs(
      this.endpointInUse.terminal('crash_diag', { timeout_ms: FAULTS_TIMEOUT_MS }),
      [],
    );
    this.crashDiag = parseCrashDiag(prints);
    this.changed();
    return this.crashDiag;
  }

  /** What is kept of its faults was looked up. */
  keep(kept: FaultsKept): void {
    if (this.disposed) return;
    this.kept = kept;
    this.changed();
  }

  dispose(): void {
    this.disposed = true;
    this.endpointInUse = undefined;
    this.feed.dispose();
    for (const node of this.nodes ?? []) node.dispose();
    this.changes.dispose();
    this.faults.dispose();
    this.listings.dispose();
  }

  private become(state: ControllerState): void {
    this.state = state;
    this.changed();
  }

  private wish(): FeedWish {
    return { interval_ms: POLL_MS, values: this.attention === 'watched' ? SHOWN : MINDED };
  }

  private take({ values }: Reading): void {
    const isBack = this.misses > 0;
    if (isBack) this.interruptions++;
    this.misses = 0;
    const { fault: code = 0, erpm = 0 } = values;
    if (this.attention === 'watched' && isShown(values)) this.values = values;
    const fault = code === 0 ? null : faultName(code);
    const turning = isTurning({ erpm, duty: 0 });
    const different = fault !== this.activeFault || turning !== this.turning;
    const appeared = fault !== null && fault !== this.activeFault;
    const foundActive = this.activeFault === undefined;
    this.activeFault = fault;
    this.turning = turning;
    if (appeared) this.faults.fire({ fault, at: this.clock.date(), foundActive });
    if (this.state === 'silent') this.become('connected');
    else if (this.values || different || isBack) this.changed();
  }

  private miss(error: VescError): void {
    this.misses++;
    if (this.misses < MISSES || this.state !== 'connected') return;
    this.problem = error;
    this.become('silent');
  }
}

/** What was read before somebody looked is not all of it. */
function isShown(values: Partial<Values>): values is ShownValues {
  return SHOWN.every((key) => values[key] !== undefined);
}
