import assert from 'node:assert/strict';
import { shellWords } from '../../../src/build/shellWords';

describe('shellWords', () => {
  it('parts words at blanks, and keeps together what is quoted', () => {
    assert.deepEqual(shellWords("gcc  -c\t-DA='a b' \"x y\"z ''"), ['gcc', '-c', '-DA=a b', 'x yz', '']);
    assert.deepEqual(shellWords(''), []);
  });
  it('takes letters behind a backslash as they are', () => {
    assert.deepEqual(shellWords('-DN=\\"v\\" a\\ b "q\\"\\n"'), ['-DN="v"', 'a b', 'q"\\n']);
  });
  it('leaves alone what is more than one plain command', () => {
    for (const line of ['a | b', 'a && b', 'a; b', 'a > f', '(a)', '$(a)', 'a `b`', '"$a"', '"`a`"'])
      assert.equal(shellWords(line), undefined, line);
  });
  it('leaves alone what is not closed', () => {
    for (const line of ["'a", '"a', 'a\\']) assert.equal(shellWords(line), undefined, line);
  });
});
