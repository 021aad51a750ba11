import * as path from 'node:path';
import { VescError } from '../base/errors';
import type { FirmwareTree } from './firmwareTree';
import type { BuildHost } from './host';

/** The compiler version that a tree was made for. */
export interface PinnedCompiler {
  /** As the tree writes it: `14.3.rel1`, `7-2018-q2-update`. */
  readonly label: string;
  /** The folder under tools/ where arm_sdk_install puts it, without the part that names the computer. */
  readonly folder: string;
  readonly major: number;
  readonly minor: number | undefined;
}

/** The programs a build runs. */
export interface Toolchain {
  /** What make gets as ARM_SDK_PREFIX: `arm-none-eabi-`, without a folder, which could hold a space. */
  readonly prefix: string;
  /** What make gets as PATH, so that the prefix means this compiler. */
  readonly searchPath: readonly string[];
  /** The compiler's absolute path. */
  readonly compiler: string;
  /** As `12.2.1`. */
  readonly version: string;
  readonly origin: 'setting' | 'tree' | 'path';
  readonly make: string;
  /** True when make can keep the output of parallel compilers apart (GNU make ≥ 4.0; macOS ships 3.81). */
  readonly synchronisedOutput: boolean;
  readonly pinned: PinnedCompiler | undefined;
  /** In plain words: another version than the tree pins. */
  readonly warnings: readonly string[];
}

export interface ToolchainOptions {
  /** The user's choice: the folder, its bin folder, the compiler itself, or a prefix. Empty means: search. */
  readonly setting?: string | undefined;
}

type ToolchainHost = Pick<BuildHost, 'files' | 'processes' | 'env' | 'platform'>;

const NAME = 'arm-none-eabi-gcc';

/**
 * Finds the compiler for `tree`, in this order: the setting, the tree's own tools folder, PATH; and make. Throws
 * `compiler-setting`, `no-compiler` or `no-make`. Another version than the tree pins is a warning only.
 */
export async function findToolchain(
  tree: FirmwareTree,
  options: ToolchainOptions,
  host: ToolchainHost,
): Promise<Toolchain> {
  const pinned = parsePinnedCompiler(
    (await host.files.readText(pathOf(host).join(tree.root, 'make', 'tools.mk'))) ?? '',
  );
  const { compiler, origin } = await findCompiler(tree, options, pinned, host);
  const version = await readVersion(compiler, options, host);
  const { make, synchronisedOutput } = await findMake(host);
  return {
    prefix: pathOf(host)
      .basename(compiler)
      .replace(/gcc(\.exe)?$/i, ''),
    searchPath: origin === 'path' ? searchPath(host) : [pathOf(host).dirname(compiler), ...searchPath(host)],
    compiler,
    version,
    origin,
    make,
    synchronisedOutput,
    pinned,
    warnings: compareVersion(version, pinned),
  };
}

/** Reads which compiler make/tools.mk installs (facts 8.2). */
export function parsePinnedCompiler(toolsMk: string): PinnedCompiler | undefined {
  const release = /^\s*ARM_SDK_VER\s*:?=\s*((\d+)\.(\d+)\S*)/m.exec(toolsMk);
  if (release) {
    const [, label = '', major, minor] = release;
    return { label, folder: `arm-gnu-toolchain-${label}`, major: Number(major), minor: Number(minor) };
  }
  const old = /^\s*ARM_SDK_DIR\s*:?=\s*\S*\/(gcc-arm-none-eabi-((\d+)(?:\.(\d+))?\S*))/m.exec(toolsMk);
  if (!old) return undefined;
  const [, folder = '', label = '', major, minor] = old;
  return { label, folder, major: Number(major), minor: minor === undefined ? undefined : Number(minor) };
}

/** The warning for a compiler the tree was not made for; nothing when it fits or nothing is pinned. */
export function compareVersion(version: string, pinned: PinnedCompiler | undefined): string[] {
  if (!pinned) return [];
  const [major, minor] = version.split('.').map(Number);
  const fits = major === pinned.major && (pinned.minor === undefined || minor === pinned.minor);
  if (fits) return [];
  return [
    `This tree was made for the ARM compiler ${pinned.label}, but ${version} is used. ` +
      'Firmware built with another version may behave differently; "make arm_sdk_install" in the tree gets the right one.',
  ];
}

