import assert from 'node:assert/strict';
import fc from 'fast-check';
import { closest, editDistance } from '../../../src/cli/suggestion';

const NAMES = ['ports', 'info', 'faults', 'flash', 'reboot'];

describe('suggestions', () => {
  it('finds what was meant', () => {
    assert.equal(closest('flsh', NAMES), 'flash');
    assert.equal(closest('FLASH', NAMES), 'flash');
    assert.equal(closest('falsh', NAMES), 'flash', 'neighbours swapped');
    assert.equal(closest('reb', NAMES), 'reboot', 'the beginning is enough when it is unique');
    assert.equal(closest('port', NAMES), 'ports');
  });

  it('says nothing rather than something far off', () => {
    assert.equal(closest('bootloader', NAMES), undefined);
    assert.equal(closest('f', NAMES), undefined);
    assert.equal(closest('xyz', NAMES), undefined);
  });

  it('measures a distance: symmetric, zero for the same only', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
      }),
    );
  });
});
