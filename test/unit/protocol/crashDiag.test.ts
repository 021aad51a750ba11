import assert from 'node:assert/strict';
import { parseResetFlags } from '../../../src/protocol/crashDiag';

describe('crash_diag', () => {
  it('tells why the controller started last', () => {
    const prints = ['Boot number: 3', 'Uptime: 6 s', 'Reset flags: PIN WWDG', 'Supply dips: 0'];
    assert.deepEqual(parseResetFlags(prints), ['PIN', 'WWDG']);
    assert.deepEqual(parseResetFlags(['Reset flags: PIN IWDG \nmore']), ['PIN', 'IWDG']);
  });

  it('is silent about words it does not know, and about output of another kind', () => {
    assert.deepEqual(parseResetFlags(['Reset flags: NEW SFT']), ['SFT']);
    assert.equal(parseResetFlags(['Invalid command: crash_diag\n']), undefined);
  });
});
