import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LineEditor } from '../../../src/views/lineEditor';

const ESC = '\u001b';
const LEFT = `${ESC}[D`;
const UP = `${ESC}[A`;
const DOWN = `${ESC}[B`;

describe('the line editor', () => {
  let lines: string[];
  let screen: string;
  let editor: LineEditor;
  beforeEach(() => {
    lines = [];
    screen = '';
    editor = new LineEditor('> ', {
      show: (text) => (screen += text),
      enter: (line) => lines.push(line),
    });
  });
  const typed = (...data: string[]): string[] => {
    for (const each of data) editor.input(each);
    return lines;
  };

  it('hands over a line at Enter', () => {
    assert.deepEqual(typed('faults', '\r'), ['faults']);
    assert.ok(screen.endsWith('> faults\r\n'));
  });

  it('takes a pasted text line by line', () => {
    assert.deepEqual(typed('a\r\nb\nc\r'), ['a', 'b', 'c']);
  });

  it('edits in the middle', () => {
    assert.deepEqual(typed('fauts', LEFT, LEFT, 'l', '\r'), ['faults']);
    assert.deepEqual(typed('xab', `${ESC}[H`, `${ESC}[3~`, `${ESC}[F`, 'c\r').at(-1), 'abc');
    assert.deepEqual(typed('abx\u007fc\r').at(-1), 'abc');
    assert.deepEqual(typed('b\u0001a\u0005c\r').at(-1), 'abc');
  });

  it('deletes to both ends and all', () => {
    assert.equal(typed('abcd', LEFT, LEFT, '\u0015', '\r').at(-1), 'cd');
    assert.equal(typed('abcd', LEFT, LEFT, '\u000b', '\r').at(-1), 'ab');
    assert.equal(typed('abc\u0003d\r').at(-1), 'd');
  });

  it('remembers what was typed, each once in a row', () => {
    typed('one\r', 'two\r', 'two\r', '  \r');
    assert.equal(typed(UP, UP, '\r').at(-1), 'one');
    assert.equal(typed(UP, UP, UP, UP, DOWN, '\r').at(-1), 'two');
    assert.equal(typed(UP, DOWN, '\r').at(-1), '');
  });

  it('knows letters of more than one unit', () => {
    assert.equal(typed('a😀', LEFT, 'b', `${ESC}OC`, '\u007f', '\r').at(-1), 'ab');
  });

  it('prints above what is being typed', () => {
    typed('fau');
    screen = '';
    editor.print(['hello', 'world']);
    assert.equal(screen, `\r${ESC}[Khello\r\nworld\r\n\r${ESC}[K> fau`);
  });

  it('passes over keys that it does not know', () => {
    assert.deepEqual(typed(`${ESC}[15~`, `${ESC}[1;5A`, '\u0007', 'ok\r'), ['ok']);
  });

  it('stands whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', '\u007f', LEFT, `${ESC}[C`, UP, DOWN, '\r', '\u0015')),
        (keys) => {
          const before = lines.length;
          typed(...keys, '\u0001', '\u000b', 'end\r');
          assert.equal(lines.at(-1), 'end');
          assert.equal(lines.length - before, keys.filter((key) => key === '\r').length + 1);
        },
      ),
    );
  });
});
