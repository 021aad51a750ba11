import type { Clock } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import { isBlocking } from '../protocol/blockingCommands';
import { CommandId, commandName } from '../protocol/commandId';
import { forwardCan } from '../protocol/messages/can';
import { fwVersion } from '../protocol/messages/identity';
import { decodePrint, terminalCommand } from '../protocol/messages/terminal';
import { decodeReply, type Request } from '../protocol/request';
import { repeatedOffset } from './repeatedOffset';
import type { RequestOptions, TerminalOptions } from './endpoint';
import type { Prints } from './prints';
import { patienceFor } from './terminalPatience';
import type { Subject, Turns } from './turns';
import { Wait, type Outcome } from './wait';

/** How long others wait for the late answer to a request that was given up. */
const LATE_ANSWER_MS = 500;
/** How long the controller in between has to show that it lives when a CAN node did not answer. */
const ALIVE_MS = 500;
/** Longer requests push themselves through a parser that waits for the rest of something. */
const SHORT_REQUEST_B = 64;
/** A controller that never stops printing does not fill our memory. */
const MAX_PRINTS = 10_000;

/** What a conversation needs of the link it goes over. */
export interface Line {
  readonly address: string;
  /** Writes the frame of `payload`, unless it is `unwanted` when its turn comes. */
  write(payload: Uint8Array, unwanted: () => boolean): Promise<void>;
  /** Ends whatever the controller's parser takes for the beginning of a frame. */
  flush(): Promise<void>;
  /** Bytes and valid frames that arrived since the link was opened. */
  statistics(): Traffic;
}

interface Traffic {
  readonly bytes: number;
  readonly frames: number;
}

/** Someone who waits for payloads. */
interface Waiter {
  /** True when `payload` was meant for it. */
  offer(payload: Uint8Array): boolean;
  fail(error: VescError): void;
}

/** Requests, their answers and their deadlines over one line. The rules are told at the session. */
export class Conversation {
  private readonly waiters = new Set<Waiter>();
  /** Those who only take what comes too late, after everyone else declined it. */
  private readonly latecomers = new Set<Waiter>();

  constructor(
    private readonly line: Line,
    private readonly turns: Turns,
    private readonly prints: Prints,
    private readonly clock: Clock,
  ) {}

  /** A payload arrived: the first who knows it as theirs gets it. */
  receive(payload: Uint8Array): void {
    for (const waiter of [...this.waiters, ...this.latecomers]) if (waiter.offer(payload)) return;
    const text = decodePrint(payload);
    if (text !== undefined) this.prints.unclaimed(text);
  }

  /** The link is over: everyone who waits is told. */
  end(reason: VescError): void {
    for (const waiter of [...this.waiters, ...this.latecomers]) waiter.fail(reason);
    this.turns.abandon(reason);
  }

  async request<R>(canId: number | undefined, request: Request<R>, options: RequestOptions): Promise<R> {
    const { timeout_ms = 1000, attempts = 1, signal } = options;
    const subject: Subject = {
      replyId: request.replyId,
      offset: repeatedOffset(request.payload),
      blocking: isBlocking(request.payload[0]!),
      canId,
    };
    const turn = await this.turns.take(subject, signal);
    const before = this.line.statistics();
    const start_ms = this.clock.now();
    let outstanding = 0;
    try {
      for (let attempt = 0; attempt < attempts; attempt++) {
        // Noise may have begun a frame there that swallows what we send until it is full (facts 1.2).
        if (attempt > 0 && request.payload.length <= SHORT_REQUEST_B) await this.line.flush();
        signal?.throwIfAborted();
        outstanding++;
        const outcome = await this.exchange(canId, request, timeout_ms, signal);
        if (outcome === 'silence') continue;
        outstanding--;
        return outcome.reply;
      }
    } finally {
      if (outstanding > 0) this.expectLate(subject, request, outstanding);
      turn.dispose();
    }
    throw await this.silence(canId, request.payload, before, start_ms, signal);
  }

  async send(canId: number | undefined, payload: Uint8Array): Promise<void> {
    const turn = await this.turns.take({
      replyId: undefined,
      offset: undefined,
      blocking: isBlocking(payload[0]!),
      canId,
    });
    try {
      await this.line.write(addressed(canId, payload), () => false);
    } finally {
      turn.dispose();
    }
  }