async function findCompiler(
  tree: FirmwareTree,
  { setting }: ToolchainOptions,
  pinned: PinnedCompiler | undefined,
  host: ToolchainHost,
): Promise<Pick<Toolchain, 'compiler' | 'origin'>> {
  const join = (...parts: string[]): string => pathOf(host).join(...parts);
  const name = executable(NAME, host);
  if (setting !== undefined && setting !== '') {
    const places = [
      setting,
      join(setting, name),
      join(setting, 'bin', name),
      `${setting}gcc${host.platform === 'win32' ? '.exe' : ''}`,
    ];
    for (const place of places)
      if ((await host.files.status(place))?.kind === 'file' && /gcc(\.exe)?$/i.test(place))
        return { compiler: place, origin: 'setting' };
    throw new VescError('compiler-setting', { setting, reason: `there is no ${name} there` });
  }

  const tools = join(tree.root, 'tools');
  const folders = (await host.files.list(tools)).filter((entry) => entry.kind === 'folder');
  // The pinned one first; others only if they are ARM toolchains at all.
  const rank = (folder: string): number => (pinned && folder.startsWith(pinned.folder) ? 0 : 1);
  const candidates = folders.map((entry) => entry.name).sort((a, b) => rank(a) - rank(b));
  for (const folder of candidates) {
    const compiler = join(tools, folder, 'bin', name);
    if ((await host.files.status(compiler))?.kind === 'file') return { compiler, origin: 'tree' };
  }

  const compiler = await which([NAME], host);
  if (compiler !== undefined) return { compiler, origin: 'path' };
  throw new VescError('no-compiler', {
    looked: [tools, ...searchPath(host)],
    advice: compilerAdvice(tree, host.platform),
  });
}

function compilerAdvice(tree: FirmwareTree, platform: NodeJS.Platform): string {
  const own = `run "make arm_sdk_install" in ${tree.root}, which fetches the version it was made for`;
  const system: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'install it: sudo apt install gcc-arm-none-eabi libnewlib-arm-none-eabi (Debian, Ubuntu)',
    darwin: 'install it: brew install --cask gcc-arm-embedded',
    win32: 'install the Arm GNU Toolchain (arm-none-eabi) and add it to PATH',
  };
  const other = system[platform] ?? 'install the Arm GNU Toolchain (arm-none-eabi)';
  return `Either ${own}, or ${other}.`;
}

async function readVersion(
  compiler: string,
  { setting }: ToolchainOptions,
  host: ToolchainHost,
): Promise<string> {
  const failure = (reason: string): VescError =>
    setting
      ? new VescError('compiler-setting', { setting, reason })
      : new VescError('no-compiler', {
          looked: [compiler],
          advice: `${compiler} is there but does not run (${reason}). Install it again.`,
        });
  // Compilers before 7 do not know the first option and print the full version for the second.
  for (const option of ['-dumpfullversion', '-dumpversion']) {
    const result = await host.processes
      .run(compiler, [option], { env: { ...host.env, LC_ALL: 'C' } })
      .catch((error: Error) => error);
    if (result instanceof Error) throw failure(result.message);
    const version = /^\d+(\.\d+)*/.exec(result.stdout.trim())?.[0];
    if (result.status === 0 && version !== undefined) return version;
  }
  throw failure('it does not tell its version');
}

/** @throws VescError `no-make` */
export async function findMake(host: ToolchainHost): Promise<Pick<Toolchain, 'make' | 'synchronisedOutput'>> {
  const names =
    host.platform === 'win32'
      ? ['make', 'mingw32-make', 'gmake']
      : host.platform === 'darwin'
        ? ['gmake', 'make']
        : ['make', 'gmake'];
  const make = await which(names, host);
  const version =
    make === undefined
      ? undefined
      : await host.processes
          .run(make, ['--version'], { env: { ...host.env, LC_ALL: 'C' } })
          .catch(() => undefined);
  const major = /GNU Make (\d+)/.exec(version?.stdout ?? '')?.[1];
  if (make === undefined || major === undefined) {
    const advice: Partial<Record<NodeJS.Platform, string>> = {
      linux: 'Install it: sudo apt install make (Debian, Ubuntu).',
      darwin: 'Install it: xcode-select --install.',
      win32: 'Install it: choco install make; then start the editor again.',
    };
    throw new VescError('no-make', { advice: advice[host.platform] ?? 'Install GNU make.' });
  }
  return { make, synchronisedOutput: host.platform !== 'win32' && Number(major) >= 4 };
}

/** The first of `names` in PATH. */
export async function which(names: readonly string[], host: ToolchainHost): Promise<string | undefined> {
  for (const name of names)
    for (const folder of searchPath(host)) {
      const file = pathOf(host).join(folder, executable(name, host));
      if ((await host.files.status(file))?.kind === 'file') return file;
    }
  return undefined;
}

/** The folders of PATH; on macOS also where Homebrew puts programs, which an editor started from the Dock misses. */
export function searchPath(host: Pick<BuildHost, 'env' | 'platform'>): string[] {
  const value = host.env['PATH'] ?? host.env['Path'] ?? '';
  const folders = value.split(host.platform === 'win32' ? ';' : ':').filter((folder) => folder !== '');
  if (host.platform === 'darwin')
    for (const folder of ['/opt/homebrew/bin', '/usr/local/bin'])
      if (!folders.includes(folder)) folders.push(folder);
  return folders;
}

function executable(name: string, host: Pick<BuildHost, 'platform'>): string {
  return host.platform === 'win32' ? `${name}.exe` : name;
}

function pathOf(host: Pick<BuildHost, 'platform'>): path.PlatformPath {
  return host.platform === 'win32' ? path.win32 : path.posix;
}
