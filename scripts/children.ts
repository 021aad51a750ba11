import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';

const groups = new Set<ChildProcess>();
let watching = false;

/** Starts a program in a process group of its own, so that nothing it starts can outlive this process. */
export function startGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  watchOwnEnd();
  const child = spawn(program, args, { ...options, detached: process.platform !== 'win32' });
  groups.add(child);
  child.once('exit', () => {
    // What it started may still run.
    signalGroup(child, 'SIGTERM');
    groups.delete(child);
  });
  return child;
}

/** Ends everything in the group of `child`: asks first, and insists after `patience_ms`. */
export async function stopGroup(child: ChildProcess, patience_ms = 5000): Promise<void> {
  signalGroup(child, 'SIGTERM');
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), patience_ms);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

function watchOwnEnd(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    // Not SIGKILL: a child of ours may have groups of its own to end.
    for (const child of groups) signalGroup(child, 'SIGTERM');
  });
  // Whoever started this process may be killed without a word to it (npm's shell passes no signals on).
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1000).unref();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
}