  async terminal(canId: number | undefined, command: string, options: TerminalOptions): Promise<string[]> {
    const patience = patienceFor(command);
    const { idle_ms = patience.idle_ms, timeout_ms = 3000, signal, owner, onWait } = options;
    const payload = terminalCommand(command);
    const subject: Subject = { replyId: CommandId.PRINT, offset: undefined, blocking: true, canId };
    if (this.turns.isTaken(subject)) onWait?.(this.prints.holder);
    const prints = this.prints.expect(canId, command, owner);
    const turn = await this.turns.take(subject, signal).catch((reason: unknown) => {
      prints.end();
      throw reason;
    });
    const before = this.line.statistics();
    const start_ms = this.clock.now();
    try {
      signal?.throwIfAborted();
      prints.start();
      const first_ms = Math.max(timeout_ms, patience.first_ms);
      const outcome = await this.wait<string[]>(canId, payload, first_ms, signal, (arrived, wait) => {
        const text = decodePrint(arrived);
        if (text === undefined) return false;
        const kind = prints.offer(text);
        if (kind === 'others') return false;
        const pause_ms = kind === 'echo' ? Math.max(idle_ms, patience.first_ms) : idle_ms;
        wait.expire(prints.lines.length < MAX_PRINTS ? pause_ms : 0, { reply: prints.lines });
        return true;
      });
      if (outcome !== 'silence') return outcome.reply;
    } finally {
      prints.end();
      turn.dispose();
    }
    throw await this.silence(canId, payload, before, start_ms, signal);
  }

  private exchange<R>(
    canId: number | undefined,
    request: Request<R>,
    timeout_ms: number,
    signal: AbortSignal | undefined,
  ): Promise<Outcome<R>> {
    return this.wait<R>(canId, request.payload, timeout_ms, signal, (arrived, wait) => {
      try {
        const reply = decodeReply(request, arrived);
        if (reply === undefined) return false;
        wait.settle({ reply });
      } catch (error) {
        wait.fail(error);
      }
      return true;
    });
  }

  /** Sends `payload` and waits: the waiter stands before the first byte leaves, its clock starts after the last. */
  private wait<R>(
    canId: number | undefined,
    payload: Uint8Array,
    timeout_ms: number,
    signal: AbortSignal | undefined,
    offer: (arrived: Uint8Array, wait: Wait<R>) => boolean,
  ): Promise<Outcome<R>> {
    const whole = addressed(canId, payload);
    const wait = new Wait<R>(this.clock, signal, () => this.waiters.delete(waiter));
    const waiter: Waiter = {
      offer: (arrived) => offer(arrived, wait),
      fail: (error) => wait.fail(error),
    };
    this.waiters.add(waiter);
    this.line
      .write(whole, () => wait.isOver)
      .then(
        () => {
          if (!wait.hasDeadline) wait.expire(timeout_ms, 'silence');
        },
        (error) => wait.fail(error),
      );
    return wait.outcome;
  }

  /** Catches up to `count` late answers to `request`, and keeps those waiting who could mistake them. */
  private expectLate(subject: Subject, request: Request<unknown>, count: number): void {
    const hold = this.turns.hold(subject);
    let expected = count;
    const over = (): void => {
      this.latecomers.delete(latecomer);
      timer.dispose();
      hold.dispose();
    };
    const latecomer: Waiter = {
      offer: (arrived) => {
        if (arrived[0] !== request.replyId) return false;
        if (--expected === 0) over();
        return true;
      },
      fail: over,
    };
    const timer = this.clock.schedule(LATE_ANSWER_MS, over);
    this.latecomers.add(latecomer);
  }

  /** Why nothing answered. */
  private async silence(
    canId: number | undefined,
    payload: Uint8Array,
    before: Traffic,
    start_ms: number,
    signal: AbortSignal | undefined,
  ): Promise<VescError> {
    const { address } = this.line;
    const waited_ms = this.clock.now() - start_ms;
    const { bytes, frames } = this.line.statistics();
    if (frames === 0 && bytes > before.bytes) {
      return new VescError('not-a-controller', { address, bytes: bytes - before.bytes });
    }
    if (canId !== undefined && (frames > before.frames || (await this.isAlive(frames, signal)))) {
      return new VescError('can-node-silent', { canId, address });
    }
    return new VescError('no-answer', { address, command: commandName(payload[0]!), waited_ms });
  }

  /** True when the controller at the link, asked now, sends anything at all. */
  private async isAlive(frames: number, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.request(undefined, fwVersion(), { timeout_ms: ALIVE_MS, ...(signal && { signal }) });
    } catch (error) {
      if (!isVescError(error, 'no-answer')) throw error;
    }
    return this.line.statistics().frames > frames;
  }
}

/** `payload` as the controller at the link takes it. */
function addressed(canId: number | undefined, payload: Uint8Array): Uint8Array {
  return canId === undefined ? payload : forwardCan(canId, payload);
}
