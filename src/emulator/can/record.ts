// What a controller and its CAN bus tell each other: records of 32 bytes, little-endian (the core's side of it is
// core/canWire.ts): kind, mailbox or flags, length (u16), number (u32), time in ns (i64), the frame's identifier and two
// words of data (u32 each), 4 bytes of nothing.

const RECORD_BYTES = 32;

/** A frame as the registers of the chip have it: the identifier with IDE and RTR at bits 2 and 1, and two words of data. */
export interface CanFrame {
  readonly identifier: number;
  /** DLC, 0 to 15; more than 8 means 8 bytes. */
  readonly length: number;
  readonly low: number;
  readonly high: number;
}

/** How a controller takes part in the bus. */
export interface CanMode {
  /** It receives and acknowledges: it neither sleeps nor is being initialised, and is not off the bus. */
  readonly takesPart: boolean;
  /** It sends nothing, acknowledgements included. */
  readonly isSilent: boolean;
  /** Error passive: it cannot destroy what others send. */
  readonly isPassive: boolean;
  /** Its own requests go out in the order in which they were made, instead of by identifier. */
  readonly inOrder: boolean;
  /** A request is tried once only. */
  readonly once: boolean;
  /** Length of a bit, in clocks of 42 MHz. */
  readonly bitClocks: number;
}

/** From a controller; `at_ns` is its time. */
export type NodeRecord =
  | { readonly kind: 'mode'; readonly at_ns: number; readonly mode: CanMode }
  | {
      readonly kind: 'request';
      readonly at_ns: number;
      readonly mailbox: number;
      readonly sequence: number;
      readonly frame: CanFrame;
    }
  | {
      readonly kind: 'withdrawal';
      readonly at_ns: number;
      readonly mailbox: number;
      readonly sequence: number;
    }
  /** All its requests are void. */
  | { readonly kind: 'reset'; readonly at_ns: number };

/** What became of a request, in the order of their numbers. */
const RESULTS = ['sent', 'unacknowledged', 'destroyed', 'lost', 'withdrawn'] as const;
export type RequestResult = (typeof RESULTS)[number];

/** To a controller. */
export type BusRecord =
  | { readonly kind: 'frame'; readonly at_ns: number; readonly frame: CanFrame }
  | {
      readonly kind: RequestResult;
      readonly at_ns: number;
      readonly mailbox: number;
      readonly sequence: number;
    }
  /** What it heard was no frame. */
  | { readonly kind: 'disturbed'; readonly at_ns: number };

const FRAME = 1;
const FIRST_RESULT = 2;
const DISTURBED = 7;

/** Reads what a controller tells; a rest that is no whole record, and kinds that mean nothing, are passed over. */
export function decodeNodeRecords(bytes: Uint8Array): NodeRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: NodeRecord[] = [];
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const record = decode(view, at);
    if (record) records.push(record);
  }
  return records;
}

function decode(view: DataView, at: number): NodeRecord | undefined {
  const at_ns = Number(view.getBigInt64(at + 8, true));
  const detail = view.getUint8(at + 1);
  const number = view.getUint32(at + 4, true);
  switch (view.getUint8(at)) {
    case 1:
      return { kind: 'mode', at_ns, mode: modeOf(detail, number) };
    case 2: {
      const frame = {
        identifier: view.getUint32(at + 16, true) & ~1,
        length: view.getUint16(at + 2, true) & 15,
        low: view.getUint32(at + 20, true),
        high: view.getUint32(at + 24, true),
      };
      return { kind: 'request', at_ns, mailbox: detail, sequence: number, frame };
    }
    case 3:
      return { kind: 'withdrawal', at_ns, mailbox: detail, sequence: number };
    case 4:
      return { kind: 'reset', at_ns };
    default:
      return undefined;
  }
}

function modeOf(flags: number, bitClocks: number): CanMode {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  return {
    takesPart: has(1) && bitClocks > 0,
    isSilent: has(2),
    isPassive: has(4),
    inOrder: has(8),
    once: has(16),
    bitClocks,
  };
}

export function encodeBusRecords(records: readonly BusRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  records.forEach((record, index) => {
    const at = index * RECORD_BYTES;
    view.setBigInt64(at + 8, BigInt(Math.round(record.at_ns)), true);
    if (record.kind === 'frame') {
      const { identifier, length, low, high } = record.frame;
      view.setUint8(at, FRAME);
      view.setUint16(at + 2, length, true);
      view.setUint32(at + 16, identifier, true);
      view.setUint32(at + 20, low, true);
      view.setUint32(at + 24, high, true);
    } else if (record.kind === 'disturbed') view.setUint8(at, DISTURBED);
    else {
      view.setUint8(at, FIRST_RESULT + RESULTS.indexOf(record.kind));
      view.setUint8(at + 1, record.mailbox);
      view.setUint32(at + 4, record.sequence, true);
    }
  });
  return bytes;
}
