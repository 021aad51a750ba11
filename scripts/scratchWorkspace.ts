import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';

const FIRMWARE = join(__dirname, '../test/fixtures/firmware');

/** Copies the small firmware of the tests to `folder` and makes it a repository of its own with one commit. */
export function createScratchWorkspace(folder: string): string {
  // What somebody built in place does not belong to it.
  cpSync(FIRMWARE, folder, { recursive: true, filter: (source) => source !== join(FIRMWARE, 'build') });
  const identity = ['-c', 'user.name=VESC Firmware', '-c', 'user.email=vesc-firmware@localhost'];
  const git = (...args: string[]): void => {
    execFileSync('git', [...identity, '-C', folder, ...args], { stdio: 'ignore' });
  };
  git('init', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--no-gpg-sign', '--message=The firmware as it was found');
  return folder;
}
