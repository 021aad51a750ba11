import { localTime } from '../base/localTime';
import type { BuildRecord } from '../build/buildRecord';
import type { Commit, CommitsBetween } from '../build/commitLog';
import { count, plain } from './text';

/** A commit as a row of the pick; without one a heading. */
export interface CommitRow {
  readonly label: string;
  readonly description?: string;
  readonly commit?: Commit;
}

const LINE_LIMIT = 200;
const MOST_FILES = 10;

/** What the workspace has and the controller does not, then the other way round, each under its heading. */
export function commitRows({ missing, extra }: CommitsBetween): CommitRow[] {
  const group = (heading: string, commits: readonly Commit[]): CommitRow[] =>
    commits.length === 0 ? [] : [{ label: `${heading}: ${commits.length}` }, ...commits.map(row)];
  return [
    ...group('Checked out here, not in the controller', missing),
    ...group('In the controller, not checked out here', extra),
  ];
}

function row(commit: Commit): CommitRow {
  const { hash, subject, author, date } = commit;
  return {
    label: `$(git-commit) ${plain(subject, LINE_LIMIT)}`,
    description: `${hash.slice(0, 8)} · ${plain(author)} · ${localTime(date)}`,
    commit,
  };
}

/**
 * What there is to say where no commits lie between.
 * @param commit what the controller reports
 * @param record the build that runs there, when it was made here and is kept
 */
export function noCommitsText(
  title: string,
  commit: string | undefined,
  between: CommitsBetween | undefined,
  record: Pick<BuildRecord, 'changedFiles' | 'board' | 'date'> | undefined,
): string {
  const name = plain(title);
  if (commit === undefined)
    return `${name} does not tell the commit of its firmware (that came with 6.00), so it cannot be compared.`;
  const hash = plain(commit.slice(0, 8));
  if (!between)
    return `${name} runs commit ${hash}, which this repository has never seen: it is another tree's.`;
  const same = `${name} runs the commit that is checked out here (${hash}).`;
  if (!record) return same;
  const built = `Its build is that of ${localTime(record.date)} for ${plain(record.board)}`;
  if (record.changedFiles.length === 0) return `${same} ${built}, without changed files.`;
  const files = record.changedFiles.slice(0, MOST_FILES).map((file) => plain(file));
  const rest = record.changedFiles.length - files.length;
  return `${same} ${built}, with changes in ${files.join(', ')}${rest > 0 ? ` and ${count(rest, 'other file')}` : ''}.`;
}
