import { EndOfPayload, ByteReader } from '../protocol/bytes';
import type { CommandId } from '../protocol/commandId';
import type { Board, FirmwareIdentity } from './board';
import { BROADCAST, type CanPacket } from './canBus';
import { PowerCut } from './flash';
import { Motor } from './motor';
import type { Received } from './receiver';
import type { HostPort, PortReader } from './hostPort';
import { commandTable, isBlocking, isKnown } from './commands/commandTable';

/** Where answers go. */
export interface Channel {
  send(payload: Uint8Array): void;
}

const NOWHERE: Channel = { send: () => {} };

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
  /** Whose blocking command came last: everybody's prints go there (facts 1.4). */
  private printsTo: Channel = NOWHERE;
  /** Who sent anything last: streams and custom data go there. */
  private streamsTo: Channel = NOWHERE;
  /** Who forwarded to CAN last: answers of nodes go there. */
  forwardedFor: Channel = NOWHERE;
  private blocked = false;

  constructor(
    readonly board: Board,
    readonly identity: FirmwareIdentity,
  ) {
    const now = (): number => board.time.now();
    this.motors = board.traits.dualMotor ? [new Motor(now), new Motor(now)] : [new Motor(now)];
  }

  get version(): FirmwareIdentity['version'] {
    return this.identity.version;
  }

  get uptime_ms(): number {
    return this.board.time.now() - this.board.started_ms;
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
    const answer: Channel = {
      send: (payload) =>
        this.board.bus.send(this.board.node, this.canIds[0]!, packet.from, payload, 'answer'),
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
    const call: Call = {
      firmware: this,
      motor,
      overCan,
      payload,
      reader: new ByteReader(received.bytes, 1),
      channel,
      reply: (answer) => channel.send(answer),
    };
    if (!isBlocking(id)) return this.guard(() => handler(call));
    if (this.blocked) return;
    this.blocked = true;
    this.printsTo = channel;
    const work = this.guard(() => handler(call));
    if (work === undefined) this.blocked = false;
    else void work.then(() => (this.blocked = false));
  }

  /** Prints a line to whoever sent the last blocking command. */
  print(payload: Uint8Array): void {
    this.printsTo.send(payload);
  }

  /** Sends stream data to whoever sent any command last. */
  stream(payload: Uint8Array): void {
    this.streamsTo.send(payload);
  }

  /** The ids this controller answers to on CAN: its own, and the second motor's. */
  get canIds(): readonly number[] {
    return [this.board.canId];
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
