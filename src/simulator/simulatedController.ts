import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import { APP_ADDRESS, BOOTLOADER_ADDRESS, FLASH_ADDRESS } from '../image/flashMap';
import { formatLinkAddress } from '../links/linkAddress';
import type { Link, LinkAddress } from '../links/link';
import { createMemoryDuplex, type DuplexEnd } from '../links/memoryDuplex';
import { AppCheck } from './appCheck';
import type { BackupRam, Board, BoardTraits, FirmwareIdentity, ResetCause } from './board';
import { type BootloaderOutcome, hasBootloader, runBootloader, WATCHDOG_MS } from './bootloader';
import { CanBus, type CanNode, type CanPacket, FIFO_FRAMES } from './canBus';
import { ControllerTime } from './controllerTime';
import { Firmware } from './firmware';
import { Flash, PowerCut } from './flash';
import { HostPort } from './hostPort';
import type { Interference } from './interference';
import { defaultCanId, resolveNodes, resolveOptions, type SimulatedControllerOptions } from './options';
import { syntheticBootloader, syntheticImage } from './syntheticImage';

export type { SimulatedControllerOptions } from './options';

/** What the processor is doing. */
export type Phase =
  | 'off'
  /** The application starts; nothing answers yet. */
  | 'starting'
  | 'running'
  | 'bootloader'
  /** It jumped into nothing and waits for the watchdog. */
  | 'locked-up'
  /** The application does not start, now or ever: only a programmer helps. */
  | 'broken';

/** Which way in: USB goes away with every reset, the UART stays and is silent. */
export type PortName = 'usb' | 'uart';

/** Milestones of a start, in ms (facts: boot milestones). */
const EEPROM_MS = 201;
const CRC_MS = 278;
const UART_MS = 5200;
const USB_MS = 5290;
const EEPROM_FORMAT_MS = 500;

interface Surroundings {
  readonly time: ControllerTime;
  readonly bus: CanBus;
}

/**
 * A controller without hardware: flash, bootloader, application, CAN bus and motor behave as the facts say, in its
 * own time. It comes up running; {@link connect} plugs a host into it.
 */
export class SimulatedController implements Disposable {
  readonly flash: Flash;
  /** The other controllers on its bus, each with flash and settings of its own. */
  readonly nodes: readonly SimulatedController[];
  /** Decides the fate of frames at the ports: see interference.ts. */
  interference: Interference | undefined;
  /** How the bootloader's last run ended. */
  lastBootloaderOutcome: BootloaderOutcome | undefined;
  private readonly traits: BoardTraits;
  private readonly time: ControllerTime;
  private readonly bus: CanBus;
  private readonly app: AppCheck;
  private readonly ports: Record<PortName, HostPort>;
  private readonly board: Board;
  private readonly backup: BackupRam;
  private readonly phaseChanged = new Emitter<Phase>();
  private readonly packets: CanPacket[] = [];
  private identity: FirmwareIdentity;
  private running: Firmware | undefined;
  private currentPhase: Phase = 'off';
  private enumerated = false;
  private stalls = 0;
  private packetsBusy = false;
  private disposed = false;
  /** Changes with every reset: whatever waited before it never goes on. */
  private life = 0;
  private started_ms = 0;
  private lastReset: ResetCause = 'power-on';

  /** Fires when the processor does something else. */
  readonly onPhase = this.phaseChanged.event;

  constructor(
    options: SimulatedControllerOptions,
    private readonly clock: Clock,
    surroundings?: Surroundings,
  ) {
    const resolved = resolveOptions(options);
    this.traits = resolved.traits;
    this.identity = resolved.identity;
    this.time = surroundings?.time ?? new ControllerTime(clock, options.speedFactor ?? 1);
    this.bus = surroundings?.bus ?? new CanBus(this.time);
    this.flash = new Flash(options.flash, options.flashModel);
    this.app = new AppCheck(this.flash);
    const interference = (): Interference | undefined => this.interference;
    this.ports = {
      usb: new HostPort(this.time, interference),
      uart: new HostPort(this.time, interference),
    };
    this.backup = { odometer_m: 0, runtime_s: 0, canId: undefined, bootNumber: 0, crashStreak: 0 };
    this.board = this.makeBoard(options.canId ?? defaultCanId(this.traits.uuid));
    if (options.flash === undefined) this.fillFlash(options);
    this.bus.attach(this.board.node);
    this.startAtOnce();
    this.nodes = resolveNodes(options).map(
      (node) => new SimulatedController(node, clock, { time: this.time, bus: this.bus }),
    );
  }

