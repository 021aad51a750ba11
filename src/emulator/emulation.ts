import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { FLASH_ADDRESS } from '../image/flashMap';
import { adcSequence } from './adcSequence';
import { CanPort } from './can/port';
import { EmulatorCore } from './emulatorCore';
import { GdbStub } from './gdbStub';
import type {
  EmulationMessage,
  EmulationStart,
  EmulationState,
  HostMessage,
  Override,
  PortName,
} from './messages';

/** Virtual time that is run at once. */
const SLICE_NS = 2_000_000n;
/** Work at a stretch before others get a turn. */
const WORK_MS = 8;
const MOST_SLICES = 50;
/** The firmware waits five seconds of its own before it answers: until USB is there, its time runs freely. */
const HURRY_MS = 15_000;
/** Pause while ahead of the wall clock. */
const PAUSE_MS = 2;
/** So far behind, the emulation stays behind: no virtual time is ever skipped, and none is caught up in a rush. */
const BEHIND_MS = 200;
const NS_PER_MS = 1e6;
/** So many starts in so much virtual time are a program that cannot run. */
const RESTARTS = 20;
const RESTART_WINDOW_MS = 5000;
/** How long the flash rests before its changes are told. */
const FLASH_REST_MS = 100;
/** What a host may send ahead of the controller; more is lost, for nothing can hold it back. */
const MOST_WAITING = 0x10_0000;

/**
 * Runs an emulated controller: slices of virtual time, paced by the wall clock, and the bytes between them. Lives in
 * a worker, or right here in tests; nothing in it depends on how fast the computer is.
 */
export class Emulation implements Disposable {
  readonly core: EmulatorCore;
  private readonly can: CanPort;
  private readonly waiting: Record<PortName, Uint8Array[]> = { usb: [], uart: [] };
  private readonly starts_ms: number[] = [];
  private timer: Disposable | undefined;
  private from = { wall_ms: 0, virtual_ms: 0 };
  private resets: number;
  private faults = 0;
  private isUsbThere = false;
  /** What became of the program by itself. */
  private fate: 'running' | 'locked-up' | 'restarting' = 'running';
  private toldState: EmulationState = 'running';
  private flashToldAt_ms = 0;
  private isHurrying = true;
  private hurryUntil_ms = HURRY_MS;
  private debugger: GdbStub | undefined;
  private isHalted = false;
  private isOff = false;
  private isReadyForCan = false;
  private isWorking = false;
  private disposed = false;

  constructor(
    private readonly options: EmulationStart,
    private readonly clock: Clock,
    private readonly send: (message: EmulationMessage) => void,
  ) {
    this.core = new EmulatorCore(options.module);
    this.core.flash.set(options.flash.subarray(0, this.core.flash.length));
    this.core.chooseUart(options.uart);
    this.core.setInstantFlash(options.instantFlash);
    for (const override of options.overrides) this.override(override);
    if (options.motor) this.core.setMotor(options.motor);
    this.core.start(options.uniqueId);
    this.can = new CanPort(this.core, (report) => send({ type: 'canReport', report }));
    this.resets = this.core.resets;
    this.pace();
  }

  /** Virtual milliseconds since power-on. */
  get time_ms(): number {
    return Number(this.core.now_ns) / NS_PER_MS;
  }

  /** Begins to run with the clock. */
  run(): void {
    this.timer ??= this.clock.schedule(0, () => this.work());
  }

  handle(message: HostMessage): void {
    switch (message.type) {
      case 'write':
        this.wait(message.port, message.bytes);
        break;
      case 'override':
        this.override(message.override);
        break;
      case 'reset':
        this.core.reset('software');
        break;
      case 'program':
        this.core.flash.set(message.bytes, message.offset);
        this.power(true);
        break;
      case 'patch':
        message.bytes.forEach((byte, at) => this.core.writeByte(FLASH_ADDRESS + message.offset + at, byte));
        break;
      case 'power':
        this.power(message.on);
        break;
      case 'readSequence':
        this.send({ type: 'sequence', channels: adcSequence(this.core) });
        break;
      case 'debug':
        this.debug(message.bytes);
        break;
      case 'sync':
        this.reportFlash();
        this.send({ type: 'synced' });
        break;
      case 'canAttach':
        this.can.attach(message.epoch);
        this.goOn();
        break;
      case 'canGrant':
        this.can.grant(message.until_ns, message.records);
        this.goOn();
    }
  }

