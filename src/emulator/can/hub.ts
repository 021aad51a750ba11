import { createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { CanBus, CanNode, CanReport } from './bus';
import type { CanBusAddress } from './busAddress';
import { encodeHubMessage, HUB_VERSION, HubDecoder, type HubMessage } from './hubMessages';

/** A controller in another process, as the bus here sees it. */
class RemoteNode implements CanNode {
  isReady = false;
  private readonly readiness = new Emitter<boolean>();
  private readonly reports = new Emitter<CanReport>();
  private readonly gone = new Emitter<void>();
  readonly onReady = this.readiness.event;
  readonly onReport = this.reports.event;
  readonly onGone = this.gone.event;

  constructor(
    readonly uuid: string,
    private readonly send: (message: HubMessage) => void,
  ) {}

  attach(epoch: number | undefined): void {
    this.send({ kind: 'attach', epoch });
  }

  grant(until_ns: number, records: Uint8Array): void {
    this.send({ kind: 'grant', until_ns, records });
  }

  receive(message: HubMessage): void {
    if (message.kind === 'report') this.reports.fire(message.report);
    else if (message.kind === 'ready' && message.isReady !== this.isReady) {
      this.isReady = message.isReady;
      this.readiness.fire(message.isReady);
    }
  }

  end(): void {
    this.isReady = false;
    this.gone.fire();
  }
}

/** Opens `bus` to other processes at `address`; rejects with the error of the socket. */
export function openHub(bus: CanBus, address: CanBusAddress): Promise<Disposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    serve(bus, socket);
  });
  return listening(server, address).then(() => ({
    dispose() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  }));
}

function listening(server: Server, { host, port }: CanBusAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve();
    });
  });
}

/** One member, from its hello on. Whoever speaks otherwise is sent away. */
function serve(bus: CanBus, socket: Socket): void {
  const decoder = new HubDecoder();
  let isWelcome = false;
  let node: RemoteNode | undefined;
  const send = (message: HubMessage): void => void socket.write(encodeHubMessage(message));
  const take = (message: HubMessage): void => {
    const welcome = (): void => send({ kind: 'welcome', version: HUB_VERSION, uuids: bus.uuids });
    if (node) node.receive(message);
    else if (isWelcome && message.kind === 'join') {
      // Another may have been faster with the same UUID.
      if (bus.uuids.includes(message.uuid)) return welcome();
      node = new RemoteNode(message.uuid, send);
      bus.join(node);
      send({ kind: 'joined' });
    } else if (message.kind === 'hello') {
      // One of another version learns which one this is, and leaves.
      welcome();
      isWelcome = message.version === HUB_VERSION;
    } else throw new Error('no hello');
  };
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    try {
      for (const message of decoder.push(bytes)) take(message);
    } catch {
      socket.destroy();
    }
  });
  socket.once('close', () => node?.end());
}
