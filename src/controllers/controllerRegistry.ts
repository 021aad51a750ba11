import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError, VescError } from '../base/errors';
import { Lazy } from '../base/lazy';
import type { LinkAddress } from '../links/link';
import { formatLinkAddress, sameAddress } from '../links/linkAddress';
import type { Session } from '../links/session';
import type { SessionLease, SessionPool } from '../links/sessionPool';
import { silenceIs } from '../links/silence';
import { atLeast } from '../protocol/version';
import type { ControllerAccess } from '../settings/controllerAccess';
import type { ControllerMemory } from '../settings/controllerMemory';
import type { BootloaderHooks, BootloaderRequest, BootloaderResult } from '../update/bootloaderInstaller';
import type { BusHooks, BusMember } from '../update/busUpdate';
import type { ControllerIdentity } from '../update/controllerIdentity';
import type { UpdateHooks, UpdateRequest, Updates, UpdateTarget } from '../update/updater';
import type { UpdateResult } from '../update/verdict';
import type { Attention, Controller, FaultSighting } from './controller';

const IDENTIFY = { timeout_ms: 1000, attempts: 3 } as const;
const NODE = { timeout_ms: 500, attempts: 2 } as const;
/** 255 pings of 10 ms, and up to 4.2 s on a dead bus (facts 14). */
const PING_TIMEOUT_MS = 6000;
/** How often a controller that went away is looked for. */
const RETRY_MS = 1500;

export interface RegistryDependencies {
  readonly pool: SessionPool;
  readonly clock: Clock;
  readonly memory: ControllerMemory;
  readonly updater: Updates;
  /** Called before the first controller is connected: whoever follows all of them is there by then. */
  readonly beforeFirst?: () => Promise<void>;
}

/** What the registry keeps of one connection. */
interface Connection {
  readonly controller: Controller;
  lease: SessionLease | undefined;
  retry: Disposable | undefined;
  /** Under way; whoever wants it open meanwhile waits for the same. */
  opening: Promise<void> | undefined;
}

/**
 * The controllers the user connected. Ports are opened for these and no others; one that goes away is taken up
 * again when it returns.
 */
export class ControllerRegistry implements Disposable {
  private readonly connections: Connection[] = [];
  private readonly changes = new Emitter<Controller | undefined>();
  private readonly faults = new Emitter<{ controller: Controller; sighting: FaultSighting }>();
  private readonly listings = new Emitter<Controller>();
  /** What a connection is made of. As long as there is none, nobody needs it. */
  private readonly parts = new Lazy(async () => {
    const [{ Controller }, { identifyController }, { pingCan }] = await Promise.all([
      import('./controller'),
      import('../update/controllerIdentity'),
      import('../protocol/messages/can'),
      this.dependencies.beforeFirst?.(),
    ]);
    return { Controller, identifyController, pingCan };
  });
  private attention: Attention = 'minded';
  private chosen: Controller | undefined;

  /** Fires with the controller that changed, or without one when the list or the selection did. */
  readonly onChange = this.changes.event;
  readonly onFault = this.faults.event;
  /** Fires with a controller whose fault history was read. */
  readonly onListing = this.listings.event;

  constructor(private readonly dependencies: RegistryDependencies) {}

  get controllers(): readonly Controller[] {
    return this.connections.map((connection) => connection.controller);
  }

  /** The controller that commands work on: the one picked, else the only one there is. */
  get selected(): Controller | undefined {
    if (this.chosen) return this.chosen;
    return this.connections.length === 1 ? this.connections[0]!.controller : undefined;
  }

  /** The controller at the link over which `controller` is reached: itself, unless it is a node. */
  atLink(controller: Controller): Controller {
    return this.connectionOf(controller)?.controller ?? controller;
  }

  select(controller: Controller | undefined): void {
    this.chosen = controller;
    this.changes.fire(undefined);
  }

