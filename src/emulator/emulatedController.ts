import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { VescError } from '../base/errors';
import { FLASH_SIZE } from '../image/flashMap';
import type { Link, LinkAddress } from '../links/link';
import { formatLinkAddress } from '../links/linkAddress';
import { createMemoryDuplex, type DuplexEnd } from '../links/memoryDuplex';
import type { KeptFlash } from '../simulator/flashFile';
import type { ServedController } from '../simulator/servedController';
import { EmulatedCanNode } from './can/emulatedNode';
import type { CoreFault, ResetCause } from './emulatorCore';
import { troubleText } from './eventText';
import type { EmulationChannel, EmulationMessage, EmulationState, Override, PortName } from './messages';

/** Something that happened in the emulated controller; `time_ms` counts from power-on, in its own time. */
export type EmulationEvent =
  | { readonly kind: 'reset'; readonly cause: ResetCause; readonly time_ms: number }
  | { readonly kind: 'fault'; readonly fault: CoreFault; readonly time_ms: number }
  | { readonly kind: 'state'; readonly state: EmulationState }
  | { readonly kind: 'failed'; readonly reason: string };

/** Writes longer than that are cut, so that each message is small. */
const PIECE_BYTES = 4096;

/**
 * A controller whose processor is emulated: it runs a real image. Two hosts can be plugged in: one at USB, which goes
 * away at every reset; and one at a port that stays (`uart`): that leads to USB while nobody else has it and the
 * program has brought it up, else to the UART of the board.
 */
export class EmulatedController implements ServedController, Disposable {
  readonly flash: MirroredFlash;
  /** Its place at a CAN bus. */
  readonly can: EmulatedCanNode;
  private readonly hosts: Partial<Record<PortName, DuplexEnd>> = {};
  private readonly subscriptions: Partial<Record<PortName, DisposableStore>> = {};
  private readonly enumeration = new Emitter<boolean>();
  private readonly events = new Emitter<EmulationEvent>();
  private readonly debugReplies = new Emitter<string>();
  private usbThere = false;
  private endReason: string | undefined;
  private plugged = true;
  private current: EmulationState = 'running';
  private started = false;
  private lastFault: CoreFault | undefined;
  private link: Link | undefined;
  private waiting: (() => void)[] = [];
  private asking: ((channels: readonly number[]) => void)[] = [];

  constructor(
    private readonly channel: EmulationChannel,
    flash: Uint8Array,
    private readonly clock: Clock,
    uuid: string,
  ) {
    this.can = new EmulatedCanNode(uuid, channel);
    this.flash = new MirroredFlash(flash, () => this.sync());
    channel.onMessage((message) => this.receive(message));
    channel.onFailure((reason) => this.fail(reason));
  }

  get isEnumerated(): boolean {
    return this.usbThere && this.plugged;
  }

  /** What becomes of its program. */
  get state(): EmulationState {
    return this.current;
  }

  /** True while its cable is in. */
  get isPlugged(): boolean {
    return this.plugged;
  }

  /** True until USB is there for the first time, or has had time enough of the controller's own. */
  get isStarting(): boolean {
    return !this.started && !this.over;
  }

  get onEnumeration(): Event<boolean> {
    return this.enumeration.event;
  }

  get onEvent(): Event<EmulationEvent> {
    return this.events.event;
  }

  /** Why its program does not run, in words; undefined while it does. */
  get trouble(): string | undefined {
    return troubleText(this.state, this.lastFault);
  }

  /** Why there is no emulation any more, in words; undefined while there is. */
  get ended(): string | undefined {
    return this.endReason;
  }

  /**
   * Plugs into the port that stays.
   * @throws VescError `port-busy` while another host has it, `port-not-found` when the emulation is over, has no power
   *   or is not plugged in
   */
  connect(address: LinkAddress): Link {
    const path = formatLinkAddress(address);
    if (this.over || !this.plugged || this.current === 'off') throw new VescError('port-not-found', { path });
    // A link that was closed this very moment is not heard of yet.
    if (this.link?.isOpen === false) this.unplug('uart', 'closed');
    if (this.hosts.uart) throw new VescError('port-busy', { path });
    const { link, device } = createMemoryDuplex(address, this.clock);
    this.link = link;
    this.plug(device, 'uart');
    return link;
  }

  plug(device: DuplexEnd, port: PortName): boolean {
    if (this.over || !this.plugged || this.hosts[port] !== undefined) return false;
    if (port === 'usb' && !this.usbThere) return false;
    const subscriptions = new DisposableStore();
    this.hosts[port] = device;
    this.subscriptions[port] = subscriptions;
    subscriptions.add(device.onData((bytes) => this.write(port, bytes)));
    subscriptions.add(device.onClose(() => this.forget(port)));
    return true;
  }

  /** What the controller says to its debugger (GDB's remote protocol). */
  get onDebugReply(): Event<string> {
    return this.debugReplies.event;
  }

  /** Bytes of a debugger: its time stops with the first; `undefined` is the end of it. */
  debug(bytes: Uint8Array | undefined): void {
    if (!this.over) this.channel.post({ type: 'debug', bytes });
  }

  /** Starts the processor over. */
  reset(): void {
    this.usbChanges(false);
    this.channel.post({ type: 'reset' });
  }

