import type { Clock } from '../base/clock';
import { type Disposable, DisposableStore } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import { forEach } from '../base/forEach';
import { FrameDecoder, encodeFrame, MAX_CONTROLLER_PAYLOAD } from '../protocol/frame';
import { decodePrint } from '../protocol/messages/terminal';
import type { Request } from '../protocol/request';
import { Conversation } from './conversation';
import type { Endpoint, RequestOptions, TerminalOptions } from './endpoint';
import type { Link, LinkAddress } from './link';
import { formatLinkAddress } from './linkAddress';
import { Prints } from './prints';
import { Turns } from './turns';
import { WriteQueue } from './writeQueue';

/** Zeros begin no frame; as many as the longest frame that a controller may wait for (facts 1.2). */
const FLUSH = new Uint8Array(MAX_CONTROLLER_PAYLOAD + 8);

/** The right to be the only one who talks over a session; dispose to give it back. */
export interface Claim extends Disposable {
  endpoint(canId?: number): Endpoint;
}

/**
 * The talk over one link: the only reader and the only writer of it, shared by everyone who has something to ask
 * the controller at its end or the CAN nodes behind it.
 *
 * Replies carry no request id and no CAN id (facts 1.2, 1.4). So requests whose answers could be mixed up are
 * asked one after the other, also across CAN nodes; those that can be told apart by id or offset go at the same
 * time; commands that need the firmware's one worker thread, among them terminal commands with their prints,
 * are serialised, because the firmware drops the second without a word.
 *
 * Answers that come too late: when a request ends with answers outstanding (it timed out, was given up, or an
 * earlier attempt's answer was taken), requests that could take them for their own wait until they came and were
 * dropped, at most 500 ms ({@link Conversation}). An answer that is later still, or sent twice by the controller,
 * cannot be told from a fresh one.
 */
export class Session implements Endpoint, Disposable {
  readonly canId = undefined;
  private readonly decoder = new FrameDecoder();
  private readonly conversation: Conversation;
  private readonly packets = new Emitter<Uint8Array>();
  private readonly printed = new Emitter<string>();
  private readonly closed = new Emitter<VescError>();
  private readonly nodes = new Map<number, Endpoint>();
  private readonly subscriptions = new DisposableStore();
  private readonly underWay = new Set<Promise<unknown>>();
  private claimed: { readonly owner: string } | undefined;
  private end: VescError | undefined;

  /** Every payload that arrives, after it was handed to whoever waited for it. */
  readonly onPacket = this.packets.event;
  /** Every line the firmware prints, also those a terminal command collects. */
  readonly onPrint = this.printed.event;
  /** Whose those lines are. */
  readonly prints = new Prints();
  /** Fires once, when the link is over; everything that waited has been rejected by then. */
  readonly onClose = this.closed.event;

  /** Takes ownership of `link`, which nobody else may read or write any more. */
  constructor(
    readonly link: Link,
    clock: Clock,
  ) {
    const writes = new WriteQueue(link, clock);
    this.conversation = new Conversation(
      {
        address: formatLinkAddress(link.address),
        write: async (payload, unwanted) => writes.write(encodeFrame(payload), unwanted),
        flush: () => writes.write(FLUSH, () => false),
        statistics: () => this.decoder.statistics,
      },
      new Turns(),
      this.prints,
      clock,
    );
    this.subscriptions.add(link.onData((bytes) => this.receive(bytes)));
    this.subscriptions.add(link.onClose((reason) => this.finish(reason)));
    if (!link.isOpen) this.finish(this.closedError());
  }

  get address(): LinkAddress {
    return this.link.address;
  }

  get isOpen(): boolean {
    return this.end === undefined;
  }

  request<R>(request: Request<R>, options: RequestOptions = {}): Promise<R> {
    return this.admit(undefined, () => this.conversation.request(undefined, request, options));
  }

