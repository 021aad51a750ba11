import assert from 'node:assert/strict';
import { faultByName, faultCatalogue, faultName } from '../../../src/protocol/faults';
import vectors from '../../data/vesc-vectors.json';

describe('the fault catalogue', () => {
  it('names every fault as the firmware does, with the release that brought it', () => {
    assert.deepEqual(
      faultCatalogue.map(({ code: id, name, since }) => ({
        id,
        name,
        since: since.replace('5.03', '<=5.03'),
      })),
      vectors.faults,
    );
  });

  it('tells what each fault means and where it is raised', () => {
    for (const { code, meaning, source } of faultCatalogue) {
      assert.match(meaning, /^[A-Z].*\.$/);
      assert.equal(source.length > 0, code !== 0);
      for (const file of source) assert.match(file, /^(\w+\/)?\w+\.c$/);
    }
    assert.equal(new Set(faultCatalogue.map(({ meaning }) => meaning)).size, 34);
  });

  it('finds faults by code and by name', () => {
    assert.equal(faultName(4), 'FAULT_CODE_ABS_OVER_CURRENT');
    assert.equal(faultName(34), 'Unknown fault');
    assert.equal(faultByName('FAULT_CODE_DRV')?.code, 3);
    assert.equal(faultByName('Unknown fault'), undefined);
  });
});
