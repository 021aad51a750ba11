import { EndOfPayload } from './bytes';
import type { CommandId } from './commandId';

/**
 * A command that is answered: what to send and how to know and read its answer. Replies carry no request id
 * (facts 1.2), so a reply is recognised by its command id and, where it repeats one, by its offset or index.
 */
export interface Request<Reply> {
  /** The whole payload to send; its first byte is the command id. */
  readonly payload: Uint8Array;
  /** The id the answer carries: not always the request's own (facts 2.1, `H(3)`). */
  readonly replyId: CommandId;
  /**
   * The answer in `payload` (which begins with `replyId`), or `undefined` when it answers some other request.
   * Throws {@link EndOfPayload} when the payload is too short to be the answer.
   */
  readonly decode: (payload: Uint8Array) => Reply | undefined;
}

/** Reads `payload` as the answer to `request`; `undefined` when it is not that, or too short to be. */
export function decodeReply<Reply>(request: Request<Reply>, payload: Uint8Array): Reply | undefined {
  if (payload[0] !== request.replyId) return undefined;
  try {
    return request.decode(payload);
  } catch (error) {
    if (error instanceof EndOfPayload) return undefined;
    throw error;
  }
}
