import assert from 'node:assert/strict';
import { type LispError, LispErrorReader } from '../../../src/protocol/lispErrors';

/** What the reader tells while these are printed, one print a line. */
function told(prints: readonly string[]): { readonly error: LispError; readonly isNew: boolean }[] {
  const reader = new LispErrorReader();
  return prints.flatMap((print) => reader.take(print) ?? []);
}

const error = (text: string, firstLine: number, lastLine = firstLine, column?: number): LispError => ({
  text,
  firstLine,
  lastLine,
  column,
});

describe('errors that LispBM prints', () => {
  it('are read with their lines and their reason (6.06 and later)', () => {
    const found = told([
      '   Error: variable_not_bound',
      '   CTX: 171 "main-u"',
      '   Current: foo',
      '      UNDEFINED',
      '   At: (foo 1)',
      '',
      '   Between row 3 and 5',
      '',
      '   Reason: Variable is not bound',
      '',
    ]);
    const text = 'variable_not_bound in (foo 1)';
    assert.deepEqual(found, [
      { error: error(text, 3, 5), isNew: true },
      { error: error(`${text}: Variable is not bound`, 3, 5), isNew: false },
    ]);
  });

  it('have a column where LispBM could not read', () => {
    const found = told(['   Error: read_error', '   CTX: 5 "main-u"', '   Line:   12', '   Column: 4']);
    assert.deepEqual(found.at(-1)?.error, error('read_error', 12, 12, 4));
    assert.deepEqual(
      found.map(({ isNew }) => isNew),
      [true, false],
    );
    assert.deepEqual(told(['   Error (trapped): x', '   Starting at row: 7'])[0]?.error, error('x', 7));
  });

  it('are read as 6.05 and 6.00 print them', () => {
    const at605 = ['***   Error: eval_error', '***   In:    (f)', '***   Between rows: (-1 unknown) '];
    const rows = ['***     Start: 2', '***     End:   4', 'Reason:\n   Wrong type'];
    assert.deepEqual(told([...at605, ...rows]).at(-1)?.error, error('eval_error in (f): Wrong type', 2, 4));
    const at600 = ['***\tError:\tread_error', '***\tAt:\t(', '***\t\tLine: 9', '***\t\tColumn: 1'];
    assert.deepEqual(told(at600).at(-1)?.error, error('read_error in (', 9, 9, 1));
  });

  it('are not those of what a REPL evaluates', () => {
    assert.deepEqual(told(['   Error: x', '   CTX: 5', '   Between row 1 and 1']), []);
    assert.deepEqual(told(['   Error: x', '   CTX: 5 "other"', '   Line:   1']), []);
  });

  it('are not made of anything else that is printed', () => {
    assert.deepEqual(told(['   Line:   12', 'Reason: none', '> 3', '***     End:   4']), []);
    assert.deepEqual(told(['   Error: x', 'hello', '   Reason: y', '***     End:   4']), []);
  });

  it('come whole in one print, too, and are not longer than anybody reads', () => {
    const [found] = told([`   Error: ${'x'.repeat(900)}\n   CTX: 1 "main-u"\n   Line:   2\n   Column: 3`]);
    assert.deepEqual(found, { error: error('x'.repeat(500), 2, 2, 3), isNew: true });
  });
});
