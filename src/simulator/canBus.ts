import type { ControllerTime } from './controllerTime';

/** How a packet is meant: answered, an answer itself, or obeyed without a word (facts 2.5). */
export type PacketMode = 'request' | 'answer' | 'silent';

export const BROADCAST = 255;
/** An 8-byte extended frame at 500 kbit/s. */
const FRAME_MS = 0.26;
const SHORT_PACKET = 6;
/** Frames of a long packet carry 7 bytes as long as its offset fits in one byte, then 6 (facts 2.5). */
const BYTES_PER_FRAME = 7;
const NEAR_FRAMES = Math.floor(255 / BYTES_PER_FRAME) + 1;
const BYTES_PER_FAR_FRAME = 6;
/** What the controller's receive FIFO holds while nobody empties it. */
export const FIFO_FRAMES = 3;

/** A packet of the VESC protocol on the bus. */
export interface CanPacket {
  readonly from: number;
  readonly to: number;
  readonly mode: PacketMode;
  readonly payload: Uint8Array;
  readonly frames: number;
}

/** A controller on the bus. */
export interface CanNode {
  /** The ids it answers to: none while it is starting; two with two motors. */
  canIds(): readonly number[];
  arrive(packet: CanPacket): void;
  /** Its motors, as its status messages tell of them; empty while it sends none. */
  status(): readonly CanStatus[];
}

/** What the others know of a node from its status messages. */
export interface CanStatus {
  readonly motorCurrent_A: number;
  readonly inputCurrent_A: number;
  readonly charge_Ah: number;
  readonly chargeRegenerated_Ah: number;
  readonly energy_Wh: number;
  readonly energyRegenerated_Wh: number;
}

interface Sending {
  readonly self: CanNode;
  readonly packet: CanPacket;
  readonly sent: () => void;
}

/** The bus between controllers. */
export class CanBus {
  private readonly nodes: CanNode[] = [];
  private readonly waiting: Sending[] = [];
  private busy = false;

  constructor(private readonly time: ControllerTime) {}

  attach(node: CanNode): void {
    this.nodes.push(node);
  }

  /** The nodes apart from `self`. */
  others(self: CanNode): readonly CanNode[] {
    return this.nodes.filter((node) => node !== self);
  }

  /**
   * Sends a packet from `self`, which never hears its own: to one id, or to {@link BROADCAST}. Resolves when its last
   * frame is on the bus: as long does the thread wait that sends it.
   */
  send(self: CanNode, from: number, to: number, payload: Uint8Array, mode: PacketMode): Promise<void> {
    const packet: CanPacket = {
      from,
      to,
      mode,
      payload: new Uint8Array(payload),
      frames: frameCount(payload.length),
    };
    return new Promise((sent) => {
      this.waiting.push({ self, packet, sent });
      this.transmit();
    });
  }

  /** One packet after the other: the bus carries one frame at a time. */
  private transmit(): void {
    if (this.busy) return;
    const next = this.waiting.shift();
    if (next === undefined) return;
    const { self, packet, sent } = next;
    this.busy = true;
    this.time.pass(packet.frames * FRAME_MS, () => {
      this.busy = false;
      sent();
      for (const node of this.others(self)) {
        if (packet.to === BROADCAST || node.canIds().includes(packet.to)) node.arrive(packet);
      }
      this.transmit();
    });
  }
}

/** How many frames carry a packet of `length` bytes; a long one ends with a frame of its own that starts it. */
export function frameCount(length: number): number {
  if (length <= SHORT_PACKET) return 1;
  const near = Math.min(NEAR_FRAMES, Math.ceil(length / BYTES_PER_FRAME));
  const far = Math.max(0, length - NEAR_FRAMES * BYTES_PER_FRAME);
  return near + Math.ceil(far / BYTES_PER_FAR_FRAME) + 1;
}
