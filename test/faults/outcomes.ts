import { DISTURBANCES, type Outcome } from './trial';

/** The columns of the table of outcomes, and which outcomes belong to each. */
const COLUMNS: readonly { readonly title: string; readonly holds: (outcome: Outcome) => boolean }[] = [
  { title: '`updated`', holds: ({ verdict }) => verdict === 'updated' },
  { title: '`interrupted`, old firmware runs', holds: ({ verdict }) => verdict === 'interrupted' },
  { title: '`not-taken`, old firmware runs', holds: ({ verdict }) => verdict === 'not-taken' },
  { title: '`refused`, untouched', holds: ({ verdict }) => verdict === 'refused' },
  { title: 'nobody answered, untouched', holds: ({ verdict }) => verdict === 'unreachable' },
  {
    title: '`lost`, came back later',
    holds: ({ verdict, runs }) => verdict === 'lost' && runs !== 'nothing',
  },
  {
    title: '`lost`, needs a programmer',
    holds: ({ verdict, runs }) => verdict === 'lost' && runs === 'nothing',
  },
];

/** What became of all cases of one situation. */
export class Tally {
  private readonly counts = new Map<string, number[]>();
  readonly wrong: string[] = [];
  runs = 0;

  add(disturbance: string, outcome: Outcome): void {
    this.runs++;
    const row = this.counts.get(disturbance) ?? COLUMNS.map(() => 0);
    const column = COLUMNS.findIndex(({ holds }) => holds(outcome));
    if (column < 0) throw new Error(`no column for ${JSON.stringify(outcome)}`);
    row[column]!++;
    this.counts.set(disturbance, row);
  }

  fail(text: string): void {
    this.runs++;
    this.wrong.push(text);
  }

  /** A Markdown table; columns in which nothing stands are left out. */
  table(): string {
    const rows = DISTURBANCES.flatMap(({ name }) => {
      const counts = this.counts.get(name);
      return counts ? [{ name, counts }] : [];
    });
    const used = COLUMNS.map((_, column) => column).filter((column) =>
      rows.some(({ counts }) => counts[column]! > 0),
    );
    const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
    return [
      line(['what goes wrong', 'runs', ...used.map((column) => COLUMNS[column]!.title)]),
      line(['---', '--:', ...used.map(() => '--:')]),
      ...rows.map(({ name, counts }) =>
        line([
          name,
          counts.reduce((sum, count) => sum + count, 0),
          ...used.map((column) => counts[column] || ''),
        ]),
      ),
    ].join('\n');
  }
}
