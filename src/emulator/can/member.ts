import { connect, type Socket } from 'node:net';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { VescError } from '../../base/errors';
import type { CanNode } from './bus';
import { type CanBusAddress, formatCanBus } from './busAddress';
import { encodeHubMessage, HUB_VERSION, HubDecoder, type HubMessage } from './hubMessages';

/** A hub answers at once. */
const PATIENCE_MS = 3000;
/** How long a computer may take to be reached at all. */
const REACH_MS = 10_000;
/** A hub lets its members go on even when another member stands still (bus.ts); after so long it stands still itself. */
const STANDSTILL_MS = 20_000;
const NOT_UNDERSTOOD = 'what it says is not understood';

/** The way to a bus that another process keeps open. */
export interface BusConnection extends Disposable {
  /**
   * Takes a place on the bus by the UUID that `pick` makes of those that are taken; asked again while others are faster.
   * @throws VescError `no-can-bus`; what `pick` throws
   */
  claim(pick: (taken: readonly string[]) => string): Promise<string>;
  /** Connects this process's controller, whose UUID was claimed; the connection carries one. */
  join(node: CanNode): Disposable;
  /** False once the hub has said what no hub says: to connect again is no use. */
  readonly isUnderstood: boolean;
  onClose(listener: () => void): void;
}

/**
 * Connects to the hub at `address`.
 * @throws VescError `no-can-bus`, `can-bus-version`; otherwise the error of the socket
 */
export async function connectToHub(address: CanBusAddress, clock: Clock): Promise<BusConnection> {
  const connection = new HubConnection(await reached(address, clock), formatCanBus(address), clock);
  await connection.introduce();
  return connection;
}

class HubConnection implements BusConnection {
  isUnderstood = true;
  private readonly decoder = new HubDecoder();
  private taken: readonly string[] = [];
  private take: (message: HubMessage) => void = () => {};
  private giveUp: (reason: string) => void = () => {};

  constructor(
    private readonly socket: Socket,
    private readonly name: string,
    private readonly clock: Clock,
  ) {
    socket.on('data', (bytes) => {
      try {
        for (const message of this.decoder.push(bytes)) this.take(message);
      } catch (error) {
        this.isUnderstood = false;
        this.giveUp((error as Error).message);
        socket.destroy();
      }
    });
    socket.once('close', () => this.giveUp('it hangs up'));
  }

  /** @throws VescError `no-can-bus`, `can-bus-version` */
  async introduce(): Promise<void> {
    const welcome = await this.ask({ kind: 'hello', version: HUB_VERSION });
    if (welcome.kind !== 'welcome') throw this.refusal(NOT_UNDERSTOOD);
    if (welcome.version !== HUB_VERSION) {
      this.socket.destroy();
      throw new VescError('can-bus-version', {
        address: this.name,
        theirs: welcome.version,
        ours: HUB_VERSION,
      });
    }
    this.taken = welcome.uuids;
  }

  async claim(pick: (taken: readonly string[]) => string): Promise<string> {
    for (;;) {
      const uuid = pick(this.taken);
      const answer = await this.ask({ kind: 'join', uuid });
      if (answer.kind === 'joined') return uuid;
      if (answer.kind !== 'welcome') throw this.refusal(NOT_UNDERSTOOD);
      this.taken = answer.uuids;
    }
  }

  join(node: CanNode): Disposable {
    const subscriptions = new DisposableStore();
    let standstill: Disposable | undefined;
    const goesOn = (): void => {
      standstill?.dispose();
      standstill = undefined;
    };
    this.take = (message) => {
      goesOn();
      if (message.kind === 'attach') node.attach(message.epoch);
      else if (message.kind === 'grant') node.grant(message.until_ns, message.records);
    };
    subscriptions.add({ dispose: goesOn });
    subscriptions.add(node.onReady((isReady) => this.send({ kind: 'ready', isReady })));
    subscriptions.add(
      node.onReport((report) => {
        this.send({ kind: 'report', report });
        standstill ??= this.clock.schedule(STANDSTILL_MS, () => this.socket.destroy());
      }),
    );
    subscriptions.add(node.onGone(() => this.socket.destroy()));
    if (node.isReady) this.send({ kind: 'ready', isReady: true });
    return subscriptions;
  }

  onClose(listener: () => void): void {
    this.socket.once('close', listener);
  }

  dispose(): void {
    this.socket.destroy();
  }

  private send(message: HubMessage): void {
    this.socket.write(encodeHubMessage(message));
  }

  /** Says something; resolves with what the hub says to it. */
  private ask(message: HubMessage): Promise<HubMessage> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.schedule(PATIENCE_MS, () => this.giveUp('it does not answer'));
      const settle = (): void => {
        timer.dispose();
        this.take = () => {};
        this.giveUp = () => {};
      };
      this.take = (answer) => {
        settle();
        resolve(answer);
      };
      this.giveUp = (reason) => {
        settle();
        reject(this.refusal(reason));
      };
      this.send(message);
    });
  }

  private refusal(reason: string): VescError {
    this.socket.destroy();
    return new VescError('no-can-bus', { address: this.name, reason });
  }
}

function reached({ host, port }: CanBusAddress, clock: Clock): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const timer = clock.schedule(REACH_MS, () => socket.destroy(new Error('nothing answers there')));
    socket.once('close', () => timer.dispose());
    socket.once('error', reject);
    socket.once('connect', () => {
      timer.dispose();
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
