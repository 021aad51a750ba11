import { userInfo } from 'node:os';
import { posix, win32 } from 'node:path';

/**
 * Where snapshots, journals, build records and what we know of each controller are kept: one place per user,
 * shared by the extension and the command line. `VESC_DATA_DIR` moves it.
 * @param home as the environment says; where that is nothing (`HOME=`), it is the account's, never the present folder
 */
export function dataDirectory(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
  accountHome = (): string => userInfo().homedir,
): string {
  const chosen = env['VESC_DATA_DIR'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const path = platform === 'win32' ? win32 : posix;
  const place = home === '' ? accountHome() : home;
  const base =
    platform === 'win32'
      ? (env['APPDATA'] ?? path.join(place, 'AppData', 'Roaming'))
      : platform === 'darwin'
        ? path.join(place, 'Library', 'Application Support')
        : env['XDG_DATA_HOME'] || path.join(place, '.local', 'share');
  return path.join(base, 'vesc-firmware');
}
