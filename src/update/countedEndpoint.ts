import type { Endpoint } from '../links/endpoint';
import { CommandId } from '../protocol/commandId';
import type { UploadWindow } from './uploadWindow';

/** Next to a full window there is room for a good number of requests of this length. */
const SMALL_B = 32;
const NEVER = new AbortController().signal;

/**
 * `endpoint`, with everything large that is sent through it counted in the window of the uploads that go on over the
 * same link: settings and code that are given back take a place like a write. Writes themselves are counted by
 * whoever sends them.
 */
export function countedEndpoint(endpoint: Endpoint, window: UploadWindow): Endpoint {
  return {
    canId: endpoint.canId,
    async request(request, options = {}) {
      const { payload } = request;
      if (payload.length <= SMALL_B || payload[0] === CommandId.WRITE_NEW_APP_DATA) {
        return endpoint.request(request, options);
      }
      await window.enter(options.signal ?? NEVER);
      try {
        return await endpoint.request(request, options);
      } finally {
        window.leave();
      }
    },
    send: (payload) => endpoint.send(payload),
    terminal: (command, options) => endpoint.terminal(command, options),
  };
}
