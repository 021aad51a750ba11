import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import type { Event } from '../base/emitter';
import { VescError } from '../base/errors';
import { formatLinkAddress } from '../links/linkAddress';
import type { Link, LinkAddress } from '../links/link';
import { createMemoryDuplex, type DuplexEnd } from '../links/memoryDuplex';
import type { CrashCause } from '../protocol/crashDiag';
import type { FaultRecord } from '../protocol/faultListing';
import { faultByName, faultName } from '../protocol/faults';
import type { ResetCause } from './board';
import type { BootloaderOutcome } from './bootloader';
import { CanBus } from './canBus';
import { ControllerTime } from './controllerTime';
import type { Firmware } from './firmware';
import type { Flash } from './flash';
import { HostPort } from './hostPort';
import type { Interference } from './interference';
import { Machine, type Phase, type PortName } from './machine';
import { resolveNodes, type SimulatedControllerOptions } from './options';
import type { Readings } from './readings';
import type { SwdPins } from './swdPins';

export type { Phase, PortName } from './machine';
export type { SimulatedControllerOptions } from './options';

/** How a fault strikes: what of {@link FaultRecord} is not as the motor measures it, and whether it lasts. */
export interface FaultDetails extends Partial<Omit<FaultRecord, 'fault'>> {
  /** The cause lasts until {@link SimulatedController.clearFault}; else the code goes after half a second. */
  readonly held?: boolean;
}

interface Surroundings {
  readonly time: ControllerTime;
  readonly bus: CanBus;
}

/**
 * A controller without hardware: flash, bootloader, application, CAN bus and motor behave as the facts say, in its
 * own time. It comes up running; {@link connect} plugs a host into it.
 */
export class SimulatedController implements Disposable {
  /** The other controllers on its bus, each with flash and settings of its own. */
  readonly nodes: readonly SimulatedController[];
  /** Decides the fate of frames at the ports: see interference.ts. */
  interference: Interference | undefined;
  private readonly machine: Machine;
  private readonly ports: Record<PortName, HostPort>;
  private readonly links: Partial<Record<PortName, Link>> = {};
  private disposed = false;

  constructor(
    options: SimulatedControllerOptions,
    private readonly clock: Clock,
    surroundings?: Surroundings,
  ) {
    const time = surroundings?.time ?? new ControllerTime(clock, options.speedFactor ?? 1);
    const bus = surroundings?.bus ?? new CanBus(time);
    const interference = (): Interference | undefined => this.interference;
    this.ports = { usb: new HostPort(time, interference), uart: new HostPort(time, interference) };
    this.machine = new Machine(options, time, bus, this.ports);
    for (const fault of options.faults ?? []) this.noteFault(fault);
    this.nodes = resolveNodes(options).map((node) => new SimulatedController(node, clock, { time, bus }));
  }

  /** Its flash: look at it, or cut the power at one of its operations. */
  get flash(): Flash {
    return this.machine.flash;
  }

  /** What its sensors see; change it at any time. */
  get readings(): Readings {
    return this.machine.readings;
  }

  get phase(): Phase {
    return this.machine.phase;
  }

  /** Fires when the processor does something else. */
  get onPhase(): Event<Phase> {
    return this.machine.onPhase;
  }

  /** True while a host sees the USB device. */
  get isEnumerated(): boolean {
    return this.machine.isEnumerated;
  }

  /** Fires when the USB device comes (true) and goes. */
  get onEnumeration(): Event<boolean> {
    return this.machine.onEnumeration;
  }

  /** The application, while it runs. */
  get firmware(): Firmware | undefined {
    return this.machine.firmware;
  }

  /** How the bootloader's last run ended. */
  get lastBootloaderOutcome(): BootloaderOutcome | undefined {
    return this.machine.lastBootloaderOutcome;
  }

  /** Its SWD pins, for a programmer. */
  get swd(): SwdPins {
    return this.machine.swd;
  }

  /** Wires its built-in programmer to the pins of a chip, or to nothing. */
  wireSwdTo(pins: SwdPins | undefined): void {
    this.machine.swdWire = pins;
  }

  /**
   * Plugs a host in.
   * @throws VescError `port-not-found` while USB is not there, `port-busy` while another host has the port
   */
  connect(address: LinkAddress = { kind: 'simulated', name: '' }, port: PortName = 'usb'): Link {
    const path = formatLinkAddress(address);
    if (this.disposed || (port === 'usb' && !this.isEnumerated))
      throw new VescError('port-not-found', { path });
    // A link that was closed this very moment is not heard of yet.
    if (this.links[port]?.isOpen === false) this.ports[port].unplug('closed');
    if (this.ports[port].isPluggedIn) throw new VescError('port-busy', { path });
    const { link, device } = createMemoryDuplex(address, this.clock);
    this.ports[port].plug(device);
    this.links[port] = link;
    return link;
  }

  /** Plugs in a host that comes with its own byte stream, as the servers do. False while the port is taken. */
  plug(device: DuplexEnd, port: PortName): boolean {
    if (this.ports[port].isPluggedIn || (port === 'usb' && !this.isEnumerated)) return false;
    this.ports[port].plug(device);
    return true;
  }

  /** Pulls the plug of a port; the controller runs on. */
  unplug(port: PortName = 'usb'): void {
    this.ports[port].unplug('unplugged');
  }

  /** Starts the processor over. Nothing happens while the power is off. */
  reset(cause: ResetCause = 'pin'): void {
    this.machine.reset(cause);
  }

  /** Lets the firmware crash or halt now: it keeps the record and starts over. Nothing while it does not run. */
  crash(cause: CrashCause): void {
    this.machine.crash(cause);
  }

  /** Takes the power away, whatever is going on. */
  cutPower(): void {
    this.machine.cutPower();
  }

  /** Gives the power back. */
  powerOn(): void {
    if (!this.disposed) this.machine.powerOn();
  }

  /**
   * Lets a fault strike now: it is logged, and the motor stops. Nothing happens while the firmware does not run.
   * @throws VescError `usage` for a fault nobody knows
   */
  setFault(fault: string | number, { held = false, ...details }: FaultDetails = {}): void {
    this.firmware?.raiseFault(knownFault(fault), details, held);
  }

  /** The cause of motor `motor`'s fault is gone. */
  clearFault(motor = 1): void {
    this.firmware?.faults.clear(motor);
  }

  /**
   * Puts a fault into the log that struck and went earlier.
   * @throws VescError `usage` for a fault nobody knows
   */
  noteFault(fault: string | number, details: Omit<FaultDetails, 'held'> = {}): void {
    const { firmware } = this;
    firmware?.faults.note(firmware.faultRecord(knownFault(fault), details));
  }

  dispose(): void {
    this.disposed = true;
    this.machine.dispose();
    this.ports.uart.unplug('the simulated controller was stopped');
    for (const node of this.nodes) node.dispose();
  }
}

/** The firmware's name of a fault given by code, by name, or by name without its prefix. */
function knownFault(fault: string | number): string {
  const name = typeof fault === 'number' ? faultName(fault) : fault.toUpperCase();
  const known = faultByName(name) ?? faultByName(`FAULT_CODE_${name}`);
  if (known === undefined) throw new VescError('usage', { problem: `There is no fault "${fault}".` });
  return known.name;
}
