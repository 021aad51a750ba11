import {
  type BusRecord,
  decodeNodeRecords,
  encodeBusRecords,
  type NodeRecord,
} from '../../src/emulator/can/record';
import { ProbedCore } from './emulator';

const CAN1 = 0x4000_6400;
/** Registers of CAN1 by their offset. */
export const CAN = {
  mcr: 0x00,
  msr: 0x04,
  tsr: 0x08,
  rf0r: 0x0c,
  rf1r: 0x10,
  ier: 0x14,
  esr: 0x18,
  btr: 0x1c,
  ti0r: 0x180,
  ri0r: 0x1b0,
  ri1r: 0x1c0,
  fmr: 0x200,
  fm1r: 0x204,
  fs1r: 0x20c,
  ffa1r: 0x214,
  fa1r: 0x21c,
  banks: 0x240,
} as const;

/** 500 kbit/s, as the firmware of VESC sets it: 84 clocks of 42 MHz a bit. */
export const BIT_TIMING = 0x0329_0005;
export const BIT_NS = 2000;
export const TXOK = 2;
const TXRQ = 1;
const MOST_AT_ONCE = 25;

/** What the probe is to read (`[offset]`) or to write (`[offset, value]`). */
export type Access = readonly [offset: number, value?: number];

/** An extended identifier as the registers have it. */
export function extended(id: number): number {
  return ((id << 3) | 4) >>> 0;
}

/** A standard identifier likewise. */
export function standard(id: number): number {
  return (id << 21) >>> 0;
}

/** Lets the controller take part, with one filter that lets everything pass into FIFO 0. */
export function beginAccesses(mcr = 0, btr = BIT_TIMING): Access[] {
  return [
    ...([
      [CAN.mcr, 1],
      [CAN.btr, btr],
      [CAN.fmr, 0x2a1c_0e01],
      [CAN.fs1r, 1],
    ] as const),
    ...([
      [CAN.banks, 0],
      [CAN.banks + 4, 0],
      [CAN.fa1r, 1],
      [CAN.fmr, 0x2a1c_0e00],
    ] as const),
    [CAN.mcr, mcr],
  ];
}

/** Puts a frame into a mailbox. */
export function requestAccesses(
  mailbox: number,
  identifier: number,
  length = 8,
  low = 0x1122_3344,
  high = 0x5566_7788,
): Access[] {
  const at = CAN.ti0r + 16 * mailbox;
  return [
    ...([
      [at + 4, length],
      [at + 8, low],
      [at + 12, high],
    ] as const),
    [at, (identifier | TXRQ) >>> 0],
  ];
}

/** The request to the probe; at most {@link MOST_AT_ONCE} accesses. */
export function accessPayload(accesses: readonly Access[]): number[] {
  const payload = new DataView(new ArrayBuffer(1 + accesses.length * 9));
  payload.setUint8(0, 0xf1);
  accesses.forEach(([offset, value], index) => {
    payload.setUint8(1 + index * 9, value === undefined ? 0 : 1);
    payload.setUint32(2 + index * 9, (CAN1 + offset) >>> 0);
    payload.setUint32(6 + index * 9, (value ?? 0) >>> 0);
  });
  return [...new Uint8Array(payload.buffer)];
}

/** What the probe answers: a value for each access. */
export function accessedValues(reply: Uint8Array): number[] {
  const view = new DataView(reply.buffer, reply.byteOffset, reply.length);
  return Array.from({ length: (reply.length - 1) / 4 }, (_, index) => view.getUint32(1 + index * 4));
}

/** The program of test/fixtures/emulator, whose CAN controller a test sets up and watches by its registers. */
export class CanProbe {
  private constructor(readonly probe: ProbedCore) {}

  static async start(): Promise<CanProbe> {
    return new CanProbe(await ProbedCore.start());
  }

  get core(): ProbedCore['core'] {
    return this.probe.core;
  }

  /** Reads registers (`[offset]`) and writes them (`[offset, value]`), one after the other; the values of all. */
  access(...accesses: readonly Access[]): number[] {
    const values: number[] = [];
    for (let at = 0; at < accesses.length; at += MOST_AT_ONCE) {
      values.push(...this.accessAtOnce(accesses.slice(at, at + MOST_AT_ONCE)));
    }
    return values;
  }

  read(offset: number): number {
    return this.access([offset])[0]!;
  }

  /** How often each interrupt came: of sending, FIFO 0, FIFO 1, and errors. Lets all of them through once more. */
  interrupts(): number[] {
    const counts = [0, 4, 8, 12].map((at) => 0x2001_0040 - CAN1 + at);
    const values = this.access(...counts.map((at): Access => [at]), ...counts.map((at): Access => [at, 0]));
    this.access([0xe000_e100 - CAN1, 0xf << 19]);
    return values.slice(0, 4);
  }

  begin(mcr = 0, btr = BIT_TIMING): void {
    this.access(...beginAccesses(mcr, btr));
  }

  request(...frame: Parameters<typeof requestAccesses>): void {
    this.access(...requestAccesses(...frame));
  }

  /** What it has told its bus since it was last asked. */
  told(): NodeRecord[] {
    return decodeNodeRecords(this.core.take('canOut'));
  }

  /** Something of the bus, now. */
  hear(
    ...records: readonly (BusRecord extends infer R
      ? R extends unknown
        ? Omit<R, 'at_ns'>
        : never
      : never)[]
  ): void {
    const at_ns = Number(this.core.now_ns);
    this.core.put('canIn', encodeBusRecords(records.map((record) => ({ ...record, at_ns }))));
    this.probe.run(1);
  }

  /** Frames with these identifiers arrive. */
  receive(...identifiers: readonly number[]): void {
    this.hear(
      ...identifiers.map((identifier) => ({
        kind: 'frame' as const,
        frame: { identifier, length: 3, low: 0x0033_2211, high: 0 },
      })),
    );
  }

  private accessAtOnce(accesses: readonly Access[]): number[] {
    const reply = this.probe.ask(accessPayload(accesses));
    if (!reply) throw new Error('the probe does not answer');
    return accessedValues(reply);
  }
}
