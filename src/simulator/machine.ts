import { Emitter } from '../base/emitter';
import { APP_ADDRESS, BOOTLOADER_ADDRESS, FLASH_ADDRESS, SECTORS } from '../image/flashMap';
import type { CrashCause } from '../protocol/crashDiag';
import { AppCheck, type AppState } from './appCheck';
import type { BackupRam, Board, FirmwareIdentity, ResetCause } from './board';
import { type BootloaderOutcome, hasBootloader, runBootloader, WATCHDOG_MS } from './bootloader';
import type { CanBus, CanNode } from './canBus';
import { CanInbox } from './canInbox';
import type { ControllerTime } from './controllerTime';
import { freshCrashMemory, noteBoot } from './crashMemory';
import { DebugPort } from './debugPort';
import { Eeprom, SettingKind } from './eeprom';
import { Firmware } from './firmware';
import { Flash, PowerCut } from './flash';
import type { HostPort } from './hostPort';
import { defaultCanId, resolveOptions, type SimulatedControllerOptions } from './options';
import { benchReadings, type Readings } from './readings';
import { StoredSettings } from './storedSettings';
import type { SwdPins } from './swdPins';
import { syntheticBootloader, syntheticImage } from './syntheticImage';

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

const freshBackup = (): BackupRam => ({
  odometer_m: 0,
  runtime_s: 0,
  canId: undefined,
  ...freshCrashMemory(),
});

/** As a power cut leaves it that hit the bootloader's copy early: the first sectors erased, the rest as it was. */
function halfCopied(content: Uint8Array): void {
  const { address, size_B } = SECTORS[3]!;
  content.fill(0xff, 0, address + size_B - FLASH_ADDRESS);
}

/** Chip and board of one controller, and what the processor does with them from reset to reset. */
export class Machine {
  readonly flash: Flash;
  readonly readings: Readings;
  readonly board: Board;
  lastBootloaderOutcome: BootloaderOutcome | undefined;
  /** Its own SWD pins. */
  readonly swd: SwdPins;
  /** The chip at the pins of its programmer. */
  swdWire: SwdPins | undefined;
  private readonly app: AppCheck;
  private readonly eeprom: Eeprom;
  private readonly backup = freshBackup();
  private readonly inbox: CanInbox;
  private readonly phaseChanged = new Emitter<Phase>();
  private identity: FirmwareIdentity;
  private running: Firmware | undefined;
  private currentPhase: Phase = 'off';
  private enumerated = false;
  private stalls = 0;
  /** What would go on now, while a programmer holds the processor. */
  private held: (() => void)[] | undefined;
  /** Changes with every reset: whatever waited before it never goes on. */
  private life = 0;
  private started_ms = 0;
  private lastReset: ResetCause = 'power-on';
  /** The application is not all there: half installed, or of a length that none has. */
  private truncated = false;
  /** The application comes from a programmer or an earlier life: how much of it is there is seen at each start. */
  private isForeign = false;

  private readonly enumeration = new Emitter<boolean>();
  readonly onPhase = this.phaseChanged.event;
  readonly onEnumeration = this.enumeration.event;

  constructor(
    options: SimulatedControllerOptions,
    private readonly time: ControllerTime,
    bus: CanBus,
    private readonly ports: Record<PortName, HostPort>,
  ) {
    const { traits, identity } = resolveOptions(options);
    this.identity = identity;
    this.flash = new Flash(options.flash, options.flashModel);
    this.app = new AppCheck(this.flash);
    this.eeprom = new Eeprom(this.flash);
    this.readings = benchReadings(traits.dualMotor ? 2 : 1);
    this.inbox = new CanInbox(() => (this.stalls > 0 ? 'stalled' : this.running));
    this.board = this.makeBoard(options, bus);
    this.isForeign = options.flash !== undefined;
    if (options.flash === undefined) this.fillFlash(options);
    if (options.bricked === true) halfCopied(this.flash.content);
    this.swd = new DebugPort(this.debugged(traits.uuid, options.readProtected ?? false));
    this.flash.startCounting();
    this.startAtOnce(options.crash);
  }

