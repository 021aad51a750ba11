import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { lstat } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { type Clock, sleep } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { DuplexEnd } from '../links/memoryDuplex';
import { clearName, holderOf, leadsTo } from './ptyName';
import type { ServedController } from './servedController';
import type { Server } from './tcpServer';

type Socat = ChildProcessByStdio<Writable, Readable, Readable>;

export interface PtyOptions {
  /** Where the pseudo terminal's name is to appear. */
  readonly link: string;
  readonly clock: Clock;
  /** The program that makes pseudo terminals; replaced in tests. */
  readonly program?: string;
}

const APPEAR_MS = 5000;
const POLL_MS = 10;
/** Before another look whether somebody else has the name still. */
const TAKEN_MS = 500;
/** Before another try after socat ended by itself, as it does when the host closes the port. */
const RESTART_MS = 20;

/**
 * Serves `controller` as a serial port: a pseudo terminal under the name `link`, which is there exactly while the
 * USB device would be. Needs socat (Linux, macOS). Resolves when the name is there.
 * @throws VescError `cannot-listen` when socat cannot be started, or something that is in use has the name
 */
export async function servePty(controller: ServedController, options: PtyOptions): Promise<Server> {
  const { link, clock } = options;
  const holder = holderOf(link);
  if (holder !== undefined) throw new VescError('cannot-listen', { address: link, reason: holder });
  clearName(link);
  const pty = new PtyServer(controller, options);
  const deadline_ms = clock.now() + APPEAR_MS;
  while (controller.isEnumerated && !(await isThere(link))) {
    if (pty.failure !== undefined || clock.now() > deadline_ms) {
      pty.dispose();
      throw new VescError('cannot-listen', { address: link, reason: pty.failure ?? 'no terminal appeared' });
    }
    await sleep(clock, POLL_MS);
  }
  return { address: { kind: 'serial', path: link, baudRate: 115_200 }, dispose: () => pty.dispose() };
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** A socat that runs, and the terminal it has made. */
interface Running {
  readonly socat: Socat;
  terminal?: string;
}

class PtyServer implements Disposable {
  /** Why socat cannot be had. */
  failure: string | undefined;
  private running: Running | undefined;
  private restart: Disposable | undefined;
  private readonly enumeration: Disposable;
  private disposed = false;

  constructor(
    private readonly controller: ServedController,
    private readonly options: PtyOptions,
  ) {
    this.enumeration = controller.onEnumeration(() => this.follow());
    this.follow();
  }

  dispose(): void {
    this.disposed = true;
    this.enumeration.dispose();
    this.restart?.dispose();
    if (this.running) this.stop(this.running);
  }

  /** There is a terminal exactly while there is a USB device. */
  private follow(): void {
    const wanted = this.controller.isEnumerated && !this.disposed && this.failure === undefined;
    if (wanted && this.running === undefined) this.start();
    else if (!wanted && this.running) this.stop(this.running);
  }

  /** socat takes the name away when it ends, whoever has it: where that is somebody else, it gets no time to. */
  private stop({ socat, terminal }: Running): void {
    socat.kill(terminal === undefined || leadsTo(this.options.link, terminal) ? 'SIGTERM' : 'SIGKILL');
  }

  private start(): void {
    const { link, clock, program = 'socat' } = this.options;
    // While the controller restarted, its name was free.
    if (holderOf(link) !== undefined) {
      this.restart = clock.schedule(TAKEN_MS, () => this.follow());
      return;
    }
    const terminal = `pty,raw,echo=0,link=${socatText(link)}`;
    const words = ['-d', '-d', '-b65536', terminal, 'STDIO'];
    const socat = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    const running: Running = { socat };
    this.running = running;
    // With -d -d it says which terminal it has made.
    socat.stderr.on('data', (bytes: Buffer) => {
      const [, name] = /PTY is (\S+)/.exec(bytes.toString('latin1')) ?? [];
      if (name !== undefined) running.terminal = name;
    });
    const ended = new Emitter<void>();
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      ended.fire();
      this.running = undefined;
      this.restart = clock.schedule(RESTART_MS, () => this.follow());
    };
    socat.once('error', (error) => {
      this.failure = error.message;
      end();
    });
    socat.once('exit', end);
    socat.stdin.on('error', () => {});
    this.controller.plug(
      programEnd(socat, ended, () => this.stop(running)),
      'usb',
    );
  }
}

/** Characters that mean something to socat are quoted for it. */
function socatText(path: string): string {
  return path.replace(/[\\,:!'"]/g, (character) => `\\${character}`);
}

function programEnd(socat: Socat, ended: Emitter<void>, hangUp: () => void): DuplexEnd {
  const data = new Emitter<Uint8Array>();
  socat.stdout.on('data', (bytes: Uint8Array) => data.fire(bytes));
  return {
    onData: data.event,
    onClose: ended.event,
    send: (bytes) => void socat.stdin.write(bytes),
    hangUp,
  };
}
