import assert from 'node:assert/strict';
import { styleFor } from '../../../src/cli/output';
import { valuesText, watchLine, watchTitle } from '../../../src/cli/valuesView';
import { csvFields, valueColumns, valueFields } from '../../../src/controllers/valueTable';
import type { Values } from '../../../src/protocol/messages/telemetry';

const plain = styleFor({}, {});
const values: Values = {
  tempFet_C: 31.5,
  tempMotor_C: 28,
  motorCurrent_A: 12.34,
  inputCurrent_A: 5.6,
  id_A: 0.1,
  iq_A: 12.3,
  duty: 0.456,
  erpm: 12_345,
  voltage_V: 47.9,
  charge_Ah: 1.2345,
  chargeRegenerated_Ah: 0.1,
  energy_Wh: 55,
  energyRegenerated_Wh: 2,
  tachometer: 99,
  tachometerAbs: 101,
  fault: 1,
  pidPosition_deg: 12,
  controllerId: 7,
  tempFets_C: [31, 32, 33],
  vd_V: 0.5,
  vq_V: 20,
  timeoutActive: false,
  killSwitchActive: true,
};

describe('values', () => {
  it('carry the fault by name, null for none', () => {
    assert.deepEqual(
      [valueFields(values)['fault'], valueFields(values)['faultCode']],
      ['FAULT_CODE_OVER_VOLTAGE', 1],
    );
    assert.equal(valueFields({ ...values, fault: 0 })['fault'], null);
  });

  it('fill every column of a table, and every value has one', () => {
    const fields = { time_s: 0, ...csvFields(values) };
    const columns = valueColumns();
    for (const column of columns) assert.notEqual(fields[column as keyof typeof fields], undefined, column);
    for (const key of Object.keys(values)) {
      if (key !== 'tempFets_C') assert.ok(columns.includes(key), key);
    }
  });

  it('stand under their titles', () => {
    const line = watchLine(1.5, values, plain);
    assert.equal(
      line,
      '     1.50    47.9     5.60    12.34    45.6    12345    31.5      28.0  OVER_VOLTAGE',
    );
    const title = watchTitle();
    assert.equal(title.indexOf('INPUT V') + 'INPUT V'.length, line.indexOf('47.9') + 4);
    assert.equal(title.indexOf('FAULT'), line.indexOf('OVER'));
    assert.doesNotMatch(watchLine(0, { ...values, fault: 0 }, plain), /[A-Z]/);
  });

  it('are shown with units', () => {
    const text = valuesText(values, plain).join('\n');
    for (const words of [
      /Speed +12345 ERPM/,
      /Duty +45\.6 %/,
      /MOSFETs +31\.5 °C \(31\.0, 32\.0, 33\.0\)/,
      /Fault +FAULT_CODE_OVER_VOLTAGE/,
      /Kill switch +active/,
      /Command timeout +no/,
    ]) {
      assert.match(text, words);
    }
    assert.doesNotMatch(valuesText({ ...values, tempFets_C: [0, 0, 0] }, plain).join('\n'), /\(0\.0/);
  });

  it('of an old firmware that sends fewer show a dash', () => {
    const { tempFets_C, vd_V, vq_V, timeoutActive, killSwitchActive, ...old } = values;
    void [tempFets_C, vd_V, vq_V, timeoutActive, killSwitchActive];
    const text = valuesText(old as Values, plain).join('\n');
    assert.match(text, /Kill switch +–/);
    assert.doesNotMatch(text, /undefined|NaN/);
  });
});