  get phase(): Phase {
    return this.currentPhase;
  }

  /** True while a host sees the USB device. */
  get isEnumerated(): boolean {
    return this.enumerated;
  }

  /** The application, while it runs. */
  get firmware(): Firmware | undefined {
    return this.running;
  }

  /**
   * Plugs a host in.
   * @throws VescError `port-not-found` while USB is not there, `port-busy` while another host has the port
   */
  connect(address: LinkAddress = { kind: 'simulated', name: '' }, port: PortName = 'usb'): Link {
    const path = formatLinkAddress(address);
    if (port === 'usb' && !this.enumerated) throw new VescError('port-not-found', { path });
    if (this.ports[port].isPluggedIn) throw new VescError('port-busy', { path });
    const { link, device } = createMemoryDuplex(address, this.clock);
    this.ports[port].plug(device);
    return link;
  }

  /** Plugs in a host that comes with its own byte stream, as the servers do. False while the port is taken. */
  plug(device: DuplexEnd, port: PortName): boolean {
    if (this.ports[port].isPluggedIn || (port === 'usb' && !this.enumerated)) return false;
    this.ports[port].plug(device);
    return true;
  }

  /** Starts the processor over. Nothing happens while the power is off. */
  reset(cause: ResetCause = 'pin'): void {
    if (this.currentPhase !== 'off') this.run(() => this.start(cause));
  }

  /** Takes the power away, whatever is going on. */
  cutPower(): void {
    this.stop('the power is off');
    this.ports.uart.attach(undefined);
    this.enter('off');
  }

  /** Gives the power back. */
  powerOn(): void {
    if (this.currentPhase !== 'off' || this.disposed) return;
    Object.assign(this.backup, {
      odometer_m: 0,
      runtime_s: 0,
      canId: undefined,
      bootNumber: 0,
      crashStreak: 0,
    });
    this.run(() => this.start('power-on'));
  }

  dispose(): void {
    this.disposed = true;
    this.cutPower();
    this.ports.uart.unplug('the simulated controller was stopped');
    this.phaseChanged.dispose();
    for (const node of this.nodes) node.dispose();
  }

  private fillFlash(options: SimulatedControllerOptions): void {
    const image = options.image ?? syntheticImage(this.identity);
    const bootloader = options.bootloader ?? 'current';
    this.flash.content.set(image, APP_ADDRESS - FLASH_ADDRESS);
    if (bootloader !== 'none') {
      this.flash.content.set(syntheticBootloader(bootloader), BOOTLOADER_ADDRESS - FLASH_ADDRESS);
    }
    // It has been started before.
    if (this.app.state(this.identity) === 'first-start') this.app.mark(this.identity);
  }

  /** Comes up as a controller that was switched on a while ago. */
  private startAtOnce(): void {
    this.started_ms = this.time.now() - USB_MS;
    if (this.app.state(this.identity) === 'first-start') this.app.mark(this.identity);
    if (this.app.state(this.identity) === 'broken') {
      this.enter('broken');
      return;
    }
    this.backup.bootNumber++;
    const firmware = this.makeFirmware();
    this.serve(firmware, 'uart');
    this.serve(firmware, 'usb');
  }

  private async start(cause: ResetCause): Promise<void> {
    this.stop('the controller restarted');
    this.lastReset = cause;
    this.backup.bootNumber++;
    this.backup.crashStreak = cause === 'software' || cause === 'power-on' ? 0 : this.backup.crashStreak + 1;
    this.started_ms = this.time.now();
    this.enter('starting');
    const state = this.app.state(this.identity);
    if (state === 'broken') {
      this.enter('broken');
      return;
    }
    await this.board.wait(EEPROM_MS);
    const format_ms = this.formatSettings();
    await this.board.wait(CRC_MS - EEPROM_MS + format_ms);
    if (state === 'first-start') {
      this.app.mark(this.identity);
      return this.start('software');
    }
    const firmware = this.makeFirmware();
    await this.board.wait(UART_MS - CRC_MS);
    this.serve(firmware, 'uart');
    await this.board.wait(USB_MS - UART_MS);
    this.serve(firmware, 'usb');
  }

