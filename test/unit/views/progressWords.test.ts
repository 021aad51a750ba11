import assert from 'node:assert/strict';
import { UPDATE_STAGES } from '../../../src/update/verdict';
import { phaseFraction, phaseOf, wholeFraction } from '../../../src/views/progressWords';

describe('the progress of an update', () => {
  it('moves forward in every stage of its phase and ends full', () => {
    for (const cancellable of [true, false]) {
      const commit = UPDATE_STAGES.indexOf('commit');
      const stages = cancellable ? UPDATE_STAGES.slice(0, commit + 1) : UPDATE_STAGES.slice(commit);
      let last = -1;
      for (const stage of stages) {
        for (const fraction of [0, 0.5, 1]) {
          const done = phaseFraction({ stage, fraction, cancellable, message: '' });
          assert.ok(done >= last && done <= 1, `${stage} ${fraction}: ${done} after ${last}`);
          last = done;
        }
      }
      assert.equal(last, 1);
    }
  });

  it('moves forward over all of it, too', () => {
    const done = UPDATE_STAGES.flatMap((stage) =>
      [0, 0.5, 1].map((fraction) => wholeFraction({ stage, fraction })),
    );
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    );
    assert.deepEqual([done.at(0), done.at(-1)], [0, 1]);
  });

  it('is full while settings are given back after a cancel', () => {
    assert.equal(phaseFraction({ stage: 'restore', fraction: 0, cancellable: true, message: '' }), 1);
  });

  it('knows when the power has to stay on', () => {
    assert.equal(phaseOf({ fraction: 1, cancellable: false, message: '' }), 'keep-power-on');
    assert.equal(phaseOf({ fraction: 0, cancellable: true, message: '' }), 'until-commit');
  });
});
