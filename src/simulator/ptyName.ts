import { existsSync, lstatSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where systems have their pseudo terminals: Linux, macOS. */
const PTY = /^\/dev\/(pts\/\d+|ttys\d+)$/;

/**
 * What has the name `link` already, so that it must not be taken; `undefined` when nothing has it, or a link that an
 * earlier run left behind: to a pseudo terminal that is gone.
 */
export function holderOf(link: string): string | undefined {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there === undefined) return undefined;
  if (!there.isSymbolicLink()) return 'a file of that name exists';
  const target = readlinkSync(link);
  if (!PTY.test(target)) return `a link of that name leads to ${target}`;
  return existsSync(resolve(dirname(link), target))
    ? `a link of that name leads to ${target}, which is there: another simulated controller has it`
    : undefined;
}

/** Takes away what {@link holderOf} calls left behind. */
export function clearName(link: string): void {
  rmSync(link, { force: true });
}

/** True while the name leads to `terminal`. */
export function leadsTo(link: string, terminal: string): boolean {
  try {
    return readlinkSync(link) === terminal;
  } catch {
    return false;
  }
}
