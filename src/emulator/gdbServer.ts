import { createServer, type Socket } from 'node:net';
import { type Disposable, DisposableStore } from '../base/disposable';
import { cannotListen } from '../links/listening';
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
  const subscriptions = new DisposableStore();
  subscriptions.add(controller.onDebugReply((text) => client?.write(text, 'latin1')));
  // Nobody is left who could answer.
  subscriptions.add(controller.onEvent(({ kind }) => void (kind === 'failed' && client?.destroy())));
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
    const refuse = (error: Error): void => {
      subscriptions.dispose();
      reject(cannotListen(`${host}:${port}`, error));
    };
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      // From now on it is one connection that fails, if any.
      server.off('error', refuse);
      server.on('error', () => {});
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : port,
        dispose() {
          subscriptions.dispose();
          server.close();
          client?.destroy();
        },
      });
    });
  });
}
