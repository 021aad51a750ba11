import { VescError } from '../base/errors';

/** Numbers by column, as a CSV file holds them; an empty cell is NaN. */
export interface CsvTable {
  readonly columns: readonly string[];
  /** One array a column, all of the same length. */
  readonly values: readonly Float64Array[];
  readonly rows: number;
}

/** A recording of an hour at 50 Hz with every column stays well below. */
const MAX_CELLS = 12_000_000;
const MAX_COLUMNS = 200;

/**
 * Reads a CSV file with titles in its first line, as recordings and `vesc values --csv` are. Cells that are no
 * numbers (names of faults) are 1, empty ones are NaN, so that one sees when there was something.
 * @throws VescError `not-a-recording` when it is something else, or too large to be shown
 */
export function parseCsv(name: string, text: string): CsvTable {
  const problem = (reason: string): VescError => new VescError('not-a-recording', { file: name, reason });
  const start = text.startsWith('\ufeff') ? 1 : 0;
  const titleEnd = lineEnd(text, start);
  const columns = cells(text.slice(start, titleEnd));
  if (columns[0] !== 'time_s') throw problem('its first column is not time_s');
  if (columns.length < 2) throw problem('it has no column besides the time');
  if (columns.length > MAX_COLUMNS) throw problem(`it has more than ${MAX_COLUMNS} columns`);
  const lines: number[] = [];
  for (let at = titleEnd + 1; at < text.length; at = lineEnd(text, at) + 1) {
    if (text[at] !== '\n' && text[at] !== '\r') lines.push(at);
    if (lines.length * columns.length > MAX_CELLS) throw problem('it is too long to be shown');
  }
  const values = columns.map(() => new Float64Array(lines.length));
  let rows = 0;
  let before_s = Number.NEGATIVE_INFINITY;
  for (const at of lines) {
    const row = cells(text.slice(at, lineEnd(text, at)));
    const time_s = cellValue(row[0]);
    // The last line may have been cut off while it was written.
    if (row.length !== columns.length || !(time_s >= before_s)) continue;
    before_s = time_s;
    values.forEach((column, index) => (column[rows] = cellValue(row[index])));
    rows++;
  }
  if (rows === 0) throw problem('it has no row of numbers');
  return { columns, values: values.map((column) => column.subarray(0, rows)), rows };
}

/** A cell of a CSV file, quoted where it must be. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = `${value as string | number | boolean}`;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** The cells of one line. */
function cells(line: string): string[] {
  const found = line.replace(/\r$/, '').match(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g) ?? [];
  // The expression matches once more, with nothing, behind a line that does not end in a comma.
  const all = line.endsWith(',') ? found : found.slice(0, -1);
  return all.map((cell) => {
    const text = cell.endsWith(',') ? cell.slice(0, -1) : cell;
    return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
  });
}

function cellValue(text: string | undefined): number {
  if (text === undefined || text === '') return Number.NaN;
  if (text === 'false') return 0;
  const value = Number(text);
  return Number.isNaN(value) ? 1 : value;
}
