import assert from 'node:assert/strict';
import { atLeast, formatVersion } from '../../../src/protocol/version';

describe('versions', () => {
  it('compare by numbers, not by text', () => {
    const releases = [
      [5, 3],
      [6, 0],
      [6, 2],
      [6, 5],
      [6, 6],
      [6, 10],
      [7, 0],
      [7, 1],
    ] as const;
    releases.forEach(([major, minor], i) => {
      releases.forEach(([otherMajor, otherMinor], j) => {
        assert.equal(atLeast({ major, minor }, otherMajor, otherMinor), i >= j);
      });
    });
  });

  it('are written with a minor of two digits', () => {
    assert.equal(formatVersion({ major: 6, minor: 5 }), '6.05');
    assert.equal(formatVersion({ major: 6, minor: 5, test: 0 }), '6.05');
    assert.equal(formatVersion({ major: 7, minor: 1, test: 1 }), '7.01 test 1');
    assert.equal(formatVersion({ major: 23, minor: 46 }), '23.46');
  });
});
