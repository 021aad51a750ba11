import { connect, type Socket } from 'node:net';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { VescError } from '../../base/errors';
import type { CanNode } from './bus';
import { type CanBusAddress, formatCanBus } from './busAddress';
import { encodeHubMessage, HUB_VERSION, HubDecoder, type HubMessage } from './hubMessages';

/** A hub answers at once. */
const PATIENCE_MS = 3000;

/** The way to a bus that another process keeps open. */
export interface BusConnection extends Disposable {
  readonly uuids: readonly string[];
  /** Connects this process's controller; the connection carries one. */
  join(node: CanNode): Disposable;
  onClose(listener: () => void): void;
}

/**
 * Connects to the hub at `address`.
 * @throws VescError `no-can-bus`, `can-bus-version`; otherwise the error of the socket
 */
export async function connectToHub(address: CanBusAddress, clock: Clock): Promise<BusConnection> {
  const socket = await opened(address);
  const decoder = new HubDecoder();
  let take: (message: HubMessage) => void = () => {};
  let misunderstood: (reason: string) => void = () => {};
  socket.on('data', (bytes) => {
    try {
      for (const message of decoder.push(bytes)) take(message);
    } catch (error) {
      misunderstood((error as Error).message);
      socket.destroy();
    }
  });
  const send = (message: HubMessage): void => void socket.write(encodeHubMessage(message));
  const uuids = await new Promise<readonly string[]>((resolve, reject) => {
    const refuse = (error: VescError): void => {
      timer.dispose();
      socket.destroy();
      reject(error);
    };
    const name = formatCanBus(address);
    misunderstood = (reason) => refuse(new VescError('no-can-bus', { address: name, reason }));
    const timer = clock.schedule(PATIENCE_MS, () => misunderstood('it does not answer'));
    socket.once('close', () => misunderstood('it hangs up'));
    take = (message) => {
      if (message.kind !== 'welcome') return misunderstood('what it says is not understood');
      if (message.version !== HUB_VERSION) {
        return refuse(
          new VescError('can-bus-version', { address: name, theirs: message.version, ours: HUB_VERSION }),
        );
      }
      timer.dispose();
      resolve(message.uuids);
    };
    send({ kind: 'hello', version: HUB_VERSION });
  });
  misunderstood = () => {};
  return {
    uuids,
    join(node) {
      const subscriptions = new DisposableStore();
      take = (message) => {
        if (message.kind === 'attach') node.attach(message.epoch);
        else if (message.kind === 'grant') node.grant(message.until_ns, message.records);
      };
      send({ kind: 'join', uuid: node.uuid });
      subscriptions.add(node.onReady((isReady) => send({ kind: 'ready', isReady })));
      subscriptions.add(node.onReport((report) => send({ kind: 'report', report })));
      subscriptions.add(node.onGone(() => socket.destroy()));
      if (node.isReady) send({ kind: 'ready', isReady: true });
      return subscriptions;
    },
    onClose: (listener) => void socket.once('close', listener),
    dispose: () => socket.destroy(),
  };
}

function opened({ host, port }: CanBusAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
