import { posix, win32 } from 'node:path';
import { VescError } from '../../base/errors';
import type { BuildHost } from '../../build/host';
import { searchPath } from '../../build/toolchain';

/** An OpenOCD that runs and is new enough. */
export interface OpenOcd {
  readonly program: string;
  /** As `0.12.0`. */
  readonly version: string;
}

export type OpenOcdHost = Pick<BuildHost, 'files' | 'processes' | 'env' | 'platform'>;

/** The first with `adapter speed` and `stlink.cfg` for every ST-Link. */
const OLDEST = { major: 0, minor: 11 } as const;
const VERSION = /Open On-Chip Debugger v?(\d+)\.(\d+)(\.\d+)?/;

/** Where installers put it that do not touch PATH, behind the user's home folder. */
const AT_HOME = [
  ['.platformio', 'packages', 'tool-openocd', 'bin'],
  ['.local', 'bin'],
  ['scoop', 'apps', 'openocd', 'current', 'bin'],
] as const;
const XPACKS = [
  ['.local', 'xPacks', '@xpack-dev-tools', 'openocd'],
  ['AppData', 'Roaming', 'xPacks', '@xpack-dev-tools', 'openocd'],
  ['Library', 'xPacks', '@xpack-dev-tools', 'openocd'],
] as const;
const ON_WINDOWS = [
  'C:\\Program Files\\OpenOCD\\bin',
  'C:\\OpenOCD\\bin',
  'C:\\msys64\\mingw64\\bin',
  'C:\\ProgramData\\chocolatey\\bin',
];

/**
 * Finds OpenOCD: the setting, PATH, known places.
 * @param setting the program or its folder; empty means search
 * @throws VescError `openocd-setting`, `openocd-missing`, `openocd-too-old`
 */
export async function findOpenOcd(host: OpenOcdHost, setting = ''): Promise<OpenOcd> {
  const path = host.platform === 'win32' ? win32 : posix;
  const name = host.platform === 'win32' ? 'openocd.exe' : 'openocd';
  const isFile = async (file: string): Promise<boolean> => (await host.files.status(file))?.kind === 'file';
  if (setting !== '') {
    for (const file of [setting, path.join(setting, name), path.join(setting, 'bin', name)]) {
      const version = (await isFile(file)) ? await readVersion(host, file) : undefined;
      if (version !== undefined) return checked(file, version);
    }
    throw new VescError('openocd-setting', { setting });
  }
  let tooOld: VescError | undefined;
  for (const folder of [...searchPath(host), ...(await knownFolders(host, path))]) {
    const file = path.join(folder, name);
    const version = (await isFile(file)) ? await readVersion(host, file) : undefined;
    if (version === undefined) continue;
    try {
      return checked(file, version);
    } catch (error) {
      tooOld ??= error as VescError;
    }
  }
  throw tooOld ?? new VescError('openocd-missing', { advice: advice(host.platform) });
}

function checked(program: string, version: string): OpenOcd {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > OLDEST.major || minor >= OLDEST.minor;
  if (isNewEnough) return { program, version };
  throw new VescError('openocd-too-old', { version, needed: `${OLDEST.major}.${OLDEST.minor}` });
}

async function readVersion(host: OpenOcdHost, program: string): Promise<string | undefined> {
  const result = await host.processes.run(program, ['--version'], { env: host.env }).catch(() => undefined);
  const match = VERSION.exec(`${result?.stderr ?? ''}${result?.stdout ?? ''}`);
  return match ? `${match[1]}.${match[2]}${match[3] ?? ''}` : undefined;
}

async function knownFolders(host: OpenOcdHost, path: typeof posix): Promise<string[]> {
  const home = host.env['HOME'] ?? host.env['USERPROFILE'];
  if (home === undefined || home === '') return host.platform === 'win32' ? ON_WINDOWS : [];
  const xpacks: string[] = [];
  for (const parts of XPACKS) {
    const folder = path.join(home, ...parts);
    const versions = (await host.files.list(folder)).filter(({ kind }) => kind === 'folder');
    // The newest first, as far as names tell.
    for (const { name } of [...versions].reverse()) xpacks.push(path.join(folder, name, '.content', 'bin'));
  }
  const atHome = AT_HOME.map((parts) => path.join(home, ...parts));
  return [
    ...xpacks,
    ...atHome,
    ...(host.platform === 'win32' ? ON_WINDOWS : ['/usr/local/bin', '/opt/openocd/bin']),
  ];
}

function advice(platform: NodeJS.Platform): string {
  const system: Partial<Record<NodeJS.Platform, string>> = {
    linux: 'Install it: sudo apt install openocd (Debian, Ubuntu)',
    darwin: 'Install it: brew install open-ocd',
    win32: 'Install the xPack release of OpenOCD',
  };
  return `${system[platform] ?? 'Install OpenOCD'}, or name it in vesc.openocdPath (--openocd). Or use another VESC as the programmer.`;
}
