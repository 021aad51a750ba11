import { ByteReader, EndOfPayload } from '../protocol/bytes';
import { isBlocking } from '../protocol/blockingCommands';
import type { CommandId } from '../protocol/commandId';
import type { FaultRecord } from '../protocol/faultListing';
import { secondMotorCanId } from '../protocol/messages/can';
import { encodePrint } from '../protocol/messages/terminal';
import { atLeast } from '../protocol/version';
import type { Board, FirmwareIdentity } from './board';
import { BROADCAST, type CanPacket, type CanStatus } from './canBus';
import { CodeStore } from './codeStore';
import { commandTable, isKnown } from './commands/commandTable';
import { FaultLog } from './faultLog';
import { PowerCut } from './flash';
import type { HostPort, PortReader } from './hostPort';
import { Lisp } from './lisp';
import { Motor, type MotorOrder } from './motor';
import type { Received } from './receiver';
import { Sampler } from './sampler';
import { StoredSettings } from './storedSettings';
import type { SwdPins } from './swdPins';

/** Where answers go. */
export interface Channel {
  send(payload: Uint8Array): void;
}

const NOWHERE: Channel = { send: () => {} };
/** The longest print; a longer one ends in a NUL there (facts 2.7). */
const MAX_PRINT = 398;
const MAX_PRINT_5_03 = 253;
/** Three crashed starts in a row keep LispBM from starting by itself (facts 9.1). */
const MAX_CRASHES = 3;
/** Timer period of the usual switching frequency. */
const TIMER_TOP = 4200;

/** The firmware name of builds that leave their hardware without limits (facts 3.9). */
const NO_LIMITS = 'no_hw_limits';

/** One command on its way through the firmware. */
export interface Call {
  readonly firmware: Firmware;
  /** Which motor of the board it is for: 1 only for the second one of a dual board. */
  readonly motor: 0 | 1;
  /** True when it came over CAN, directly or forwarded. */
  readonly overCan: boolean;
  /** The payload, exactly. */
  readonly payload: Uint8Array;
  /** Reads behind the command id, and on into what lies behind the payload, as the firmware does. */
  readonly reader: ByteReader;
  readonly channel: Channel;
  readonly reply: (payload: Uint8Array) => void;
}

export type Handler = (call: Call) => void | Promise<void>;

/** The application, from one start to the next: everything here is gone after a reset. */
export class Firmware implements PortReader {
  readonly motors: readonly Motor[];
  readonly faults: FaultLog;
  readonly settings: StoredSettings;
  readonly code: { readonly lisp: CodeStore; readonly qml: CodeStore };
  readonly lisp: Lisp;
  readonly sampler: Sampler;
  /** Who forwarded to CAN last: answers of nodes go there. */
  forwardedFor: Channel = NOWHERE;
  /** Counts requests for the position stream, so that an older one ends. */
  positionStream = 0;
  /** Until when throttle inputs are kept from moving the motor. */
  outputDisabledUntil_ms = Number.NEGATIVE_INFINITY;
  /** The chip that its programmer is connected to. */
  programmed: SwdPins | undefined;
  /** Whose blocking command came last: everybody's prints go there (facts 1.4). */
  private printsTo: Channel = NOWHERE;
  /** Who sent anything last: streams and custom data go there. */
  private streamsTo: Channel = NOWHERE;
  private blocked = false;

  constructor(
    readonly board: Board,
    readonly identity: FirmwareIdentity,
    appCrc: number,
  ) {
    const { flash, readings, traits } = board;
    const now = (): number => board.time.now();
    const { version } = identity;
    this.motors = readings.motors.map((conditions) => new Motor(now, conditions));
    this.faults = new FaultLog(now);
    const limited = traits.firmwareName !== NO_LIMITS;
    this.settings = new StoredSettings(
      board.eeprom,
      version,
      traits.defaults,
      this.idWithoutSettings(),
      limited,
    );
    this.code = { lisp: new CodeStore(flash, 'lisp', version), qml: new CodeStore(flash, 'qml', version) };
    this.lisp = new Lisp(flash, this.code.lisp, version, appCrc, now);
    this.sampler = new Sampler(this);
    this.rememberCanId();
    if (board.lastReset === 'watchdog') this.raiseFault('FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET');
    const crashing = atLeast(version, 7, 1) && board.backup.crashStreak >= MAX_CRASHES;
    if (atLeast(version, 6, 0) && this.code.lisp.length > 0 && !crashing) this.lisp.start(true);
  }

  get version(): FirmwareIdentity['version'] {
    return this.identity.version;
  }

  get uptime_ms(): number {
    return this.board.time.now() - this.board.started_ms;
  }

  /** The ids this controller answers to on CAN: its own, and the second motor's, the next one. */
  get canIds(): readonly number[] {
    const { canId } = this.settings;
    return this.board.traits.dualMotor ? [canId, secondMotorCanId(canId)] : [canId];
  }

  motor(index: 0 | 1): Motor {
    return this.motors[index] ?? this.motors[0]!;
  }

  /** A motor command; ignored while a fault stops that motor. */
  command(motor: 0 | 1, order: MotorOrder, target: number): void {
    if (this.faults.activeCode(motor + 1) === 0) this.motor(motor).command(order, target);
    else this.motor(motor).keepAlive();
  }

