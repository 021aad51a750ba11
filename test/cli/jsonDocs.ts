import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonLine, Run } from './vesc';

interface DocumentedFields {
  readonly always: ReadonlySet<string>;
  readonly sometimes: ReadonlySet<string>;
}

const TEXT = readFileSync(join(__dirname, '..', '..', 'docs', 'json.md'), 'utf8');
const FRAME: readonly string[] = ['type', 'ok', 'error'];

/** The cells of the tables in `text`, without their heads. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(1, -1).split('|'));
}

function fieldsIn(cells: string): DocumentedFields {
  const names = [...cells.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  return {
    always: new Set(names.filter((name) => !name.endsWith('?'))),
    sometimes: new Set(names.filter((name) => name.endsWith('?')).map((name) => name.slice(0, -1))),
  };
}

const sections = new Map(
  TEXT.split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [title = ''] = section.split('\n', 1);
      return title.split(', ').map((name) => [name, section] as const);
    }),
);

/** The commands that docs/json.md has a section of. */
export const documentedCommands: readonly string[] = [...sections.keys()].filter((name) =>
  name.startsWith('vesc '),
);

const lineTypes = new Map(
  rows(sections.get('Lines before the result')!).map(([type = '', fields = '']) => [
    type.replaceAll('`', '').trim(),
    fieldsIn(fields),
  ]),
);

/** Asserts that what `command` printed is what docs/json.md says: no field too many, and when it went well, none missing. */
export function assertDocumented(command: string, run: Pick<Run, 'lines' | 'result'>): void {
  const section = sections.get(command);
  assert.ok(section !== undefined, `docs/json.md has no section ${command}`);
  const documented = fieldsIn(
    rows(section)
      .map(([names]) => names)
      .join(' '),
  );
  assertFields(run.result, documented, command, run.result.ok);
  for (const line of run.lines.slice(0, -1)) assertLine(line, command);
}

function assertLine(line: JsonLine, command: string): void {
  const documented = lineTypes.get(line.type);
  assert.ok(documented, `docs/json.md knows no line ${line.type} (${command})`);
  // Those two lines have the fields of a result, which is checked where it is one.
  if (line.type === 'node' || line.type === 'values') return;
  assertFields(line, documented, `${command}, line ${line.type}`, true);
}

function assertFields(
  line: JsonLine,
  { always, sometimes }: DocumentedFields,
  where: string,
  whole: boolean,
): void {
  const fields = Object.keys(line).filter((name) => !FRAME.includes(name));
  assert.deepEqual(
    fields.filter((name) => !always.has(name) && !sometimes.has(name)),
    [],
    `docs/json.md does not tell of these fields: ${where}`,
  );
  if (!whole) return;
  assert.deepEqual(
    [...always].filter((name) => !fields.includes(name)),
    [],
    `these fields of docs/json.md are not there: ${where}`,
  );
}
