import { localTime } from '../base/localTime';
import type { KeptBuild } from '../build/buildRecord';
import { count, plain } from './text';

/** A kept build as a row of the pick. */
export interface KeptBuildRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly build: KeptBuild;
}

const MOST_FILES = 3;

/**
 * The kept builds that may be flashed again, those for `hardware` first. The first row is the build before the one
 * that runs; the latest one where that is not known.
 * @param builds the latest first
 * @param running the identity of what the controller runs, if that is known
 */
export function keptBuildRows(
  builds: readonly KeptBuild[],
  hardware: string | undefined,
  running: string | undefined,
): KeptBuildRow[] {
  const fits = (build: KeptBuild): boolean => hardware === undefined || build.hardware === hardware;
  const at = builds.findIndex(({ buildId }) => buildId === running);
  // Going back is why one is here: older ones than what runs come first, then that, then newer ones.
  const ordered = [...builds.slice(at + 1), ...builds.slice(at, at + 1), ...builds.slice(0, Math.max(0, at))];
  return [...ordered.filter(fits), ...ordered.filter((build) => !fits(build))].map((build) => ({
    label: `$(${build.buildId === running ? 'pass-filled' : 'package'}) ${plain(build.board)} · ${localTime(build.date)}`,
    description: [
      ...(build.version === undefined ? [] : [plain(build.version)]),
      ...(build.commit === undefined ? [] : [commitWords(build)]),
      ...(build.buildId === running ? ['runs now'] : []),
      ...(fits(build) ? [] : [`for other hardware: ${plain(build.hardware ?? 'unknown')}`]),
    ].join(' · '),
    detail: [
      plain(build.buildId.slice(0, 12)),
      ...(build.flashed === undefined ? [] : [`ran on a controller at ${localTime(build.flashed)}`]),
      ...(build.makeArguments.length === 0 ? [] : [plain(build.makeArguments.join(' '))]),
      changedWords(build.changedFiles),
    ].join(' · '),
    build,
  }));
}

function commitWords({ commit = '', branch, changedFiles }: KeptBuild): string {
  const where = branch === undefined ? '' : ` on ${plain(branch)}`;
  return `${plain(commit.slice(0, 8))}${where}${changedFiles.length > 0 ? ', changed' : ''}`;
}

function changedWords(files: readonly string[]): string {
  if (files.length === 0) return 'no changed files';
  const names = files.slice(0, MOST_FILES).map((file) => plain(file));
  const rest = files.length - names.length;
  return `changed: ${names.join(', ')}${rest > 0 ? ` and ${count(rest, 'other')}` : ''}`;
}
