import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Clock, systemClock } from '../base/clock';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the program and everything it started. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each line of stdout and stderr as it arrives, without its line end. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface RunResult {
  /** The exit status; undefined when a signal ended the program. */
  readonly status: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts programs with an argument list, never through a shell. */
export interface Processes {
  /** Resolves when the program has ended; rejects only when it cannot be started. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Number of this process. */
  readonly own: number;
  isRunning(process: number): boolean;
}

/** How long a program that was asked to end may clean up before it is killed. */
const GRACE_MS = 3000;

/** The computer's own processes. Each gets its own group, so that ending make ends its compilers too. */
export function nodeProcesses(clock: Clock = systemClock, platform = process.platform): Processes {
  return {
    own: process.pid,
    run: (program, args, options = {}) => run(clock, platform, program, args, options),
    isRunning(id) {
      try {
        return process.kill(id, 0);
      } catch (error) {
        // Somebody else's process runs, too.
        return (error as NodeJS.ErrnoException).code === 'EPERM';
      }
    },
  };
}

function run(
  clock: Clock,
  platform: NodeJS.Platform,
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: platform !== 'win32',
      windowsHide: true,
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] }).on('line', (line) => {
        output[stream] += `${line}\n`;
        options.onLine?.(line, stream);
      });
    }
    const end = (): void => {
      endGroup(child, 'SIGTERM', platform);
      const killer = clock.schedule(GRACE_MS, () => endGroup(child, 'SIGKILL', platform));
      child.once('close', () => killer.dispose());
    };
    if (options.signal?.aborted) end();
    options.signal?.addEventListener('abort', end, { once: true });
    child.once('error', (error) => {
      options.signal?.removeEventListener('abort', end);
      reject(error);
    });
    child.once('close', (status) => {
      options.signal?.removeEventListener('abort', end);
      resolve({ status: status ?? undefined, ...output });
    });
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals, platform: NodeJS.Platform): void {
  if (child.pid === undefined) return;
  if (platform === 'win32') {
    // Windows has no groups to signal; its own tool ends the whole family.
    spawn('taskkill', ['/pid', `${child.pid}`, '/t', '/f'], { stdio: 'ignore' }).on('error', () =>
      child.kill(),
    );
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}
