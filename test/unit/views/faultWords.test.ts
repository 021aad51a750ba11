import assert from 'node:assert/strict';
import type { FaultRecord } from '../../../src/protocol/faultListing';
import { faultRows } from '../../../src/views/faultWords';

function record(fault: string): FaultRecord {
  return {
    fault,
    motor: 1,
    current_A: 132.5,
    currentFiltered_A: 80,
    voltage_V: 48,
    duty: 0.5,
    rpm: 1200,
    tacho: 0,
    cyclesRunning: 0,
    timDuty: 0,
    timValSamp: 0,
    timCurrentSamp: 0,
    timTop: 0,
    commStep: 0,
    temperature_C: 45,
  };
}
const CIRCUMSTANCES = '132.5 A · 48.0 V · duty 0.50 · 1200 ERPM · 45.0 °C';

describe('the rows of faults', () => {
  it('are the latest first, each with what it means and how it was', () => {
    const rows = faultRows(null, [record('FAULT_CODE_OVER_VOLTAGE'), record('FAULT_CODE_DRV')]);
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['DRV', `motor 1 · ${CIRCUMSTANCES}`],
        ['OVER VOLTAGE', `motor 1 · ${CIRCUMSTANCES}`],
      ],
    );
    assert.match(rows[1]?.detail ?? '', /input voltage/);
  });

  it('mark the active one where it is recorded, and add it where it is not', () => {
    const history = [record('FAULT_CODE_OVER_VOLTAGE'), record('FAULT_CODE_DRV')];
    const marked = faultRows('FAULT_CODE_DRV', history);
    assert.equal(marked.length, 2);
    assert.equal(marked[0]?.description, `active now · motor 1 · ${CIRCUMSTANCES}`);
    const added = faultRows('FAULT_CODE_OVER_VOLTAGE', history);
    assert.deepEqual(
      added.map(({ label, description }) => `${label} ${description}`.slice(0, 24)),
      ['OVER VOLTAGE active now', 'DRV motor 1 · 132.5 A · ', 'OVER VOLTAGE motor 1 · 1'],
    );
  });
});