  get phase(): Phase {
    return this.currentPhase;
  }

  get isEnumerated(): boolean {
    return this.enumerated;
  }

  get firmware(): Firmware | undefined {
    return this.running;
  }

  reset(cause: ResetCause): void {
    if (this.currentPhase !== 'off') this.run(() => this.start(cause));
  }

  /** The firmware comes to an end that it keeps a record of, and starts over. */
  crash(cause: CrashCause): void {
    if (!this.running) return;
    this.backup.crash = { cause, boot: this.backup.bootNumber };
    this.reset('software');
  }

  cutPower(): void {
    this.stop('the power is off');
    this.enter('off');
  }

  powerOn(): void {
    if (this.currentPhase !== 'off') return;
    Object.assign(this.backup, freshBackup());
    this.run(() => this.start('power-on'));
  }

  dispose(): void {
    this.cutPower();
    this.phaseChanged.dispose();
    this.enumeration.dispose();
  }

  private fillFlash(options: SimulatedControllerOptions): void {
    const { content } = this.flash;
    const bootloader = options.bootloader ?? 'current';
    content.set(options.image ?? syntheticImage(this.identity), APP_ADDRESS - FLASH_ADDRESS);
    if (bootloader !== 'none') {
      content.set(syntheticBootloader(bootloader), BOOTLOADER_ADDRESS - FLASH_ADDRESS);
    }
    this.eeprom.format();
    if (options.canId === undefined) return;
    // A user gave it its id once.
    const { version } = this.app.identity(this.identity);
    const settings = new StoredSettings(this.eeprom, version, this.board.traits.defaults, options.canId);
    this.eeprom.write(SettingKind.appconf, settings.getDefault('appconf'));
  }

  /** Comes up as a controller that was switched on a while ago. */
  private startAtOnce(crash: CrashCause | undefined): void {
    this.started_ms = this.time.now() - USB_MS;
    if (crash !== undefined) {
      noteBoot(this.backup, this.lastReset);
      this.backup.crash = { cause: crash, boot: this.backup.bootNumber };
      this.lastReset = 'software';
    }
    if (this.appState() === 'first-start') this.app.mark(this.identity);
    if (this.appState() === 'broken') {
      this.enter('broken');
      return;
    }
    if (!this.eeprom.isFormatted) this.eeprom.format();
    noteBoot(this.backup, this.lastReset);
    const firmware = this.makeFirmware();
    this.serve(firmware, 'uart');
    this.serve(firmware, 'usb');
  }

  private async start(cause: ResetCause): Promise<void> {
    this.stop('the controller restarted');
    const { board } = this;
    this.lastReset = cause;
    noteBoot(this.backup, cause);
    this.started_ms = this.time.now();
    this.enter('starting');
    const state = this.appState();
    if (state === 'broken') {
      this.enter('broken');
      return;
    }
    await board.wait(EEPROM_MS);
    if (!this.eeprom.isFormatted) await board.stall(this.eeprom.format());
    await board.wait(CRC_MS - EEPROM_MS);
    if (state === 'first-start') {
      this.app.mark(this.identity);
      return this.start('software');
    }
    const firmware = this.makeFirmware();
    await board.wait(UART_MS - CRC_MS);
    this.serve(firmware, 'uart');
    await board.wait(USB_MS - UART_MS);
    this.serve(firmware, 'usb');
  }

  /** What the application's own check comes to, and whether there is all of it. */
  private appState(): AppState {
    const state = this.app.state(this.identity);
    if (!this.isForeign) return this.truncated ? 'broken' : state;
    return state === 'first-start' && !this.app.hasEnd(this.identity) ? 'broken' : state;
  }

  private makeFirmware(): Firmware {
    const crc = this.app.crc(this.identity);
    this.identity = this.app.identity(this.identity);
    return new Firmware(this.board, this.identity, crc);
  }

