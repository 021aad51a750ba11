import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore, toDisposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError } from '../base/errors';
import type { CrashDiag } from '../protocol/crashDiag';
import type { FaultHistory, Moment } from '../settings/faultHistory';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { readBootTime } from '../update/uptime';
import type { Controller, FaultSighting } from './controller';
import type { ControllerRegistry } from './controllerRegistry';

/** A controller that has just been connected is looked at when the first rush is over. */
const SETTLE_MS = 500;
/** The firmware writes a fault down a moment after it strikes. */
const LISTED_MS = 1000;
/** Its start moved by more than a request takes: it restarted. */
const RESTART_MS = 2000;
/** A fault that comes and goes must not keep the terminal of its controller busy. */
const MIN_INTERVAL_MS = 10_000;

export interface FaultKeeperDependencies {
  readonly registry: Pick<ControllerRegistry, 'onChange' | 'onFault' | 'onListing'>;
  readonly history: FaultHistory;
  readonly clock: Clock;
}

/** What is going on about one controller. */
interface Watch {
  /** Who it was when it was last looked at: another object each time it is connected. */
  identity: ControllerIdentity | undefined;
  /** How often it had fallen silent by then. */
  interruptions: number;
  boot_ms: number | undefined;
  /** Whether all that it had to tell when it was connected has been read. */
  isKnown: boolean;
  timer: Disposable | undefined;
  /** When its list was last asked for because of a fault; by the clock. */
  asked_ms: number;
}

/**
 * Writes down the faults and crashes of the controllers that are connected, before they forget them: what it has when
 * it is connected, and what strikes while it is.
 */
export class FaultKeeper implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly crashes = this.owned.add(new Emitter<{ controller: Controller; diag: CrashDiag }>());
  private readonly watches = new WeakMap<Controller, Watch>();
  private readonly timers = new Set<Disposable>();
  private disposed = false;

  /** Fires once for each crash that was not known. */
  readonly onCrash = this.crashes.event;

  constructor(private readonly dependencies: FaultKeeperDependencies) {
    const { registry } = dependencies;
    this.owned.add(registry.onChange((controller) => controller && this.meet(controller)));
    this.owned.add(
      registry.onFault(({ controller, sighting }) => void this.quietly(() => this.see(controller, sighting))),
    );
    this.owned.add(registry.onListing((controller) => void this.quietly(() => this.noteListing(controller))));
  }

  dispose(): void {
    this.disposed = true;
    for (const timer of this.timers) timer.dispose();
    this.owned.dispose();
  }

  private watchOf(controller: Controller): Watch {
    let watch = this.watches.get(controller);
    if (!watch) {
      watch = {
        identity: undefined,
        interruptions: 0,
        boot_ms: undefined,
        isKnown: false,
        timer: undefined,
        asked_ms: Number.NEGATIVE_INFINITY,
      };
      this.watches.set(controller, watch);
    }
    return watch;
  }

  /** A controller that was connected, or connected again, is looked at. */
  private meet(controller: Controller): void {
    const { identity, state } = controller;
    if (state !== 'connected' || identity?.hardwareType !== 'vesc') return;
    const watch = this.watchOf(controller);
    const isNew = watch.identity !== identity;
    if (!isNew && watch.interruptions === controller.interruptions) return;
    watch.identity = identity;
    if (isNew) Object.assign(watch, { isKnown: false, boot_ms: undefined });
    watch.interruptions = controller.interruptions;
    this.later(watch, SETTLE_MS, () => (isNew ? this.lookAt(controller) : this.lookAgain(controller)));
  }

  /** A fault is active. */
  private async see(controller: Controller, { fault, at, foundActive }: FaultSighting): Promise<void> {
    const { identity } = controller;
    if (!identity) return;
    this.readSoon(controller);
    if (!foundActive) {
      if (this.watchOf(controller).boot_ms === undefined) await this.readBoot(controller);
      const moment = { ...this.moment(controller), now_ms: at.getTime() };
      await this.dependencies.history.noteSighting(identity.uuid, fault, moment);
    }
  }

  private readSoon(controller: Controller): void {
    const watch = this.watchOf(controller);
    const { clock } = this.dependencies;
    const wait_ms = Math.max(LISTED_MS, watch.asked_ms + MIN_INTERVAL_MS - clock.now());
    this.later(watch, wait_ms, async () => {
      watch.asked_ms = clock.now();
      if (controller.state === 'connected') await controller.readFaults();
    });
  }

  private later(watch: Watch, delay_ms: number, action: () => Promise<void>): void {
    watch.timer?.dispose();
    const timer = this.dependencies.clock.schedule(delay_ms, () => {
      this.timers.delete(timer);
      void this.quietly(action);
    });
    watch.timer = toDisposable(() => {
      this.timers.delete(timer);
      timer.dispose();
    });
    this.timers.add(timer);
  }

  private async lookAt(controller: Controller): Promise<void> {
    if (controller.state !== 'connected') return;
    await this.readBoot(controller);
    const diag = await controller.readCrash();
    if (diag) await this.noteCrash(controller, diag);
    // Somebody may have asked meanwhile.
    if (controller.faultHistory === undefined) await controller.readFaults();
    this.watchOf(controller).isKnown = true;
  }

  /** It fell silent behind a link that stayed open, as a UART or a bridge does when the controller restarts. */
  private async lookAgain(controller: Controller): Promise<void> {
    const { isKnown, boot_ms: before_ms } = this.watchOf(controller);
    if (isKnown) {
      await this.readBoot(controller);
      const { boot_ms } = this.watchOf(controller);
      if (before_ms === undefined || boot_ms === undefined || boot_ms - before_ms <= RESTART_MS) return;
    }
    controller.faultHistory = undefined;
    await this.lookAt(controller);
  }

  /** When it started; a controller behind a UART may have restarted without anybody noticing. */
  private async readBoot(controller: Controller): Promise<void> {
    if (!controller.endpoint) return;
    const { clock } = this.dependencies;
    const watch = this.watchOf(controller);
    // One that is silent at the moment, as while it restarts, started when it was last heard to have started.
    watch.boot_ms = (await readBootTime(controller.endpoint, clock)) ?? watch.boot_ms;
  }

  private async noteCrash(controller: Controller, diag: CrashDiag): Promise<void> {
    const { uuid, firmware } = controller.identity!;
    const moment = this.moment(controller);
    const isNew = await this.dependencies.history.noteCrash(uuid, diag, firmware.buildId, moment);
    if (isNew && !this.disposed) this.crashes.fire({ controller, diag });
  }

  private async noteListing(controller: Controller): Promise<void> {
    const { history } = this.dependencies;
    const { identity, faultHistory } = controller;
    if (!identity || !faultHistory) return;
    await this.readBoot(controller);
    const moment = this.moment(controller);
    await history.noteListing(identity.uuid, faultHistory, moment);
    if (controller.identity?.uuid === identity.uuid) controller.keep(await history.of(identity.uuid, moment));
  }

  private moment(controller: Controller): Moment {
    return {
      now_ms: this.dependencies.clock.date().getTime(),
      boot_ms: this.watchOf(controller).boot_ms,
    };
  }

  /** Nobody asked for any of this, so nobody is told when a controller does not answer or a disk is full. */
  private async quietly(work: () => Promise<void>): Promise<void> {
    try {
      if (!this.disposed) await work();
    } catch (error) {
      const isDisk = error instanceof Error && 'syscall' in error;
      if (!isVescError(error) && !isDisk) throw error;
    }
  }
}
