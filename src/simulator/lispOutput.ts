import { atLeast, type Version } from '../protocol/version';

const LINE_LIMIT = 256;
/** So many lines are printed by a program that nobody evaluates. */
const LINES = 50;
/** A line that does nothing but print a text; `puts` leaves the quotes away. */
const PRINT = /^\((print|puts) "([^"\\]*)"\)\s*(?:;.*)?$/;
/** Strings and comments: brackets in them open nothing. */
const SILENT = /"(?:[^"\\]|\\[\s\S])*"|;[^\n]*/g;

/**
 * What LispBM prints when it begins with `source`: the texts that are printed line by line at its top level, and
 * that it could not be read when brackets stay open or close what was not open.
 */
export function outputOf(source: string, version: Version): readonly string[] {
  const lines = source.split('\n');
  const wrong = unbalanced(source);
  const read = lines.slice(0, wrong === undefined ? undefined : wrong - 1);
  const printed = read.flatMap((line) => {
    const [, how, text = ''] = PRINT.exec(line.trimEnd()) ?? [];
    return how === undefined ? [] : [(how === 'puts' ? text : `"${text}"`).slice(0, LINE_LIMIT)];
  });
  return [...printed.slice(0, LINES), ...(wrong === undefined ? [] : readError(wrong, version))];
}

/** The line at which reading fails. */
function unbalanced(source: string): number | undefined {
  const code = source.replace(SILENT, (found) => found.replace(/[^\n]/g, ' '));
  let [depth, line] = [0, 1];
  for (const letter of code) {
    if (letter === '\n') line++;
    if (letter === '(') depth++;
    if (letter === ')' && --depth < 0) return line;
  }
  return depth > 0 ? line : undefined;
}

/** As the releases print it: 6.06 and later tell the context, those before mark every line. */
function readError(line: number, version: Version): readonly string[] {
  const isNew = atLeast(version, 6, 6);
  const mark = isNew ? '   ' : '***   ';
  return [
    `${mark}Error: read_error`,
    ...(isNew ? ['   CTX: 171 "main-u"', '   Current: nil'] : ['***   Near:  nil']),
    `${mark}Line:   ${line}`,
    `${mark}Column: 1`,
    isNew ? '   Reason: Parse error' : 'Reason:\n   Parse error',
  ];
}
