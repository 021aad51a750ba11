import { connect, type Socket } from 'node:net';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Link, LinkAddress } from './link';
import { formatLinkAddress } from './linkAddress';
import { plainReason } from './reason';

/** Longer than a lost SYN and its second try on a weak wireless link. */
const CONNECT_TIMEOUT_MS = 5000;
/** Express does the same from its side (facts 7.3). */
const KEEP_ALIVE_MS = 5000;

type TcpAddress = Extract<LinkAddress, { kind: 'tcp' }>;

export interface TcpDependencies {
  readonly clock: Clock;
  readonly connect?: (options: { host: string; port: number }) => Socket;
  readonly connectTimeout_ms?: number;
}

/**
 * Connects to a TCP server that carries the packet stream: VESC Tool's bridge, VESC Express, `vesc simulate`.
 * @throws VescError `tcp-refused`, `tcp-unknown-host`, `tcp-timeout`, `link-failed`
 */
export function openTcpLink(
  address: TcpAddress,
  dependencies: TcpDependencies,
  signal?: AbortSignal,
): Promise<Link> {
  const { clock, connectTimeout_ms = CONNECT_TIMEOUT_MS } = dependencies;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const socket = (dependencies.connect ?? connect)({ host: address.host, port: address.port });
    const give = (action: () => void): void => {
      timer.dispose();
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners('error');
      action();
    };
    const giveUp = (error: Error): void =>
      give(() => {
        // A socket that is being torn down may still complain; nobody is interested.
        socket.on('error', () => {});
        socket.destroy();
        reject(error);
      });
    const onAbort = (): void => giveUp(signal?.reason as Error);
    const timer = clock.schedule(connectTimeout_ms, () => {
      const details = { address: formatLinkAddress(address), waited_ms: connectTimeout_ms };
      giveUp(new VescError('tcp-timeout', details));
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', (error) => giveUp(connectError(address, connectTimeout_ms, error)));
    socket.once('connect', () => give(() => resolve(new TcpLink(address, socket))));
  });
}

function connectError(target: TcpAddress, waited_ms: number, error: NodeJS.ErrnoException): VescError {
  const address = formatLinkAddress(target);
  const options = { cause: error };
  switch (error.code) {
    case 'ECONNREFUSED':
      return new VescError('tcp-refused', { address }, options);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new VescError('tcp-unknown-host', { address, host: target.host }, options);
    case 'ETIMEDOUT':
      return new VescError('tcp-timeout', { address, waited_ms }, options);
    default:
      return new VescError('link-failed', { address, reason: error.code ?? plainReason(error) }, options);
  }
}

class TcpLink implements Link {
  private readonly data = new Emitter<Uint8Array>();
  private readonly closed = new Emitter<VescError>();
  private readonly pending = new Set<(error: VescError) => void>();
  private end: VescError | undefined;
  readonly onData = this.data.event;
  readonly onClose = this.closed.event;

  constructor(
    readonly address: TcpAddress,
    private readonly socket: Socket,
  ) {
    // Small packets and one answer each: waiting to fill a segment would cost up to 200 ms a request.
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => this.finish(error.code ?? plainReason(error)));
    socket.on('end', () => this.finish('the other side hung up'));
    socket.on('close', () => this.finish(undefined));
  }

  get isOpen(): boolean {
    return this.end === undefined;
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.end !== undefined) {
        reject(this.end);
        return;
      }
      this.pending.add(reject);
      this.socket.write(Uint8Array.from(bytes), () => {
        this.pending.delete(reject);
        if (this.end === undefined) resolve();
        else reject(this.end);
      });
    });
  }

  dispose(): void {
    this.finish('closed here');
  }

  private receive(chunk: Uint8Array): void {
    if (this.end === undefined) this.data.fire(Uint8Array.from(chunk));
  }

  private finish(reason: string | undefined): void {
    if (this.end !== undefined) return;
    const address = formatLinkAddress(this.address);
    const end = new VescError('link-closed', reason === undefined ? { address } : { address, reason });
    this.end = end;
    for (const reject of this.pending) reject(end);
    this.pending.clear();
    // What was written still goes out; a server that does not take it must not keep the program alive.
    this.socket.destroySoon();
    this.socket.unref();
    this.closed.fire(end);
  }
}
