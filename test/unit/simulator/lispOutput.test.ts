import assert from 'node:assert/strict';
import { LispErrorReader } from '../../../src/protocol/lispErrors';
import { outputOf } from '../../../src/simulator/lispOutput';

const NEW = { major: 7, minor: 1 };

describe('what LispBM of the simulated controller prints when it starts', () => {
  it('is what the source prints at its top level, with quotes for print', () => {
    const source = '(print "hello") ; hi\r\n(puts "plain")\n(defun f () \n  (print "inner"))\n; (puts "no")';
    assert.deepEqual(outputOf(source, NEW), ['"hello"', 'plain']);
    assert.equal(outputOf('(puts "x")\n'.repeat(90), NEW).length, 50);
  });

  it('is an error where brackets do not match, that can be read as one', () => {
    for (const version of [NEW, { major: 6, minor: 5 }]) {
      for (const [source, line] of [
        ['(puts "a")\n(f))\n', 2],
        ['(puts "a")\n(defun f (', 2],
      ] as const) {
        const prints = outputOf(source, version);
        assert.equal(prints[0], 'a');
        const reader = new LispErrorReader();
        const errors = prints.flatMap((print) => reader.take(print)?.error ?? []);
        assert.equal(errors.at(-1)?.firstLine, line);
        assert.match(errors.at(-1)!.text, /read_error.*Parse error/);
      }
    }
    assert.deepEqual(outputOf('(f "\\")(" 1) ; (((', NEW), []);
  });
});
