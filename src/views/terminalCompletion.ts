/** A command of the firmware's terminal. */
export interface FirmwareCommand {
  readonly name: string;
  /** The first line of its help. */
  readonly help: string;
}

/** What a Tab does. */
export interface Completion {
  /** To be typed for the user. */
  readonly insert: string;
  /** What it could become, when there is more than one way to go on and nothing to type yet. */
  readonly choices: readonly string[];
}

const NAME = /^[A-Za-z]\w*/;
const COLUMNS = 80;

/**
 * The commands that the firmware's `help` lists (facts 6.1): each name in a print of its own, some with their
 * arguments behind it, followed by its help with two blanks ahead. Sorted, each once.
 */
export function parseHelp(prints: readonly string[]): FirmwareCommand[] {
  const lines = prints.flatMap((print) => print.split('\n'));
  const found = new Map<string, string>();
  lines.forEach((line, index) => {
    const name = NAME.exec(line)?.[0];
    const next = lines[index + 1];
    if (name !== undefined && next !== undefined && /^ {2}\S/.test(next)) found.set(name, next.trim());
  });
  return [...found].map(([name, help]) => ({ name, help })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** How `typed`, the text ahead of the cursor, can go on. Only the command itself is completed, not what follows it. */
export function complete(names: readonly string[], typed: string): Completion {
  const start = typed.trimStart();
  if (/\s/.test(start)) return { insert: '', choices: [] };
  const fitting = names.filter((name) => name.toLowerCase().startsWith(start.toLowerCase()));
  const [first] = fitting;
  if (first === undefined) return { insert: '', choices: [] };
  if (fitting.length === 1) return { insert: `${first.slice(start.length)} `, choices: [] };
  let common = first.length;
  for (const name of fitting) while (!name.startsWith(first.slice(0, common))) common--;
  const insert = first.slice(start.length, common);
  return { insert, choices: insert === '' ? fitting : [] };
}

/** Names side by side, as a shell lists them. */
export function inColumns(names: readonly string[]): string[] {
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const columns = Math.max(1, Math.floor(COLUMNS / width));
  const rows = Math.ceil(names.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    names
      .filter((__, index) => index % rows === row)
      .map((name) => name.padEnd(width))
      .join('')
      .trimEnd(),
  );
}