  /** Changes what the controller's inputs see. */
  override(override: Override): void {
    this.channel.post({ type: 'override', override });
  }

  /** Pulls the cable out of it, with whoever is connected, or plugs it in again. */
  plugIn(on: boolean): void {
    if (on === this.plugged) return;
    this.plugged = on;
    if (!on) this.unplugHosts('unplugged');
    if (this.usbThere) this.enumeration.fire(on);
  }

  /** Takes its power away, with its port, or gives it back. */
  power(on: boolean): void {
    this.channel.post({ type: 'power', on });
    this.started = false;
    if (on) return;
    this.unplugHosts('the power is off');
    this.usbChanges(false);
  }

  /** Changes its flash behind the back of its program. */
  patch(offset: number, bytes: Uint8Array): void {
    this.flash.change(offset, bytes);
    this.channel.post({ type: 'patch', offset, bytes });
  }

  /** The channel that each place of the ADC's buffer is converted from, as the program has it set up now. */
  readSequence(): Promise<readonly number[]> {
    if (this.over) return Promise.resolve([]);
    return new Promise((resolve) => {
      this.asking.push(resolve);
      this.channel.post({ type: 'readSequence' });
    });
  }

  /**
   * Puts another image into the flash, without its bootloader's help, and powers on anew: nobody stays connected, so
   * that nobody takes what runs then for what ran before.
   */
  program(offset: number, bytes: Uint8Array): void {
    this.flash.change(offset, bytes);
    this.started = false;
    this.unplugHosts('another program was put into it');
    this.usbChanges(false);
    this.channel.post({ type: 'program', offset, bytes });
  }

  dispose(): void {
    this.end('the emulated controller was stopped');
  }

  private write(port: PortName, bytes: Uint8Array): void {
    const to = port === 'usb' || (this.usbThere && !this.hosts.usb) ? 'usb' : 'uart';
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.channel.post({ type: 'write', port: to, bytes: bytes.slice(at, at + PIECE_BYTES) });
    }
  }

  private receive(message: EmulationMessage): void {
    if (this.over) return;
    switch (message.type) {
      case 'data':
        (message.port === 'usb' ? (this.hosts.usb ?? this.hosts.uart) : this.hosts.uart)?.send(message.bytes);
        break;
      case 'started':
        this.started = true;
        break;
      case 'usb':
        this.usbChanges(message.present);
        break;
      case 'flash':
        this.flash.change(message.offset, message.bytes);
        break;
      case 'debug':
        this.debugReplies.fire(message.text);
        break;
      case 'synced':
        this.release();
        break;
      case 'sequence':
        this.asking.shift()?.(message.channels);
        break;
      case 'canReady':
      case 'canReport':
        this.can.receive(message);
        break;
      case 'reset':
        this.events.fire({ kind: 'reset', cause: message.cause, time_ms: message.time_ms });
        break;
      case 'fault':
        this.lastFault = message.fault;
        this.events.fire({ kind: 'fault', fault: message.fault, time_ms: message.time_ms });
        break;
      case 'state':
        this.current = message.state;
        this.events.fire({ kind: 'state', state: message.state });
    }
  }

  private sync(): Promise<void> {
    if (this.over) return Promise.resolve();
    const settled = new Promise<void>((resolve) => this.waiting.push(resolve));
    this.channel.post({ type: 'sync' });
    return settled;
  }

  private release(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  private usbChanges(present: boolean): void {
    if (present === this.usbThere) return;
    this.usbThere = present;
    if (!present) this.unplug('usb', 'unplugged');
    if (this.plugged) this.enumeration.fire(present);
  }

  private get over(): boolean {
    return this.endReason !== undefined;
  }

  private fail(reason: string): void {
    if (this.over) return;
    this.end(`the emulation ended: ${reason}`);
    this.events.fire({ kind: 'failed', reason });
  }

  private end(reason: string): void {
    if (this.over) return;
    this.endReason = reason;
    this.can.end();
    this.channel.dispose();
    this.release();
    for (const answer of this.asking.splice(0)) answer([]);
    this.unplugHosts(reason);
    this.usbChanges(false);
  }

  private unplugHosts(reason: string): void {
    this.unplug('usb', reason);
    this.unplug('uart', reason);
  }

  private unplug(port: PortName, reason: string): void {
    const host = this.hosts[port];
    this.forget(port);
    host?.hangUp(reason);
  }

  private forget(port: PortName): void {
    this.subscriptions[port]?.dispose();
    delete this.subscriptions[port];
    delete this.hosts[port];
  }
}

/** The flash of an emulated controller as its host knows it: a fraction of a second old at most. */
export class MirroredFlash implements KeptFlash {
  readonly content = new Uint8Array(FLASH_SIZE).fill(0xff);
  revision = 0;
  private readonly operations = new Emitter<void>();
  readonly onOperation: Event<unknown> = this.operations.event;

  /** @param settle resolves when everything up to now has been told */
  constructor(
    content: Uint8Array,
    readonly settle: () => Promise<void>,
  ) {
    this.content.set(content.subarray(0, FLASH_SIZE));
  }

  change(offset: number, bytes: Uint8Array): void {
    this.content.set(bytes, offset);
    this.revision++;
    this.operations.fire();
  }
}