  /**
   * Connects to the controller at `address`; the one that is there already, if any.
   * @param keeps true for one that is to be in the list even if it does not answer: it is tried again then
   * @throws VescError of the link; the controller is then not in the list
   */
  async connect(address: LinkAddress, signal?: AbortSignal, keeps = false): Promise<Controller> {
    const { Controller } = await this.parts.get();
    signal?.throwIfAborted();
    const present = this.connections.find(({ controller }) => sameAddress(controller.address, address));
    if (present) {
      if (present.controller.state === 'disconnected') await this.open(present, signal);
      return present.controller;
    }
    const controller = new Controller(address, undefined, this.dependencies.clock);
    const connection: Connection = { controller, lease: undefined, retry: undefined, opening: undefined };
    this.follow(controller);
    this.connections.push(connection);
    this.changes.fire(undefined);
    try {
      await this.open(connection, signal);
    } catch (error) {
      if (!keeps || signal?.aborted || !isVescError(error)) {
        this.remove(connection);
        throw error;
      }
    }
    return controller;
  }

  /** Lets go of a controller and its port. */
  disconnect(controller: Controller): void {
    const connection = this.connectionOf(controller);
    if (connection) this.remove(connection);
  }

  /** Reads again who answers there, and its faults. */
  async refresh(controller: Controller): Promise<void> {
    const connection = this.connectionOf(controller);
    // An update owns the link: looking there now would only be in its way.
    if (!connection || connection.controller.state === 'updating') return;
    if (!connection.lease || connection.opening) return this.open(connection);
    await this.identify(connection);
    await controller.readFaults();
  }

  /**
   * Finds the other controllers on the CAN bus behind `controller`; takes about 3 s.
   * @throws VescError of the link
   */
  async scan(controller: Controller): Promise<readonly Controller[]> {
    const connection = this.connectionOf(controller);
    const session = connection?.lease?.session;
    if (!session) throw new VescError('not-connected', { what: controller.title });
    const { Controller, identifyController, pingCan } = await this.parts.get();
    const ids = await silenceIs(session.request(pingCan(), { timeout_ms: PING_TIMEOUT_MS }), []);
    const found: { node: Controller; attach: () => void }[] = [];
    for (const canId of ids) {
      const endpoint = session.node(canId);
      const identity = await silenceIs(identifyController(endpoint, NODE), undefined);
      if (!identity) continue;
      const record = await this.dependencies.memory.recall(identity.uuid);
      const node =
        controller.nodes?.find((known) => known.canId === canId) ??
        new Controller(controller.address, canId, this.dependencies.clock);
      expectEchoes(session, canId, identity);
      found.push({ node, attach: () => node.attach(endpoint, identity, record) });
    }
    // Only now: a scan that breaks off in the middle leaves nothing behind that goes on asking.
    const nodes = found.map(({ node }) => node);
    for (const { node, attach } of found) {
      if (!controller.nodes?.includes(node)) this.follow(node);
      attach();
      node.attend(this.attention);
    }
    controller.adopt(nodes);
    if (this.forgetChoice()) this.changes.fire(undefined);
    return nodes;
  }

  /** Updates the firmware of a controller or a CAN node; it is connected again afterwards. */
  update(
    controller: Controller,
    request: Omit<UpdateRequest, 'target'>,
    hooks: UpdateHooks,
  ): Promise<UpdateResult> {
    return this.handOver(controller, async (target) => {
      const result = await this.dependencies.updater.run({ ...request, target }, hooks);
      controller.lastVerdict = result.verdict;
      return result;
    });
  }

  /**
   * The controllers on the CAN bus of `controller`, itself last: the order in which they are updated. Takes about 3 s.
   * @throws VescError of the link
   */
  async findBus(controller: Controller, signal?: AbortSignal): Promise<BusMember[]> {
    const { findBusMembers } = await import('../update/busUpdate');
    return findBusMembers(this.dependencies, controller.address, signal);
  }

  /** Updates the controllers of a bus, as {@link findBus} found them; they are connected again afterwards. */
  async updateBus(
    controller: Controller,
    members: readonly BusMember[],
    request: Omit<UpdateRequest, 'target'>,
    hooks: BusHooks,
  ): Promise<BusMember[]> {
    const { done } = await this.handOver(this.atLink(controller), async ({ address }) => {
      const { updateBus } = await import('../update/busUpdate');
      const done = await updateBus(this.dependencies.updater, members, request, hooks);
      for (const { version, result } of done) {
        const known = [controller, ...(controller.nodes ?? [])];
        const member = known.find(({ identity }) => identity?.uuid === version.uuid);
        if (member && result) member.lastVerdict = result.verdict;
      }
      // The one at the link comes last; where it was found then all the others are reached.
      return { done, address: done.at(-1)?.result?.address ?? address };
    });
    return done;
  }