  /** What the other motors of this board do, as if heard on CAN. */
  otherMotors(motor: 0 | 1): readonly CanStatus[] {
    return this.motors.filter((other) => other !== this.motor(motor)).map((other) => other.values());
  }

  /** What the other controllers on the bus do, as their status messages tell. */
  heard(): readonly CanStatus[] {
    return this.board.bus.others(this.board.node).flatMap((node) => node.status());
  }

  /** From 6.06 on the CAN id survives an update in RAM (facts 3.10). */
  rememberCanId(): void {
    if (atLeast(this.version, 6, 6)) this.board.backup.canId = this.settings.canId;
  }

  /** A fault stops a motor: `details` overrides what the motor measures at that moment. */
  raiseFault(fault: string, details: Partial<FaultRecord> = {}, held = false): void {
    const record = this.faultRecord(fault, details);
    this.faults.raise(record, held);
    if (fault === 'FAULT_CODE_MCU_UNDER_VOLTAGE') {
      const { backup } = this.board;
      backup.supplyDips++;
      backup.lastDip_s = Math.trunc(this.uptime_ms / 1000);
    }
    this.motors[record.motor - 1]?.release();
  }

  /** The entry a fault would leave in the log now. */
  faultRecord(fault: string, details: Partial<FaultRecord> = {}): FaultRecord {
    const values = this.motor(details.motor === 2 ? 1 : 0).values();
    const { gateDriver } = this.board.traits;
    const driver = fault === 'FAULT_CODE_DRV' && gateDriver !== undefined;
    return {
      fault,
      motor: 1,
      current_A: values.motorCurrent_A,
      currentFiltered_A: values.motorCurrent_A,
      voltage_V: values.voltage_V,
      duty: values.duty,
      rpm: values.erpm,
      tacho: values.tachometer,
      cyclesRunning: 0,
      timDuty: Math.trunc(Math.abs(values.duty) * TIMER_TOP),
      timValSamp: TIMER_TOP - 50,
      timCurrentSamp: TIMER_TOP - 100,
      timTop: TIMER_TOP,
      commStep: 0,
      temperature_C: values.tempFet_C,
      ...(driver ? { driverFaults: { chip: gateDriver, flags: [] } } : {}),
      ...details,
    };
  }

  isReading(): boolean {
    return !this.board.isStalled;
  }

  receive(received: Received, port: HostPort): void | Promise<void> {
    return this.execute(received, port, 0, false);
  }

  /** A packet from the bus; the answer goes back over it. */
  receivePacket(packet: CanPacket): void | Promise<void> {
    if (packet.mode === 'answer') {
      this.forwardedFor.send(packet.payload);
      return;
    }
    const { bus, node } = this.board;
    const answer: Channel = {
      send: (payload) => void bus.send(node, this.canIds[0]!, packet.from, payload, 'answer'),
    };
    const channel = packet.mode === 'silent' ? NOWHERE : answer;
    const motor = packet.to !== BROADCAST && packet.to === this.canIds[1] ? 1 : 0;
    return this.execute({ bytes: packet.payload, length: packet.payload.length }, channel, motor, true);
  }

  /** Runs one command. A promise means that its sender's next command waits. */
  execute(received: Received, channel: Channel, motor: 0 | 1, overCan: boolean): void | Promise<void> {
    const payload = received.bytes.slice(0, received.length);
    const id = payload[0] as CommandId;
    this.streamsTo = channel;
    const handler = commandTable[id];
    if (handler === undefined || !isKnown(id, this.version, this.board.traits.hardwareType)) return;
    const reader = new ByteReader(received.bytes, 1);
    const reply = (answer: Uint8Array): void => channel.send(answer);
    const call: Call = { firmware: this, motor, overCan, payload, reader, channel, reply };
    if (!isBlocking(id)) return this.guard(() => handler(call));
    if (this.blocked) return;
    this.blocked = true;
    this.printsTo = channel;
    const work = this.guard(() => handler(call));
    if (work === undefined) this.blocked = false;
    else void work.then(() => (this.blocked = false));
  }

  /** Prints to whoever sent the last blocking command. */
  printLine(text: string): void {
    const limit = atLeast(this.version, 6, 0) ? MAX_PRINT : MAX_PRINT_5_03;
    this.printsTo.send(encodePrint(text.length > limit ? `${text.slice(0, limit - 1)}\0` : text));
  }

  /** Sends stream data to whoever sent any command last. */
  stream(payload: Uint8Array): void {
    this.streamsTo.send(payload);
  }

  private idWithoutSettings(): number {
    const { backup, defaultCanId } = this.board;
    return atLeast(this.version, 6, 6) ? (backup.canId ?? defaultCanId) : defaultCanId;
  }

  /** A request that ends too early is forgotten, and a power cut is the board's affair; anything else is a bug. */
  private guard(action: () => void | Promise<void>): void | Promise<void> {
    const failed = (error: unknown): void => {
      if (error instanceof PowerCut) this.board.powerFailed();
      else if (!(error instanceof EndOfPayload)) throw error;
    };
    try {
      return action()?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
