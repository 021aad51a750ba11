import assert from 'node:assert/strict';
import { type Conversion, countFor, quantityAt } from '../../../src/emulator/boardInputs';
import table from '../../../src/emulator/boardInputRows.json';
import { knownInputs, parseRow, tableRow } from '../../../src/emulator/boardInputTable';

describe('the inputs of known boards', () => {
  it('are found by hardware name', () => {
    assert.equal(knownInputs('60')!.supply!.input.index, 11);
    assert.equal(knownInputs('60_MK6')!.supply!.max_V, 57);
    assert.equal(knownInputs('no such board'), undefined);
  });

  it('stand in the table once a board, in the form that they are written in', () => {
    const names = table.flatMap(({ hardware }) => hardware);
    assert.equal(new Set(names).size, names.length);
    for (const { hardware: _, ...row } of table) assert.deepEqual(tableRow(parseRow(row)), row);
  });

  it('are places of the buffer, and every count of the table can be reached', () => {
    for (const { hardware: _, ...row } of table) {
      const { supply, gateDriver, fetTemperature = [], motorTemperature = [] } = parseRow(row);
      const inputs: Conversion[] = [...fetTemperature, ...motorTemperature];
      for (const voltage of [supply, gateDriver]) if (voltage) inputs.push(voltage.input);
      for (const input of inputs) {
        assert.ok(input.index >= 0 && input.index < 48);
        for (const count of [100, 1000, 2048, 3000, 3700]) {
          assert.equal(countFor(input, quantityAt(input, count)), count, JSON.stringify(input));
        }
      }
    }
  });

  it('turn a quantity out of reach into the end of the scale', () => {
    const supply = knownInputs('60')!.supply!.input;
    assert.equal(countFor(supply, 1000), 4095);
    assert.equal(countFor(supply, -5), 0);
    const fet = knownInputs('60')!.fetTemperature![0]!;
    assert.ok(quantityAt(fet, 0) < -40 && quantityAt(fet, 4095) > 200);
  });
});
