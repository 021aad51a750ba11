import type { BusRecord, CanFrame, CanMode, NodeRecord } from './record';

/** After the checksum: delimiters, acknowledgement, end of frame, and the pause between frames (ISO 11898-1, 10.4). */
const TAIL_BITS = 13;
/** After the checksum of a frame that nobody acknowledges, or that is destroyed: error flag, delimiter, pause. */
const ERROR_TAIL_BITS = 19;
const CLOCKS_PER_NS = 0.042;
/** Bit rates that differ by no more are the same: what resynchronisation makes up for. */
const TOLERANCE = 0.01;

const OFF: CanMode = {
  takesPart: false,
  isSilent: false,
  isPassive: false,
  inOrder: false,
  once: false,
  bitClocks: 84,
};

interface Request {
  readonly mailbox: number;
  readonly sequence: number;
  readonly frame: CanFrame;
}

/** A controller at the wire. Times are those of the bus. */
export class WireNode {
  mode = OFF;
  /** What it has told and the wire has not come to yet, in the order of time. */
  readonly told: NodeRecord[] = [];
  /** What it is to be told. */
  heard: BusRecord[] = [];
  readonly requests: Request[] = [];

  /** The request that goes first, if it may send. */
  get offer(): Request | undefined {
    const { mode, requests } = this;
    if (!mode.takesPart || mode.isSilent) return undefined;
    let best: Request | undefined;
    for (const request of requests) {
      if (best === undefined || this.precedes(request, best)) best = request;
    }
    return best;
  }

  apply(record: NodeRecord): void {
    switch (record.kind) {
      case 'mode':
        this.mode = record.mode;
        break;
      case 'request':
        this.drop(record.mailbox);
        this.requests.push(record);
        break;
      case 'withdrawal':
        if (!this.requests.some(({ sequence }) => sequence === record.sequence)) break;
        this.drop(record.mailbox);
        this.heard.push({ ...record, kind: 'withdrawn' });
        break;
      case 'reset':
        this.requests.length = 0;
    }
  }

  drop(mailbox: number): void {
    const index = this.requests.findIndex((request) => request.mailbox === mailbox);
    if (index >= 0) this.requests.splice(index, 1);
  }

  private precedes(one: Request, other: Request): boolean {
    if (this.mode.inOrder) return one.sequence < other.sequence;
    const difference = arbitrationValue(one.frame) - arbitrationValue(other.frame);
    return difference === 0 ? one.mailbox < other.mailbox : difference < 0;
  }
}

/**
 * The wire itself: which frame goes when, who gets it, and whether anybody acknowledges it. Everything depends on what
 * the controllers told and when, on nothing else. Stuff bits are not counted.
 */
export class CanWire {
  readonly nodes: WireNode[] = [];
  /** When a frame was last sent or asked for. */
  usedAt_ns = Number.NEGATIVE_INFINITY;
  private freeAt_ns = 0;

  /**
   * Lets everything happen that begins before `horizon_ns`, the end of the nodes' next step, as far as it is known: up to
   * `until_ns` that is all. So what is asked for during a step takes part in arbitration from its end on. What a frame
   * leads to comes at the frame's end, but not before `until_ns`: the nodes have already lived up to there.
   */
  advance(until_ns: number, horizon_ns: number): void {
    while (this.freeAt_ns < horizon_ns) {
      this.apply(this.freeAt_ns);
      if (this.nodes.some(({ offer }) => offer !== undefined)) this.transmit(until_ns);
      else if (!this.skip(until_ns)) return;
    }
  }

  /** Takes in what was told up to `at_ns`. */
  private apply(at_ns: number): void {
    for (const node of this.nodes) {
      while (node.told[0] && node.told[0].at_ns <= at_ns) {
        const record = node.told.shift()!;
        if (record.kind === 'request') this.usedAt_ns = Math.max(this.usedAt_ns, record.at_ns);
        node.apply(record);
      }
    }
  }

  /** Moves on to what was told next; false when that is not before `until_ns`. */
  private skip(until_ns: number): boolean {
    const next = Math.min(...this.nodes.map(({ told }) => told[0]?.at_ns ?? Number.POSITIVE_INFINITY));
    if (next >= until_ns) return false;
    this.freeAt_ns = next;
    return true;
  }

  /** One attempt, from arbitration to what came of it. */
  private transmit(until_ns: number): void {
    const { nodes } = this;
    const offers = nodes.flatMap((node) => (node.offer ? [{ node, request: node.offer }] : []));
    const winner = offers.reduce((best, offer) =>
      arbitrationValue(offer.request.frame) < arbitrationValue(best.request.frame) ? offer : best,
    );
    const { node: sender, request } = winner;
    const listeners = nodes.filter((node) => node !== sender);
    const others = listeners.filter(({ mode }) => mode.takesPart);
    const strangers = others.filter(({ mode }) => !hasEqualBits(mode, sender.mode));
    const isDestroyed = strangers.some(({ mode }) => !mode.isPassive && !mode.isSilent);
    const isAcknowledged = others.some((node) => !node.mode.isSilent && !strangers.includes(node));
    const isSent = isAcknowledged && !isDestroyed;
    const bits = bodyBits(request.frame) + (isSent ? TAIL_BITS : ERROR_TAIL_BITS);
    const at_ns = Math.max(this.freeAt_ns + (bits * sender.mode.bitClocks) / CLOCKS_PER_NS, until_ns);
    this.freeAt_ns = at_ns;
    this.tell(winner.node, request, isDestroyed ? 'destroyed' : isSent ? 'sent' : 'unacknowledged', at_ns);
    for (const listener of listeners) {
      if (isSent && !strangers.includes(listener)) {
        listener.heard.push({ kind: 'frame', at_ns, frame: request.frame });
      } else if (listener.mode.takesPart && (isDestroyed || strangers.includes(listener))) {
        listener.heard.push({ kind: 'disturbed', at_ns });
      }
    }
    if (isSent) this.usedAt_ns = at_ns;
    for (const { node, request: loser } of offers) {
      if (node !== sender && node.mode.once) this.tell(node, loser, 'lost', at_ns);
    }
  }

  private tell(
    node: WireNode,
    { mailbox, sequence }: Request,
    kind: 'sent' | 'unacknowledged' | 'destroyed' | 'lost',
    at_ns: number,
  ): void {
    if (kind === 'sent' || node.mode.once) node.drop(mailbox);
    node.heard.push({ kind, at_ns, mailbox, sequence });
  }
}

function hasEqualBits(one: CanMode, other: CanMode): boolean {
  return Math.abs(one.bitClocks / other.bitClocks - 1) <= TOLERANCE;
}

/** From the start of a frame to the end of its checksum. */
function bodyBits({ identifier, length }: CanFrame): number {
  const isRemote = (identifier & 2) !== 0;
  const isExtended = (identifier & 4) !== 0;
  return (isExtended ? 54 : 34) + (isRemote ? 0 : 8 * Math.min(length, 8));
}

/** What decides between frames, the lower one wins: identifier, RTR and IDE as they are on the wire. */
function arbitrationValue({ identifier }: CanFrame): number {
  const base = identifier >>> 21;
  const isRemote = (identifier >>> 1) & 1;
  if ((identifier & 4) === 0) return base * 0x20_0000 + isRemote * 0x10_0000;
  return base * 0x20_0000 + 0x18_0000 + ((identifier >>> 3) & 0x3_ffff) * 2 + isRemote;
}
