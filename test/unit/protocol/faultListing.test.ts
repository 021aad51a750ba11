import assert from 'node:assert/strict';
import { parseFaultListing } from '../../../src/protocol/faultListing';

const line = (label: string, value: string): string => `${label.padEnd(17)}: ${value}`;

/** An entry with everything a board can print. */
function entry(extra: readonly string[] = []): string[] {
  return [
    line('Fault', 'FAULT_CODE_DRV'),
    line('Motor', '2'),
    line('Current', '-12.2'),
    line('Current filtered', '12.3'),
    line('Voltage', '50.41'),
    line('Gate drv voltage', '11.98'),
    line('Duty', '-0.235'),
    line('RPM', '-1234.5'),
    line('Tacho', '-98765'),
    line('Cycles running', '7'),
    line('TIM duty', '987'),
    line('TIM val samp', '4150'),
    line('TIM current samp', '4100'),
    line('TIM top', '4200'),
    line('Comm step', '3'),
    line('Temperature', '32.02'),
    ...extra,
    ' ',
  ];
}

const RECORD = {
  fault: 'FAULT_CODE_DRV',
  motor: 2,
  current_A: -12.2,
  currentFiltered_A: 12.3,
  voltage_V: 50.41,
  gateDriverVoltage_V: 11.98,
  duty: -0.235,
  rpm: -1234.5,
  tacho: -98765,
  cyclesRunning: 7,
  timDuty: 987,
  timValSamp: 4150,
  timCurrentSamp: 4100,
  timTop: 4200,
  commStep: 3,
  temperature_C: 32.02,
};

const ECHO = '-> faults \n';
const TITLE = 'The following faults were registered since start:\n';

describe('parseFaultListing', () => {
  it('reads an empty listing of any version', () => {
    const empty = 'No faults registered since startup\n';
    assert.deepEqual(parseFaultListing([]), { active: undefined, history: [] });
    assert.deepEqual(parseFaultListing([empty]), { active: undefined, history: [] });
    assert.deepEqual(parseFaultListing([ECHO, empty]), { active: undefined, history: [] });
  });

  it('knows which fault is active, if the firmware says so', () => {
    assert.equal(parseFaultListing([ECHO, 'Active fault: FAULT_CODE_NONE\n']).active, null);
    assert.equal(parseFaultListing([ECHO, 'Active fault: FAULT_CODE_BRK\n']).active, 'FAULT_CODE_BRK');
    assert.equal(parseFaultListing([TITLE, ...entry()]).active, undefined);
  });

  it('reads every line of an entry', () => {
    const driver = line('DRV8320S_FAULTS', '| VDS_HA | GDF |');
    const info = line('Info', 'Over: by 3.5 V');
    assert.deepEqual(parseFaultListing([ECHO, TITLE, ...entry([driver, info])]).history, [
      { ...RECORD, driverFaults: { chip: 'DRV8320S', flags: ['VDS_HA', 'GDF'] }, info: 'Over: by 3.5 V' },
    ]);
    const none = line('DRV8301_FAULTS', 'No DRV8301 faults');
    assert.deepEqual(parseFaultListing(entry([none])).history, [
      { ...RECORD, driverFaults: { chip: 'DRV8301', flags: [] } },
    ]);
  });

  it('keeps the order and does not care how lines are packed', () => {
    const prints = [...entry([line('Info', 'first')]), ...entry([line('Info', 'second')])];
    const expected = [
      { ...RECORD, info: 'first' },
      { ...RECORD, info: 'second' },
    ];
    assert.deepEqual(parseFaultListing(prints).history, expected);
    assert.deepEqual(parseFaultListing([prints.join('\n')]).history, expected);
  });

  it('ignores what others print', () => {
    const foreign = ['hello', 'Voltage: 3', 'lisp: 12', 'Firmware: 7.1', ''];
    const mixed = entry().flatMap((print) => (print === ' ' ? ['lisp: 12', print] : [print, 'lisp: 12']));
    const { active, history } = parseFaultListing([...foreign, ...mixed, ...foreign]);
    assert.equal(active, undefined);
    assert.deepEqual(history, [RECORD]);
  });

  it('lists a fault of which lines are missing', () => {
    const { history } = parseFaultListing([line('Fault', 'FAULT_CODE_BRK'), line('Motor', '1')]);
    assert.equal(history.length, 1);
    assert.equal(history[0]!.fault, 'FAULT_CODE_BRK');
    assert.equal(history[0]!.motor, 1);
    assert.ok(Number.isNaN(history[0]!.voltage_V));
    assert.equal(history[0]!.gateDriverVoltage_V, undefined);
    // The next entry begins where the last one was cut.
    assert.equal(parseFaultListing([line('Fault', 'FAULT_CODE_BRK'), ...entry()]).history.length, 2);
  });
});
