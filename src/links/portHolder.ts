import { readdir, readFile, readlink, realpath } from 'node:fs/promises';

/** A program that has a port open. */
export interface PortHolder {
  readonly pid: number;
  readonly name: string;
}

/** What the search reads; exists so that a test can show it another computer. */
export interface ProcessTable {
  readonly ownPid: number;
  /** The true path of a port that may be a link, as in /dev/serial/by-id. */
  realpath(path: string): Promise<string>;
  pids(): Promise<number[]>;
  /** What process `pid` has open, by file descriptor; rejects where this user may not look. */
  openFiles(pid: number): Promise<Map<string, string>>;
  /** True when process `pid` has locked what it has open as `fd`. */
  hasLock(pid: number, fd: string): Promise<boolean>;
  name(pid: number): Promise<string>;
}

/** The processes as Linux shows them in /proc; empty on other systems. */
const linuxProcesses: ProcessTable = {
  ownPid: process.pid,
  realpath: (path) => realpath(path),
  async pids() {
    const names = await readdir('/proc').catch(() => []);
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  },
  async openFiles(pid) {
    const folder = `/proc/${pid}/fd`;
    const files = new Map<string, string>();
    for (const fd of await readdir(folder)) {
      files.set(fd, await readlink(`${folder}/${fd}`).catch(() => ''));
    }
    return files;
  },
  hasLock: async (pid, fd) => /^lock:.*FLOCK/m.test(await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8')),
  name: async (pid) => (await readFile(`/proc/${pid}/comm`, 'utf8')).trim(),
};

/** What a process has open that is the far side of a pseudo-terminal: the device, not a user of the port. */
const FAR_SIDE = /^\/dev\/(?:pts\/)?ptmx$/;

/**
 * Who holds each of `paths`, as far as this user may see (other users' processes only as root); paths that nobody
 * is known to hold are absent. Of several, the one with the lock is meant.
 */
export async function findPortHolders(
  paths: readonly string[],
  processes: ProcessTable = linuxProcesses,
): Promise<Map<string, PortHolder>> {
  const wanted = new Map<string, string>();
  for (const path of paths) wanted.set(await processes.realpath(path).catch(() => path), path);
  const holders = new Map<string, PortHolder & { readonly locked: boolean }>();
  for (const pid of await processes.pids()) {
    const files = await processes.openFiles(pid).catch(() => new Map<string, string>());
    const isFarSide = [...files.values()].some((file) => FAR_SIDE.test(file));
    for (const [fd, file] of files) {
      const path = wanted.get(file);
      if (path === undefined || holders.get(path)?.locked) continue;
      const locked = await processes.hasLock(pid, fd).catch(() => false);
      if (!locked && (isFarSide || holders.has(path))) continue;
      holders.set(path, { pid, name: await processes.name(pid).catch(() => 'a process'), locked });
    }
  }
  return new Map([...holders].map(([path, { pid, name }]) => [path, { pid, name }]));
}

/** The holder of `path` in words for a message, such as `minicom (pid 4711)`; undefined when it is not known. */
export async function describePortHolder(
  path: string,
  processes: ProcessTable = linuxProcesses,
): Promise<string | undefined> {
  const holder = (await findPortHolders([path], processes)).get(path);
  return holder && describeHolder(holder, processes.ownPid);
}

/** `holder` in words; our own process is "this program". */
export function describeHolder(holder: PortHolder, ownPid: number = process.pid): string {
  return holder.pid === ownPid ? 'this program' : `${holder.name} (pid ${holder.pid})`;
}
