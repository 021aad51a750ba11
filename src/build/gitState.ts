import * as path from 'node:path';
import type { BuildHost } from './host';

/** What git says about a tree. */
export interface GitState {
  /** The full hash of HEAD. */
  readonly commit: string;
  /** Undefined on a detached HEAD. */
  readonly branch: string | undefined;
  /** Changed, staged or new files, relative to the top of the repository; build output is not counted. */
  readonly changedFiles: readonly string[];
  readonly dirty: boolean;
  /** The nearest tag and the distance to it, or the short hash; for people. */
  readonly describe: string;
}

/** How the commit a controller reports lies to the commit that is checked out. */
export type CommitRelation =
  | { readonly relation: 'same' | 'unknown' }
  | { readonly relation: 'behind' | 'ahead'; readonly commits: number }
  | { readonly relation: 'diverged'; readonly behind: number; readonly ahead: number };

export type GitHost = Pick<BuildHost, 'processes' | 'env'>;

/** Files that the build itself makes; a tree is not dirty because it was built. */
const OUTPUT = /^(build|builds|tools|downloads|package|\.dep)\//;

/** The state of the checkout at `root`; undefined when git cannot tell (no checkout, no git, no commit). */
export async function readGitState(root: string, host: GitHost): Promise<GitState | undefined> {
  const commit = (await git(root, ['rev-parse', '--verify', 'HEAD'], host))?.trim();
  if (commit === undefined) return undefined;
  const [branch, prefix, status, describe] = await Promise.all([
    git(root, ['symbolic-ref', '--quiet', '--short', 'HEAD'], host),
    git(root, ['rev-parse', '--show-prefix'], host),
    git(root, ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--', '.'], host),
    git(root, ['describe', '--tags', '--always', '--dirty'], host),
  ]);
  const changedFiles = parseStatus(status ?? '', prefix?.trim() ?? '');
  return {
    commit,
    branch: branch?.trim(),
    changedFiles,
    dirty: changedFiles.length > 0,
    describe: describe?.trim() ?? commit.slice(0, 8),
  };
}

/** The paths in `git status --porcelain=v1 -z`, relative to the tree, without build output. */
export function parseStatus(status: string, prefix: string): string[] {
  const files: string[] = [];
  const entries = status.split('\0');
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] ?? '';
    if (entry.length < 4) continue;
    // A rename or copy is followed by the old path in an entry of its own.
    if (/[RC]/.test(entry.slice(0, 2))) at++;
    const file = entry.slice(3);
    const relative = file.startsWith(prefix) ? file.slice(prefix.length) : file;
    if (!OUTPUT.test(relative)) files.push(relative);
  }
  return files;
}

/**
 * Compares a commit as a controller reports it (full or short, with or without `-dirty` and our stamp) with the
 * HEAD of the tree at `root`. `unknown` when this repository has never seen it: it comes from another tree.
 */
export async function compareCommits(
  tree: { readonly root: string },
  reported: string,
  host: GitHost,
): Promise<CommitRelation> {
  const known = await resolveCommit(tree.root, reported, host);
  if (known === undefined) return { relation: 'unknown' };
  const counts = await git(tree.root, ['rev-list', '--left-right', '--count', `${known}...HEAD`, '--'], host);
  const [ahead, behind] = (counts ?? '').trim().split(/\s+/).map(Number);
  if (ahead === undefined || behind === undefined) return { relation: 'unknown' };
  if (ahead > 0 && behind > 0) return { relation: 'diverged', behind, ahead };
  if (ahead > 0) return { relation: 'ahead', commits: ahead };
  if (behind > 0) return { relation: 'behind', commits: behind };
  return { relation: 'same' };
}

/** The full hash of the commit that a controller reports; undefined when this repository does not have it. */
export async function resolveCommit(
  root: string,
  reported: string,
  host: GitHost,
): Promise<string | undefined> {
  const hash = commitHash(reported);
  if (hash === undefined) return undefined;
  const wanted = `${hash}^{commit}`;
  const known = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', wanted], host);
  return known?.trim();
}

/** Where git writes down every commit, checkout and reset at `root`: in a worktree not below it. */
export async function headLog(root: string, host: GitHost): Promise<string | undefined> {
  const file = (await git(root, ['rev-parse', '--git-path', 'logs/HEAD'], host))?.trim();
  return file === undefined || file === '' ? undefined : path.resolve(root, file);
}

/** The hash a reported commit begins with; `undefined` when it does not look like one. */
export function commitHash(reported: string): string | undefined {
  return /^[0-9a-f]{7,40}(?![0-9a-f])/i.exec(reported)?.[0];
}

/** What git prints when it is asked with `args` at `root`; `undefined` when it cannot tell. */
export async function git(root: string, args: readonly string[], host: GitHost): Promise<string | undefined> {
  try {
    const result = await host.processes.run('git', args, {
      cwd: root,
      // Looking must not take the index lock away from the user's own git.
      env: { ...host.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    });
    return result.status === 0 ? result.stdout : undefined;
  } catch {
    return undefined;
  }
}
