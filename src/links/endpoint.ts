import type { Request } from '../protocol/request';
import type { PrintHolder, PrintOwner } from './prints';

export interface RequestOptions {
  /** How long each attempt waits for its answer, counted from when the request was written; default 1000. */
  readonly timeout_ms?: number;
  /** How often the request is sent before giving up; default 1. */
  readonly attempts?: number;
  /** Gives up as soon as it aborts; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface TerminalOptions {
  /** The output is complete when nothing was printed for this long; default 300 (facts 11, trap 5), more for commands known to be slow. */
  readonly idle_ms?: number;
  /** How long to wait for the first print; default 3000, and never less than a command known to be slow needs. */
  readonly timeout_ms?: number;
  readonly signal?: AbortSignal;
  /** Gets each print as it comes; afterwards, too, until somebody else runs a command on the link. */
  readonly owner?: PrintOwner;
  /** Called when others are before it, with the command that is at work; undefined when it is no terminal command. */
  readonly onWait?: (holder: PrintHolder | undefined) => void;
}

/** One controller as it is talked to: the one at the end of the link, or a node on its CAN bus. */
export interface Endpoint {
  /** The CAN id requests are forwarded to; undefined for the controller at the link itself. */
  readonly canId: number | undefined;

  /**
   * Sends `request` and resolves with its answer.
   * @throws VescError `no-answer`, `not-a-controller`, `can-node-silent`, `link-closed`, `link-in-use`,
   * `link-stalled`
   */
  request<R>(request: Request<R>, options?: RequestOptions): Promise<R>;

  /** Sends a payload that is not answered; resolves when it left our hands. Errors as above. */
  send(payload: Uint8Array): Promise<void>;

  /**
   * Runs a terminal command and resolves with its prints in order, without the firmware's echo of the command.
   * There is no end marker (facts 6.1): a command that prints in bursts needs a longer `idle_ms`. Two commands on
   * one link never get each other's prints ({@link PrintOwner}): the second waits.
   */
  terminal(command: string, options?: TerminalOptions): Promise<string[]>;
}