  /** Installs a bootloader on a controller or a CAN node; it is connected again afterwards. */
  installBootloader(
    controller: Controller,
    request: Omit<BootloaderRequest, 'target'>,
    hooks: BootloaderHooks,
  ): Promise<BootloaderResult> {
    return this.handOver(controller, (target) =>
      this.dependencies.updater.installBootloader({ ...request, target }, hooks),
    );
  }

  /**
   * Leaves a controller to `work`, which keeps it busy or restarts it, and takes it up again when that is over.
   * @param addressAfter where it is then, when it may have moved
   */
  async lend<R>(
    controller: Controller,
    work: (target: UpdateTarget) => Promise<R>,
    addressAfter?: (result: R) => LinkAddress | undefined,
  ): Promise<R> {
    const lent = await this.handOver(controller, async (target) => {
      const result = await work(target);
      return { result, address: addressAfter?.(result) ?? target.address };
    });
    return lent.result;
  }

  /**
   * How to talk to a controller and to the others on its bus.
   * @throws VescError `not-connected`
   */
  accessTo(controller: Controller): ControllerAccess {
    const session = this.connectionOf(controller)?.lease?.session;
    const { endpoint } = controller;
    if (!session || !endpoint) throw new VescError('not-connected', { what: controller.title });
    return { endpoint, node: (canId) => session.node(canId) };
  }

  /** Gives a controller a name, or takes it away. */
  async rename(controller: Controller, name: string | undefined): Promise<void> {
    if (!controller.identity) return;
    const { memory } = this.dependencies;
    controller.remember(await memory.remember(controller.identity.uuid, { name: name || undefined }));
  }

  /** Remembers which board is built for a controller. */
  async rememberBoard(controller: Controller, board: string): Promise<void> {
    if (!controller.identity) return;
    controller.remember(await this.dependencies.memory.remember(controller.identity.uuid, { board }));
  }

  /** How closely values are followed: `watched` while somebody looks at them. */
  attend(attention: Attention): void {
    this.attention = attention;
    for (const { controller } of this.connections) controller.attend(attention);
  }

  dispose(): void {
    for (const connection of [...this.connections]) this.remove(connection);
    this.changes.dispose();
    this.faults.dispose();
    this.listings.dispose();
  }

  /** Opens its link, unless that is open, and finds out who answers; while that fails, it is tried again later. */
  private open(connection: Connection, signal?: AbortSignal): Promise<void> {
    connection.opening ??= this.openNow(connection, signal).finally(() => {
      connection.opening = undefined;
    });
    return connection.opening;
  }

  private async openNow(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
    const { controller } = connection;
    connection.retry?.dispose();
    controller.detach('connecting');
    try {
      connection.lease ??= await this.acquire(connection, signal);
      await this.identify(connection, signal);
    } catch (error) {
      this.release(connection);
      controller.detach('disconnected', isVescError(error) ? error : undefined);
      this.retryLater(connection);
      throw error;
    }
  }

  private async acquire(connection: Connection, signal: AbortSignal | undefined): Promise<SessionLease> {
    const { address } = connection.controller;
    const lease = await this.dependencies.pool.acquire(address, signal);
    if (!this.connections.includes(connection)) {
      lease.dispose();
      throw closed(lease);
    }
    lease.session.onClose((reason) => {
      if (connection.lease === lease) this.lost(connection, reason);
    });
    return lease;
  }

