import { git, type GitHost, resolveCommit } from './gitState';

/** One commit, as a list shows it. */
export interface Commit {
  /** The full hash. */
  readonly hash: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
}

/** What lies between the commit that a controller runs and the one that is checked out, the latest first. */
export interface CommitsBetween {
  /** The commit that the controller runs. */
  readonly running: string;
  /** Checked out here, not in the controller. */
  readonly missing: readonly Commit[];
  /** In the controller, not checked out here. */
  readonly extra: readonly Commit[];
}

/** More than anybody reads; the counts of the relation are exact. */
const MOST_COMMITS = 300;
const MOST_TEXT = 1_000_000;
const FIELDS = ['%H', '%s', '%an', '%cI'];
const NUL = '\0';

/**
 * The commits between what a controller reports and HEAD; undefined when this repository has never seen its commit.
 * @param reported full or short, with or without `-dirty` and our stamp
 */
export async function commitsBetween(
  tree: { readonly root: string },
  reported: string,
  host: GitHost,
): Promise<CommitsBetween | undefined> {
  const running = await resolveCommit(tree.root, reported, host);
  if (running === undefined) return undefined;
  const [missing, extra] = await Promise.all(
    [`${running}..HEAD`, `HEAD..${running}`].map((range) => log(tree.root, range, host)),
  );
  return { running, missing: missing!, extra: extra! };
}

/** What a commit changed, with its message, as text; undefined when git cannot tell. */
export async function readCommit(
  tree: { readonly root: string },
  hash: string,
  host: GitHost,
): Promise<string | undefined> {
  if (!/^[0-9a-f]{40}$/.test(hash)) return undefined;
  // Neither colours nor programs of the user's own configuration: it is shown as it is.
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--stat', '--patch'];
  const text = await git(tree.root, ['show', ...options, '--end-of-options', hash], host);
  return text !== undefined && text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}\n…\n` : text;
}

async function log(root: string, range: string, host: GitHost): Promise<Commit[]> {
  const format = `--format=${FIELDS.join('%x00')}`;
  const text = await git(root, ['log', `--max-count=${MOST_COMMITS}`, format, range, '--'], host);
  return (text ?? '')
    .split('\n')
    .map((line) => line.split(NUL))
    .flatMap(([hash, subject, author, date]) =>
      hash === undefined || subject === undefined || author === undefined || date === undefined
        ? []
        : [{ hash, subject, author, date }],
    );
}
