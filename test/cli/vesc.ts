import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type SyntheticImageOptions, syntheticImage } from '../support/syntheticImage';

const ROOT = join(__dirname, '..', '..');
const CLI = join(ROOT, 'dist', 'cli.js');

let built = false;

/** Bundles the command line, once for all files of this layer. */
export function buildCli(): void {
  if (!built) execFileSync(process.execPath, [join(ROOT, 'esbuild.js')], { cwd: ROOT });
  built = true;
}

/** One line of JSON output. */
export type JsonLine = Readonly<Record<string, unknown>> & { readonly type: string };

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Every line of stdout as JSON. */
  readonly lines: readonly JsonLine[];
  /** The last of them. */
  readonly result: JsonLine & { readonly ok: boolean };
  /** The error of the result. */
  readonly error: Readonly<Record<'code' | 'happened' | 'state' | 'next' | 'message', string>>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed; standard input ends behind it. */
  readonly input?: string;
  readonly uid?: number;
  /** The bundle to run, in place of the one in dist. */
  readonly cli?: string;
}

/** A `vesc` that runs. */
export class Vesc {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Run>;
  private readonly child: ChildProcess;
  private readonly watchers: (() => void)[] = [];

  constructor(args: readonly string[], dataDirectory: string, options: RunOptions = {}) {
    this.child = spawn(process.execPath, [options.cli ?? CLI, ...args], {
      cwd: options.cwd ?? dataDirectory,
      env: { ...process.env, VESC_DATA_DIR: dataDirectory, ...options.env },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    this.child.stdout!.on('data', (bytes: Buffer) => this.take('stdout', bytes));
    this.child.stderr!.on('data', (bytes: Buffer) => this.take('stderr', bytes));
    this.child.stdin!.on('error', () => {});
    if (options.input !== undefined) this.child.stdin!.end(options.input);
    this.ended = new Promise((resolve) => {
      this.child.once('close', (status) => {
        const run = finished(status, this.stdout, this.stderr);
        resolve(run);
        for (const watcher of this.watchers) watcher();
      });
    });
  }

  get processId(): number {
    return this.child.pid!;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  type(text: string): void {
    this.child.stdin!.write(text);
  }

  endInput(): void {
    this.child.stdin!.end();
  }

  /** Closes our end of its output, as `head` does. */
  stopReading(): void {
    this.child.stdout!.destroy();
  }

  kill(signal: NodeJS.Signals = 'SIGINT'): void {
    this.child.kill(signal);
  }

  /** Resolves when `pattern` was printed; rejects when the program ends without. */
  async printed(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (this.child.exitCode !== null) {
        throw new Error(
          `vesc ended with ${this.child.exitCode} before ${pattern} came:\n${this.stdout}${this.stderr}`,
        );
      }
      await new Promise<void>((resolve) => this.watchers.push(resolve));
    }
  }

  private take(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    this[stream] += bytes.toString('utf8');
    for (const watcher of this.watchers.splice(0)) watcher();
  }
}

function finished(status: number | null, stdout: string, stderr: string): Run {
  const parse = (): JsonLine[] =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JsonLine);
  return {
    status,
    stdout,
    stderr,
    get lines() {
      return parse();
    },
    get result() {
      return parse().at(-1) as Run['result'];
    },
    get error() {
      return parse().at(-1)!['error'] as Run['error'];
    },
  };
}

/** A folder for one test file, and the programs that run in it; everything is gone after {@link dispose}. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'vesc-cli-'));
  private readonly running: Vesc[] = [];

  /** Starts `vesc` and does not wait. */
  start(args: readonly string[], options: RunOptions = {}): Vesc {
    const vesc = new Vesc(args, join(this.folder), options);
    this.running.push(vesc);
    return vesc;
  }

  /** Runs `vesc` to its end. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    return this.start(args, { input: '', ...options }).ended;
  }

  /** Starts a simulated controller; its time does not wait unless `args` say otherwise. */
  async simulate(...args: string[]): Promise<Simulator> {
    const where = args.includes('--pty') ? [] : ['--tcp', '0'];
    const speed = args.includes('--speed') ? [] : ['--speed', '0'];
    const vesc = this.start(['simulate', '--json', ...where, ...speed, ...args]);
    const [line] = await vesc.printed(/^.*"type":"listening".*$/m);
    const { address } = JSON.parse(line) as { address: string };
    return { vesc, port: address };
  }

  /** A firmware file. */
  image(name: string, options: SyntheticImageOptions = {}): string {
    return this.file(name, syntheticImage(options));
  }

  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A copy of the bundle that another user can run, with the native modules where it looks for them. */
  copyCli(): string {
    for (const part of ['dist', 'prebuilds'])
      cpSync(join(ROOT, part), join(this.folder, 'copy', part), { recursive: true });
    return join(this.folder, 'copy', 'dist', 'cli.js');
  }

  makeFolder(name: string): string {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  async dispose(): Promise<void> {
    for (const vesc of this.running) if (vesc.exitCode === null) vesc.kill('SIGTERM');
    await Promise.all(this.running.map((vesc) => vesc.ended));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Simulator {
  readonly vesc: Vesc;
  /** What `--port` takes. */
  readonly port: string;
}

/** Waits until `condition` holds, looking again and again. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`waited in vain until ${what}`);
    await delay(10);
  }
}