  private formatSettings(): number {
    return 0 * EEPROM_FORMAT_MS;
  }

  private makeFirmware(): Firmware {
    this.identity = this.app.identity(this.identity);
    return new Firmware(this.board, this.identity);
  }

  private serve(firmware: Firmware, port: PortName): void {
    this.running = firmware;
    this.ports[port].attach(firmware);
    if (port === 'usb') this.enumerated = true;
    this.enter('running');
  }

  /** Ends whatever runs: threads never go on, USB goes away. */
  private stop(reason: string): void {
    this.life++;
    this.stalls = 0;
    this.running = undefined;
    this.enumerated = false;
    this.packets.length = 0;
    this.packetsBusy = false;
    this.ports.usb.attach(undefined);
    this.ports.uart.attach(undefined);
    this.ports.usb.unplug(reason);
  }

  private async jump(): Promise<void> {
    this.stop('the bootloader took over');
    if (!hasBootloader(this.flash)) {
      this.enter('locked-up');
      await this.board.wait(WATCHDOG_MS);
      return this.start('watchdog');
    }
    this.enter('bootloader');
    this.lastBootloaderOutcome = await runBootloader({
      flash: this.flash,
      now: () => this.time.now(),
      stall: (duration_ms) => this.board.stall(duration_ms),
    });
    return this.start(this.lastBootloaderOutcome === 'watchdog' ? 'watchdog' : 'window-watchdog');
  }

  /** Runs what happens outside the application; a power cut in a flash operation ends it. */
  private run(action: () => Promise<void>): void {
    void action().catch((error: unknown) => {
      if (!(error instanceof PowerCut)) throw error;
      this.cutPower();
    });
  }

  private enter(phase: Phase): void {
    if (this.currentPhase === phase) return;
    this.currentPhase = phase;
    this.phaseChanged.fire(phase);
  }

  /** Settles when `through` lets its action run, unless a reset came first. */
  private survive(through: (action: () => void) => void): Promise<void> {
    const life = this.life;
    return new Promise((resolve) => {
      through(() => {
        if (life === this.life && !this.disposed) resolve();
      });
    });
  }

  private async stall(duration_ms: number): Promise<void> {
    this.stalls++;
    await this.survive((action) => this.time.pass(duration_ms, action));
    this.stalls--;
    if (this.stalls > 0) return;
    // The command that stalled goes on first.
    queueMicrotask(() => {
      this.ports.usb.resume();
      this.ports.uart.resume();
      this.takePackets();
    });
  }

  /** A packet from the bus: lost while the processor stands still, but for what the receive FIFO holds. */
  private arrive(packet: CanPacket): void {
    if (this.running === undefined) return;
    const waiting = this.packets.reduce((sum, { frames }) => sum + frames, 0);
    if (this.stalls > 0 && waiting + packet.frames > FIFO_FRAMES) return;
    this.packets.push(packet);
    this.takePackets();
  }

  private takePackets(): void {
    while (this.stalls === 0 && !this.packetsBusy && this.running !== undefined) {
      const packet = this.packets.shift();
      if (packet === undefined) return;
      const work = this.running.receivePacket(packet);
      if (work === undefined) continue;
      const life = this.life;
      this.packetsBusy = true;
      void work.then(() => {
        if (life !== this.life) return;
        this.packetsBusy = false;
        this.takePackets();
      });
    }
  }

  private makeBoard(canId: number): Board {
    const controller = (): SimulatedController => this;
    const node: CanNode = {
      canIds: () => this.running?.canIds ?? [],
      arrive: (packet) => this.arrive(packet),
      status: () => undefined,
    };
    return {
      traits: this.traits,
      time: this.time,
      flash: this.flash,
      bus: this.bus,
      node,
      backup: this.backup,
      canId,
      get lastReset() {
        return controller().lastReset;
      },
      get started_ms() {
        return controller().started_ms;
      },
      get isStalled() {
        return controller().stalls > 0;
      },
      stall: (duration_ms) => this.stall(duration_ms),
      wait: (duration_ms) => this.survive((action) => this.time.schedule(duration_ms, action)),
      reset: (cause) => this.reset(cause),
      jumpToBootloader: () => this.run(() => this.jump()),
      switchOff: () => this.cutPower(),
      powerFailed: () => this.cutPower(),
    };
  }
}
