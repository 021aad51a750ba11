import { createServer, type Socket } from 'node:net';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { formatLinkAddress } from '../links/linkAddress';
import { cannotListen } from '../links/listening';
import type { LinkAddress } from '../links/link';
import type { DuplexEnd } from '../links/memoryDuplex';
import type { ServedController } from './servedController';

/** A server that is up. */
export interface Server extends Disposable {
  readonly address: LinkAddress;
}

/**
 * Serves `controller` over TCP as an Express module in front of it does (facts 7.3): the frames as they are, one
 * client at a time (the next is heard when the one before has left), and the connection outlives restarts of the
 * controller, during which nothing answers. Port 0 takes any free one. Only this computer can connect, unless
 * `host` says otherwise.
 * @throws VescError `cannot-listen` when the port cannot be had
 */
export function serveTcp(
  controller: ServedController,
  { host = '127.0.0.1', port }: { readonly host?: string; readonly port: number },
): Promise<Server> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.setNoDelay(true);
    clients.add(socket);
    socket.once('close', () => {
      clients.delete(socket);
      // The port has to hear of it first.
      queueMicrotask(serveNext);
    });
    serveNext();
  });
  let served: Socket | undefined;
  const serveNext = (): void => {
    if (served?.destroyed === false) return;
    [served] = clients;
    if (served !== undefined && !controller.plug(socketEnd(served), 'uart')) served.destroy();
  };
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void =>
      reject(cannotListen(formatLinkAddress({ kind: 'tcp', host, port }), error));
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      // From now on it is one connection that fails, if any.
      server.off('error', refuse);
      server.on('error', () => {});
      const bound = server.address();
      const taken = typeof bound === 'object' && bound !== null ? bound.port : port;
      resolve({
        address: { kind: 'tcp', host, port: taken },
        dispose() {
          server.close();
          for (const socket of clients) socket.destroy();
        },
      });
    });
  });
}

function socketEnd(socket: Socket): DuplexEnd {
  const data = new Emitter<Uint8Array>();
  const close = new Emitter<void>();
  socket.on('data', (bytes) => data.fire(bytes));
  socket.once('close', () => close.fire());
  return {
    onData: data.event,
    onClose: close.event,
    send: (bytes) => void socket.write(bytes),
    hangUp: () => void socket.end(),
  };
}
