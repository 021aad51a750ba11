import { createServer, type Socket } from 'node:net';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import type { EmulatedController } from './emulatedController';

/** Where a debugger attaches. */
export interface GdbServer extends Disposable {
  readonly port: number;
}

/**
 * Serves `controller` to one debugger at a time, on this computer only: `target remote :PORT` of GDB. The program stands
 * still from the moment that the debugger comes. Port 0 takes any free one.
 * @throws VescError `cannot-listen`
 */
export function serveGdb(controller: EmulatedController, port: number): Promise<GdbServer> {
  const host = '127.0.0.1';
  let client: Socket | undefined;
  const replies = controller.onDebugReply((text) => client?.write(text, 'latin1'));
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (client) return void socket.destroy();
    client = socket;
    socket.setNoDelay(true);
    controller.debug(new Uint8Array());
    socket.on('data', (bytes) => controller.debug(Uint8Array.from(bytes)));
    socket.once('close', () => {
      client = undefined;
      controller.debug(undefined);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      replies.dispose();
      reject(
        new VescError(
          'cannot-listen',
          { address: `${host}:${port}`, reason: error.message },
          { cause: error },
        ),
      );
    });
    server.listen({ host, port }, () => {
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : port,
        dispose() {
          replies.dispose();
          server.close();
          client?.destroy();
        },
      });
    });
  });
}