  /** Runs one slice and passes on what came of it. */
  slice(): void {
    this.feed('usb');
    this.feed('uart');
    this.core.run(this.can.limit(this.core.now_ns + SLICE_NS));
    this.debugger?.poll();
    this.report();
    this.can.report();
  }

  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
  }

  private work(): void {
    const began_ms = this.clock.now();
    this.isWorking = true;
    for (let slices = 0; slices < MOST_SLICES && this.mayRun() && this.isBehind(); slices++) {
      this.slice();
      if (this.clock.now() - began_ms >= WORK_MS) break;
    }
    this.isWorking = false;
    if (this.disposed) return;
    const pause_ms = this.mayRun() && this.isBehind() ? 0 : PAUSE_MS;
    this.timer = this.clock.schedule(pause_ms, () => this.work());
  }

  /** The others on the bus have come on: no need to wait for the next turn. */
  private goOn(): void {
    if (this.timer === undefined || this.isWorking) return;
    this.timer.dispose();
    this.work();
  }

  private mayRun(): boolean {
    return !this.isHalted && !this.isOff && this.can.mayRun;
  }

  /** Without power the time stands still; what SRAM holds is not lost, but the firmware is told that it was. */
  private power(on: boolean): void {
    this.isOff = !on;
    if (on) {
      this.core.reset('powerOn');
      this.starts_ms.length = 0;
      this.isHurrying = true;
      this.hurryUntil_ms = this.time_ms + HURRY_MS;
      this.pace();
      this.meet('running');
    } else {
      this.dropUsb();
      this.tellState();
    }
    this.reportReady();
  }

  /** True while virtual time has to go on to keep up with the wall clock. */
  private isBehind(): boolean {
    const { speed } = this.options;
    if (speed === 0 || this.isHurrying) return true;
    const due_ms = this.from.virtual_ms + (this.clock.now() - this.from.wall_ms) * speed;
    const late_ms = due_ms - this.time_ms;
    if (late_ms > BEHIND_MS * speed) this.pace();
    return late_ms > 0;
  }

  /** Bytes of a debugger. It stops the time when it comes, and leaves it running when it goes. */
  private debug(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) {
      this.debugger?.end();
      this.debugger = undefined;
      return;
    }
    const { core } = this;
    this.debugger ??= new GdbStub(
      {
        core,
        halt: (on) => {
          this.isHalted = on;
          if (!on) this.pace();
          this.tellState();
          this.reportReady();
        },
        reset: () => core.reset('software'),
      },
      (text) => this.send({ type: 'debug', text }),
    );
    this.debugger.receive(bytes);
  }

  private endHurry(): void {
    if (!this.isHurrying) return;
    this.isHurrying = false;
    this.pace();
    this.send({ type: 'started' });
    this.reportReady();
  }

  private reportReady(): void {
    const isReady = !this.isHurrying && !this.isHalted && !this.isOff;
    if (isReady === this.isReadyForCan) return;
    this.isReadyForCan = isReady;
    if (!isReady) this.can.attach(undefined);
    this.send({ type: 'canReady', isReady });
  }

  private pace(): void {
    this.from = { wall_ms: this.clock.now(), virtual_ms: this.time_ms };
  }

  private wait(port: PortName, bytes: Uint8Array): void {
    const pieces = this.waiting[port];
    const length = pieces.reduce((sum, piece) => sum + piece.length, bytes.length);
    if (length <= MOST_WAITING) pieces.push(bytes);
  }

  /** Hands bytes of the host on, as far as there is room. To USB that nobody has configured they are lost. */
  private feed(port: PortName): void {
    const pieces = this.waiting[port];
    if (port === 'usb' && !this.core.isUsbConfigured) pieces.length = 0;
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
      const taken = this.core.put(port === 'usb' ? 'usbIn' : 'uartIn', piece);
      if (taken === piece.length) continue;
      pieces.unshift(piece.subarray(taken));
      return;
    }
  }

  private report(): void {
    const { core } = this;
    for (const port of ['usb', 'uart'] as const) {
      const bytes = core.take(port === 'usb' ? 'usbOut' : 'uartOut');
      if (bytes.length > 0) this.send({ type: 'data', port, bytes });
    }
    this.reportFaults();
    this.reportResets();
    if (core.isUsbConfigured !== this.isUsbThere) {
      this.isUsbThere = core.isUsbConfigured;
      this.send({ type: 'usb', present: this.isUsbThere });
    }
    if (core.isUsbConfigured || this.time_ms > this.hurryUntil_ms) this.endHurry();
    if (this.time_ms - this.flashToldAt_ms > FLASH_REST_MS) this.reportFlash();
  }

  /** What it runs into again and again is told once. */
  private reportFaults(): void {
    if (this.core.faults === this.faults) return;
    this.faults = this.core.faults;
    if (this.fate === 'restarting') return;
    this.send({ type: 'fault', fault: this.core.lastFault, time_ms: this.time_ms });
  }

  private reportResets(): void {
    const { core, time_ms } = this;
    if (core.resets !== this.resets) {
      this.resets = core.resets;
      this.dropUsb();
      this.starts_ms.push(time_ms);
      if (this.starts_ms.length > RESTARTS) this.starts_ms.shift();
      const isRestarting =
        this.starts_ms.length === RESTARTS && time_ms - this.starts_ms[0]! < RESTART_WINDOW_MS;
      this.meet(isRestarting ? 'restarting' : 'running');
      if (!isRestarting) this.send({ type: 'reset', cause: core.lastResetCause, time_ms });
    } else if (core.isLockedUp && !core.isWatched) {
      this.meet('locked-up');
    } else if (this.fate === 'restarting' && time_ms - this.starts_ms.at(-1)! > RESTART_WINDOW_MS) {
      this.meet('running');
    }
  }

  /** A reset takes the device off the cable, even when it was back before anybody looked. */
  private dropUsb(): void {
    if (!this.isUsbThere) return;
    this.isUsbThere = false;
    this.send({ type: 'usb', present: false });
  }

  private reportFlash(): void {
    const dirty = this.core.takeDirty();
    if (dirty === undefined) return;
    this.flashToldAt_ms = this.time_ms;
    this.send({ type: 'flash', ...dirty });
  }

  private meet(fate: typeof this.fate): void {
    // Nothing is gained by hurrying through that.
    if (fate === 'restarting') this.endHurry();
    this.fate = fate;
    this.tellState();
  }

  private tellState(): void {
    const state = this.isOff ? 'off' : this.isHalted ? 'halted' : this.fate;
    if (state === this.toldState) return;
    this.toldState = state;
    this.send({ type: 'state', state });
  }

  private override(override: Override): void {
    const { core } = this;
    switch (override.kind) {
      case 'channel':
        core.setChannel(override.channel, override.value);
        break;
      case 'index':
        core.setIndex(override.index, override.value);
        break;
      case 'pin':
        core.holdPin(override.port, override.pin, override.level);
    }
  }
}