  send(payload: Uint8Array): Promise<void> {
    return this.admit(undefined, () => this.conversation.send(undefined, payload));
  }

  terminal(command: string, options: TerminalOptions = {}): Promise<string[]> {
    return this.admit(undefined, () => this.conversation.terminal(undefined, command, options));
  }

  /** The controller with CAN id `canId` (0 to 254) behind the one at the link. */
  node(canId: number): Endpoint {
    let node = this.nodes.get(canId);
    if (node === undefined) {
      node = this.endpoint(canId, undefined);
      this.nodes.set(canId, node);
    }
    return node;
  }

  /**
   * Keeps everyone else out: until the claim is disposed, requests through the session's other endpoints reject
   * with `link-in-use` and name `owner`. What is under way ends first; the claim's own requests wait for that.
   * @throws VescError `link-in-use` when it is claimed already
   */
  claim(owner: string): Claim {
    if (this.claimed !== undefined) throw this.inUse(this.claimed.owner);
    const claim = { owner };
    this.claimed = claim;
    const before = Promise.allSettled([...this.underWay]);
    return {
      endpoint: (canId) => this.endpoint(canId, { claim, before }),
      dispose: () => {
        if (this.claimed === claim) this.claimed = undefined;
      },
    };
  }

  /**
   * Sends a payload that nothing answers, whoever has claimed the link: for stopping a motor, which is never in the
   * way of anything. A few bytes between two frames of an upload fit into the controller's buffer.
   */
  sendAnyway(payload: Uint8Array, canId?: number): Promise<void> {
    return this.end === undefined ? this.conversation.send(canId, payload) : Promise.reject(this.end);
  }

  /** Closes the link; everything that waits rejects with `link-closed`. */
  dispose(): void {
    this.link.dispose();
    this.finish(this.closedError());
  }

  private endpoint(
    canId: number | undefined,
    by: { readonly claim: { readonly owner: string }; readonly before: Promise<unknown> } | undefined,
  ): Endpoint {
    if (canId !== undefined && !(Number.isInteger(canId) && canId >= 0 && canId <= 254)) {
      throw new RangeError(`${canId} is no CAN id`);
    }
    const admit = <T>(work: () => Promise<T>): Promise<T> =>
      this.admit(by?.claim, by === undefined ? work : () => by.before.then(work));
    return {
      canId,
      request: (request, options = {}) => admit(() => this.conversation.request(canId, request, options)),
      send: (payload) => admit(() => this.conversation.send(canId, payload)),
      terminal: (command, options = {}) => admit(() => this.conversation.terminal(canId, command, options)),
    };
  }

  private admit<T>(claim: { readonly owner: string } | undefined, work: () => Promise<T>): Promise<T> {
    if (this.end !== undefined) return Promise.reject(this.end);
    if (this.claimed !== claim) {
      return Promise.reject(this.inUse(this.claimed?.owner ?? 'the work that owned it is over'));
    }
    const done = work();
    const forget = (): void => void this.underWay.delete(done);
    this.underWay.add(done);
    done.then(forget, forget);
    return done;
  }

  private receive(bytes: Uint8Array): void {
    // Whoever fails with one packet costs nobody the others.
    forEach(this.decoder.push(bytes), (payload) => {
      this.conversation.receive(payload);
      const text = decodePrint(payload);
      try {
        if (text !== undefined) this.printed.fire(text);
      } finally {
        this.packets.fire(payload);
      }
    });
  }

  private finish(reason: VescError): void {
    if (this.end !== undefined) return;
    this.end = reason;
    this.subscriptions.dispose();
    this.conversation.end(reason);
    this.closed.fire(reason);
  }

  private closedError(): VescError {
    return new VescError('link-closed', { address: formatLinkAddress(this.address) });
  }

  private inUse(owner: string): VescError {
    return new VescError('link-in-use', { address: formatLinkAddress(this.address), owner });
  }
}