  private serve(firmware: Firmware, port: PortName): void {
    this.running = firmware;
    this.ports[port].attach(firmware);
    this.enter('running');
    if (port === 'usb') this.setEnumerated(true);
  }

  /** Ends whatever runs: threads never go on, USB goes away. */
  private stop(reason: string): void {
    if (this.running) this.backup.runtime_s += this.running.uptime_ms / 1000;
    this.life++;
    this.held = undefined;
    this.stalls = 0;
    this.running = undefined;
    this.inbox.clear();
    this.ports.usb.attach(undefined);
    this.ports.uart.attach(undefined);
    this.ports.usb.unplug(reason);
    this.setEnumerated(false);
  }

  private setEnumerated(enumerated: boolean): void {
    if (this.enumerated === enumerated) return;
    this.enumerated = enumerated;
    this.enumeration.fire(enumerated);
  }

  private async jump(): Promise<void> {
    this.stop('the bootloader took over');
    if (!hasBootloader(this.flash)) {
      this.enter('locked-up');
      await this.board.wait(WATCHDOG_MS);
      return this.start('watchdog');
    }
    this.enter('bootloader');
    const { outcome, installed_B } = await runBootloader({
      flash: this.flash,
      stall: (duration_ms) => this.board.stall(duration_ms),
      installing: () => {
        this.truncated = true;
        this.isForeign = false;
      },
    });
    this.lastBootloaderOutcome = outcome;
    if (outcome === 'installed') this.truncated = !this.app.isWhole(installed_B);
    return this.start(outcome === 'watchdog' ? 'watchdog' : 'window-watchdog');
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
        if (life !== this.life) return;
        if (this.held) this.held.push(resolve);
        else resolve();
      });
    });
  }

  private async stall(duration_ms: number): Promise<void> {
    if (duration_ms === 0) return;
    this.stalls++;
    await this.survive((action) => this.time.pass(duration_ms, action));
    this.stalls--;
    this.resumePorts();
  }

  private resumePorts(): void {
    // The command that stalled goes on first.
    queueMicrotask(() => {
      this.ports.usb.resume();
      this.ports.uart.resume();
      this.inbox.resume();
    });
  }

  private debugged(uuid: string, isProtected: boolean): ConstructorParameters<typeof DebugPort>[0] {
    const isPowered = (): boolean => this.currentPhase !== 'off';
    return {
      flash: this.flash,
      time: this.time,
      uuid,
      isProtected,
      get isPowered() {
        return isPowered();
      },
      hold: () => {
        if (this.held) return;
        this.held = [];
        this.stalls++;
      },
      letGo: () => {
        const waiting = this.held;
        if (!waiting) return;
        this.held = undefined;
        this.stalls--;
        waiting.forEach((goOn) => goOn());
        this.resumePorts();
      },
      reset: () => this.reset('pin'),
      erased: () => (this.isForeign = true),
      powerFailed: () => this.cutPower(),
    };
  }

  private makeBoard(options: SimulatedControllerOptions, bus: CanBus): Board {
    const machine = (): Machine => this;
    const { traits } = resolveOptions(options);
    const sendsStatus = options.canStatus ?? true;
    const node: CanNode = {
      canIds: () => this.running?.canIds ?? [],
      arrive: (packet) => this.inbox.arrive(packet),
      status: () => (sendsStatus ? (this.running?.motors.map((motor) => motor.values()) ?? []) : []),
    };
    bus.attach(node);
    return {
      traits,
      time: this.time,
      flash: this.flash,
      bus,
      node,
      backup: this.backup,
      readings: this.readings,
      eeprom: this.eeprom,
      get swdWire() {
        return machine().swdWire;
      },
      defaultCanId: defaultCanId(traits.uuid),
      get lastReset() {
        return machine().lastReset;
      },
      get started_ms() {
        return machine().started_ms;
      },
      get isStalled() {
        return machine().stalls > 0;
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
