import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { lstat, rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { type Clock, sleep } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { DuplexEnd } from '../links/memoryDuplex';
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
/** Before another try after socat ended by itself, as it does when the host closes the port. */
const RESTART_MS = 20;

/**
 * Serves `controller` as a serial port: a pseudo terminal under the name `link`, which is there exactly while the
 * USB device would be. Needs socat (Linux, macOS). Resolves when the name is there.
 * @throws VescError `cannot-listen` when socat cannot be started, or a file that is no link has the name
 */
export async function servePty(controller: ServedController, options: PtyOptions): Promise<Server> {
  const { link, clock } = options;
  await clearName(link);
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

/** Takes away a link that an earlier run left behind; anything else stays and is in the way. */
async function clearName(link: string): Promise<void> {
  const there = await lstat(link).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSymbolicLink()) {
    throw new VescError('cannot-listen', { address: link, reason: 'a file of that name exists' });
  }
  await rm(link);
}

class PtyServer implements Disposable {
  /** Why socat cannot be had. */
  failure: string | undefined;
  private socat: Socat | undefined;
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
    this.socat?.kill();
  }

  /** There is a terminal exactly while there is a USB device. */
  private follow(): void {
    const wanted = this.controller.isEnumerated && !this.disposed && this.failure === undefined;
    if (wanted && this.socat === undefined) this.start();
    else if (!wanted) this.socat?.kill();
  }

  private start(): void {
    const { link, program = 'socat' } = this.options;
    const terminal = `pty,raw,echo=0,link=${socatText(link)}`;
    const socat = spawn(program, ['-b65536', terminal, 'STDIO'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.socat = socat;
    const ended = new Emitter<void>();
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      ended.fire();
      this.socat = undefined;
      this.restart = this.options.clock.schedule(RESTART_MS, () => this.follow());
    };
    socat.once('error', (error) => {
      this.failure = error.message;
      end();
    });
    socat.once('exit', end);
    socat.stdin.on('error', () => {});
    this.controller.plug(programEnd(socat, ended), 'usb');
  }
}

/** Characters that mean something to socat are quoted for it. */
function socatText(path: string): string {
  return path.replace(/[\\,:!'"]/g, (character) => `\\${character}`);
}

function programEnd(socat: Socat, ended: Emitter<void>): DuplexEnd {
  const data = new Emitter<Uint8Array>();
  socat.stdout.on('data', (bytes: Uint8Array) => data.fire(bytes));
  return {
    onData: data.event,
    onClose: ended.event,
    send: (bytes) => void socat.stdin.write(bytes),
    hangUp: () => void socat.kill(),
  };
}
