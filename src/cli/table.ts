/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers stand to the right, so that their digits do. */
  readonly right?: boolean;
}

/** Rows in aligned columns under their titles; columns that are empty in every row are left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  titleStyle: (text: string) => string = (text) => text,
): string[] {
  const shown = columns
    .map((column, index) => ({ ...column, index }))
    .filter(({ index }) => rows.some((row) => (row[index] ?? '') !== ''));
  const widths = shown.map(({ title, index }) =>
    Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const format = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (shown[at]!.right ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [
    titleStyle(format(shown.map(({ title }) => title))),
    ...rows.map((row) => format(shown.map(({ index }) => row[index] ?? ''))),
  ];
}

/** Names and what belongs to them, aligned, two blanks in; pairs without a value are left out. */
export function pairs(
  entries: readonly (readonly [name: string, value: string | undefined])[],
  nameStyle: (text: string) => string = (text) => text,
): string[] {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${nameStyle(name.padEnd(width))}  ${value}`);
}
