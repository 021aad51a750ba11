import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, sleep } from '../../src/base/clock';
import { FrameDecoder, encodeFrame } from '../../src/protocol/frame';

/** Skips the suite where there is no socat to make a tty; under CI that is a failure. */
export function requireSocat(context: Mocha.Context): void {
  if (spawnSync('socat', ['-V']).error === undefined) return;
  if (process.env['CI'] !== undefined) throw new Error('socat is not installed');
  context.skip();
}

/** A device on a real tty: the test is at its far end, and killing socat is pulling the plug. */
export class PtyDevice {
  private readonly decoder = new FrameDecoder();
  /** What it does with each payload; by default nothing. */
  onPayload: (payload: Uint8Array) => void = () => {};
  /** Everything that arrived. */
  received = Buffer.alloc(0);

  private constructor(
    private readonly folder: string,
    /** The tty as a program opens it, ending in ttyACM0. */
    readonly path: string,
    private readonly socat: ChildProcess,
  ) {
    socat.stdout?.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
      for (const payload of this.decoder.push(chunk)) this.onPayload(payload);
    });
  }

  static async plugIn(): Promise<PtyDevice> {
    const folder = mkdtempSync(join(tmpdir(), 'vesc-pty-'));
    // Other users may look: who may open the port is the tty's own business.
    chmodSync(folder, 0o755);
    const path = join(folder, 'ttyACM0');
    const socat = spawn('socat', ['-b65536', `pty,raw,echo=0,link=${path}`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    while (!existsSync(path)) {
      if (socat.exitCode !== null) throw new Error(`socat ended with ${socat.exitCode}`);
      await sleep(systemClock, 10);
    }
    return new PtyDevice(folder, path, socat);
  }

  /** The tty itself, behind the link. */
  get ttyPath(): string {
    return realpathSync(this.path);
  }

  get folderPath(): string {
    return this.folder;
  }

  send(bytes: Uint8Array): void {
    this.socat.stdin?.write(bytes);
  }

  reply(...payload: number[]): void {
    this.send(encodeFrame(Uint8Array.from(payload)));
  }

  async unplug(): Promise<void> {
    if (this.socat.exitCode !== null || this.socat.signalCode !== null) return;
    const gone = once(this.socat, 'exit');
    this.socat.kill('SIGKILL');
    await gone;
    // Killed outright, it cannot take its link away; a real port's file goes with the device.
    rmSync(this.path, { force: true });
  }

  async dispose(): Promise<void> {
    await this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