  private async identify(connection: Connection, signal?: AbortSignal): Promise<void> {
    const { controller, lease } = connection;
    if (!lease) return;
    const { memory } = this.dependencies;
    const { session } = lease;
    const { identifyController } = await this.parts.get();
    const identity = await identifyController(session, { ...IDENTIFY, ...(signal ? { signal } : {}) });
    const record = await memory.recall(identity.uuid);
    if (connection.lease !== lease) throw closed(lease);
    expectEchoes(session, undefined, identity);
    controller.attach(session, identity, record);
    controller.attend(this.attention);
    // The nodes behind it are reached again, too.
    for (const node of controller.nodes ?? []) {
      const endpoint = session.node(node.canId!);
      const found = await silenceIs(identifyController(endpoint, NODE), undefined);
      if (found) {
        expectEchoes(session, node.canId, found);
        node.attach(endpoint, found, await memory.recall(found.uuid));
      } else node.detach('disconnected');
    }
  }

  /** Leaves a controller to `work`, which may restart it, and takes it up again when that is over. */
  private async handOver<R extends { readonly address: LinkAddress }>(
    controller: Controller,
    work: (target: UpdateTarget) => Promise<R>,
  ): Promise<R> {
    const connection = this.connectionOf(controller);
    const { address, canId } = controller;
    connection?.controller.detach('updating');
    try {
      const result = await work(canId === undefined ? { address } : { address, canId });
      if (connection) move(connection.controller, result.address);
      return result;
    } finally {
      if (connection) await this.reopen(connection);
    }
  }

  private lost(connection: Connection, reason: VescError): void {
    this.release(connection);
    // An update waits for the controller itself and opens the link again when it is over.
    if (connection.controller.state === 'updating') return;
    connection.controller.detach('disconnected', reason);
    this.retryLater(connection);
  }

  private retryLater(connection: Connection): void {
    connection.retry?.dispose();
    if (!this.connections.includes(connection)) return;
    connection.retry = this.dependencies.clock.schedule(RETRY_MS, () => void this.reopen(connection));
  }

  /** Takes a connection up again. That it fails is shown by the controller, and tried again later. */
  private async reopen(connection: Connection): Promise<void> {
    if (!this.connections.includes(connection)) return;
    const { lease, controller } = connection;
    // The old link may still be open when the controller has come back on another one.
    if (lease && !sameAddress(lease.session.address, controller.address)) this.release(connection);
    await this.open(connection).catch((error: unknown) => {
      if (!isVescError(error)) throw error;
    });
  }

  private release(connection: Connection): void {
    const { lease } = connection;
    connection.lease = undefined;
    lease?.dispose();
  }

  private remove(connection: Connection): void {
    const index = this.connections.indexOf(connection);
    if (index < 0) return;
    this.connections.splice(index, 1);
    connection.retry?.dispose();
    this.release(connection);
    this.forgetChoice();
    connection.controller.dispose();
    this.changes.fire(undefined);
  }

  /** Lets go of a choice that is not there any more, and tells whether there was one. */
  private forgetChoice(): boolean {
    if (!this.chosen || this.connectionOf(this.chosen)) return false;
    this.chosen = undefined;
    return true;
  }

  private follow(controller: Controller): void {
    controller.onChange(() => this.changes.fire(controller));
    controller.onFault((sighting) => this.faults.fire({ controller, sighting }));
    controller.onListing(() => this.listings.fire(controller));
  }

  private connectionOf(controller: Controller): Connection | undefined {
    return this.connections.find(
      (connection) =>
        connection.controller === controller || connection.controller.nodes?.includes(controller),
    );
  }
}

function closed({ session }: SessionLease): VescError {
  return new VescError('link-closed', { address: formatLinkAddress(session.address) });
}

/** Prints are told apart by the echo ahead of them, which firmware has from 6.00 on (facts 6.1). */
function expectEchoes(session: Session, canId: number | undefined, { firmware }: ControllerIdentity): void {
  session.prints.expectEchoes(canId, atLeast(firmware, 6, 0));
}

/** A USB port may have another name after a restart, for those behind it as well. */
function move(controller: Controller, address: LinkAddress): void {
  for (const each of [controller, ...(controller.nodes ?? [])]) each.address = address;
}

/** The address of a controller as people read it, with its CAN id when it is a node. */
export function formatPlace(controller: Controller): string {
  const place = formatLinkAddress(controller.address);
  return controller.canId === undefined ? place : `${place}, CAN ${controller.canId}`;
}
