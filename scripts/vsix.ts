import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..');
/** Names a package made already, so that several test layers share one. */
const MADE = 'VESC_TEST_VSIX';

/** Packages the extension as `npm run package` does, once in a run of `npm test`; the path of the .vsix. */
export async function packageExtension(): Promise<string> {
  const made = process.env[MADE];
  if (made !== undefined) return made;
  mkdirSync(join(root, 'out'), { recursive: true });
  // Several runs may package at the same time.
  const file = join(root, `out/vesc-firmware-${process.pid}.vsix`);
  const command = ['run', 'package', '--', '--out', file];
  await promisify(execFile)('npm', command, { cwd: root, shell: process.platform === 'win32' });
  process.env[MADE] = file;
  process.once('exit', () => rmSync(file, { force: true }));
  return file;
}
