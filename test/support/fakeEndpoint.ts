import { VescError } from '../../src/base/errors';
import type { Endpoint } from '../../src/links/endpoint';
import { decodeReply } from '../../src/protocol/request';

/** A controller reduced to one function: what it answers to a payload; undefined is silence. */
export interface FakeEndpoint extends Endpoint {
  /** Every payload that was sent, in order. */
  readonly sent: Uint8Array[];
}

export function fakeEndpoint(
  answer: (payload: Uint8Array) => Uint8Array | VescError | undefined | Promise<Uint8Array | undefined>,
  options: { canId?: number; terminal?: (command: string) => string[] } = {},
): FakeEndpoint {
  const sent: Uint8Array[] = [];
  return {
    sent,
    canId: options.canId,
    async request(request) {
      sent.push(request.payload);
      const payload = await answer(request.payload);
      if (payload instanceof VescError) throw payload;
      const reply = payload && decodeReply(request, payload);
      if (reply === undefined) {
        throw new VescError('no-answer', { address: 'fake', command: 'a request', waited_ms: 1 });
      }
      return reply;
    },
    async send(payload) {
      sent.push(payload);
      await answer(payload);
    },
    terminal: (command) => Promise.resolve(options.terminal?.(command) ?? []),
  };
}
