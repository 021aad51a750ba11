import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Link, LinkAddress } from './link';
import { watchForBoth } from './portPoller';
import { plainReason } from './reason';
import { type PortInquiry, serialOpenError, systemInquiry } from './serialErrors';

/** How often a quiet port is looked at, to see whether it is still the same one. */
const HEARTBEAT_MS = 500;

type SerialAddress = Extract<LinkAddress, { kind: 'serial' }>;

/** As much of a serialport stream as a link uses: the real one and its mock both fit. */
export type PortStream = Pick<SerialPort, 'open' | 'close' | 'write' | 'isOpen' | 'on'>;
/** Makes a closed port stream. */
export type PortFactory = (options: {
  path: string;
  baudRate: number;
  lock: boolean;
  autoOpen: false;
}) => PortStream;

export interface SerialDependencies {
  readonly clock: Clock;
  /** Loads the native module, or stands in for it; rejects when it is not there. */
  readonly loadFactory?: () => Promise<PortFactory>;
  readonly inquiry?: PortInquiry;
  /** Tells one device at a path from the next one there; rejects when there is none. Undefined: nobody looks. */
  readonly fingerprint?: ((path: string) => Promise<string>) | undefined;
}

/** Links that are still being closed, by path: opening one again waits, or it would find its own lock. */
const closing = new Map<string, Promise<void>>();

/**
 * Opens a serial port for us alone.
 * @throws VescError `serial-unavailable`, `port-not-found`, `port-busy`, `port-permission`, `link-failed`
 */
export async function openSerialLink(
  address: SerialAddress,
  dependencies: SerialDependencies,
  signal?: AbortSignal,
): Promise<Link> {
  const { loadFactory = loadSerialPort, inquiry = systemInquiry } = dependencies;
  const createPort = await loadFactory().catch((error: unknown) => {
    throw new VescError('serial-unavailable', { reason: plainReason(error) }, { cause: error });
  });
  await closing.get(address.path);
  signal?.throwIfAborted();
  const { path, baudRate } = address;
  const link = new SerialLink(address, createPort({ path, baudRate, lock: true, autoOpen: false }));
  try {
    await link.open();
  } catch (error) {
    throw await serialOpenError(path, error, inquiry);
  }
  if (signal?.aborted) {
    link.dispose();
    throw signal.reason;
  }
  const fingerprint =
    'fingerprint' in dependencies ? dependencies.fingerprint : systemFingerprint(process.platform);
  if (fingerprint !== undefined) await link.watch(dependencies.clock, fingerprint);
  return link;
}

async function loadSerialPort(): Promise<PortFactory> {
  const { SerialPort } = await import('serialport');
  return (options) => new SerialPort(options);
}

/** Windows tells of an unplugged port by itself, and its ports have no files to look at. */
export function systemFingerprint(platform: NodeJS.Platform): SerialDependencies['fingerprint'] {
  if (platform === 'win32') return undefined;
  return async (path) => {
    const { ino, rdev } = await stat(path);
    return `${ino}:${rdev}`;
  };
}

class SerialLink implements Link {
  private readonly data = new Emitter<Uint8Array>();
  private readonly closed = new Emitter<VescError>();
  private readonly pending = new Set<(error: VescError) => void>();
  private heartbeat: Disposable | undefined;
  private end: VescError | undefined;
  readonly onData = this.data.event;
  readonly onClose = this.closed.event;

  constructor(
    readonly address: SerialAddress,
    private readonly port: PortStream,
  ) {
    // Without a listener for data, serialport does not read, and does not notice that the port is gone.
    port.on('data', (chunk: Uint8Array) => this.receive(chunk));
    port.on('error', (error: Error) => this.finish(plainReason(error)));
    port.on('close', (error: Error | null) => this.finish(error ? plainReason(error) : undefined));
  }

  get isOpen(): boolean {
    return this.end === undefined;
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.port.open((error) => {
        if (error) {
          reject(error);
          return;
        }
        watchForBoth(this.port);
        resolve();
      });
    });
  }

  /**
   * Looks after the port while nothing is heard. A device that hangs up between open and the first read leaves
   * serialport reading nothing for ever with `isOpen` true, so the path is asked: gone or another device means over.
   */
  async watch(clock: Clock, fingerprint: (path: string) => Promise<string>): Promise<void> {
    const look = (): Promise<string | undefined> => fingerprint(this.address.path).catch(() => undefined);
    const opened = await look();
    const beat = (): void => {
      if (this.end !== undefined) return;
      this.heartbeat = clock.schedule(HEARTBEAT_MS, () => {
        void look().then((now) => {
          if (now !== undefined && now === opened) beat();
          else this.finish('the port is gone');
        });
      });
    };
    beat();
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.end !== undefined) {
        reject(this.end);
        return;
      }
      // serialport never calls back for writes that wait when the port closes.
      this.pending.add(reject);
      this.port.write(Buffer.from(bytes), (error) => {
        this.pending.delete(reject);
        if (error) this.finish(plainReason(error));
        if (this.end === undefined) resolve();
        else reject(this.end);
      });
    });
  }

  dispose(): void {
    this.finish('closed here');
  }

  private receive(chunk: Uint8Array): void {
    // Copied: the chunk is a piece of a pool that serialport goes on filling, and a Buffer besides.
    if (this.end === undefined) this.data.fire(Uint8Array.from(chunk));
  }

  private finish(reason: string | undefined): void {
    if (this.end !== undefined) return;
    const address = this.address.path;
    const end = new VescError('link-closed', reason === undefined ? { address } : { address, reason });
    this.end = end;
    this.heartbeat?.dispose();
    if (this.port.isOpen) this.closePort();
    for (const reject of this.pending) reject(end);
    this.pending.clear();
    this.closed.fire(end);
  }

  private closePort(): void {
    const { path } = this.address;
    const done = new Promise<void>((resolve) => this.port.close(() => resolve())).then(() => {
      if (closing.get(path) === done) closing.delete(path);
    });
    closing.set(path, done);
  }
}
