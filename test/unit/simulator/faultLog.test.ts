import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type FaultRecord, parseFaultListing } from '../../../src/protocol/faultListing';
import { faultCatalogue } from '../../../src/protocol/faults';
import { FaultLog, formatFaultListing } from '../../../src/simulator/faultLog';
import { fixed } from '../../../src/simulator/printf';

const record = (fault: string, details: Partial<FaultRecord> = {}): FaultRecord => ({
  fault,
  motor: 1,
  current_A: 1.5,
  currentFiltered_A: 1.5,
  voltage_V: 50.25,
  duty: 0.125,
  rpm: 1000.5,
  tacho: -5,
  cyclesRunning: 7,
  timDuty: 525,
  timValSamp: 4150,
  timCurrentSamp: 4100,
  timTop: 4200,
  commStep: 3,
  temperature_C: 30.5,
  ...details,
});
const DRV = 'FAULT_CODE_DRV';
const V7 = { major: 7, minor: 1 };

describe('the fault log', () => {
  function log(): { log: FaultLog; at: (time_ms: number) => void } {
    let now_ms = 0;
    return { log: new FaultLog(() => now_ms), at: (time_ms) => (now_ms = time_ms) };
  }

  it('shows a fault for half a second and keeps it', () => {
    const { log: faults, at } = log();
    faults.raise(record(DRV), false);
    at(499);
    assert.equal(faults.activeCode(1), 3);
    assert.equal(faults.activeCode(2), 0);
    at(500);
    assert.equal(faults.activeCode(1), 0);
    assert.equal(faults.listed.length, 1);
  });

  it('shows a held fault until half a second after its cause went', () => {
    const { log: faults, at } = log();
    faults.raise(record(DRV), true);
    at(1e6);
    assert.equal(faults.activeCode(1), 3);
    faults.clear(1);
    at(1e6 + 499);
    assert.equal(faults.activeCode(1), 3);
    at(1e6 + 500);
    assert.equal(faults.activeCode(1), 0);
  });

  it('does not log a second fault while one is active, except of the other motor', () => {
    const { log: faults } = log();
    assert.equal(faults.raise(record(DRV), false), true);
    assert.equal(faults.raise(record('FAULT_CODE_OVER_VOLTAGE'), false), false);
    assert.equal(faults.raise(record(DRV, { motor: 2 }), false), true);
    assert.equal(faults.activeCode(1), 1);
    assert.deepEqual(
      faults.listed.map(({ motor }) => motor),
      [1, 2],
    );
  });

  it('looks empty after the 25th fault, then shows the newer ones', () => {
    const { log: faults } = log();
    for (let i = 0; i < 24; i++) faults.note(record(DRV));
    assert.equal(faults.listed.length, 24);
    faults.note(record(DRV));
    assert.deepEqual(formatFaultListing(faults.listed, 0, V7), ['No faults registered since startup\n']);
    faults.note(record('FAULT_CODE_BRK'));
    assert.deepEqual(
      faults.listed.map(({ fault }) => fault),
      ['FAULT_CODE_BRK'],
    );
  });

  it('prints what the parser reads', () => {
    const name = fc.constantFrom(...faultCatalogue.slice(1).map((fault) => fault.name));
    const drv = { chip: 'DRV8323S', flags: ['OTW', 'VDS_HA'] };
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.nat(33), (names, active) => {
        const records = names.map((fault) =>
          record(fault, {
            gateDriverVoltage_V: 11.5,
            ...(fault === DRV ? { driverFaults: drv } : {}),
            info: 'why: because',
          }),
        );
        const parsed = parseFaultListing(formatFaultListing(records, active, V7));
        assert.deepEqual(parsed.history, records);
        assert.equal(parsed.active, active === 0 ? null : faultCatalogue[active]!.name);
      }),
    );
  });

  it('says nothing of an active fault before 6.05, nor why before 6.00', () => {
    const records = [record(DRV, { info: 'because' })];
    assert.equal(parseFaultListing(formatFaultListing(records, 3, { major: 6, minor: 2 })).active, undefined);
    assert.equal(
      parseFaultListing(formatFaultListing(records, 3, { major: 5, minor: 3 })).history[0]!.info,
      undefined,
    );
  });
});

describe('printing numbers', () => {
  it('rounds an exact half to even, as the C library does', () => {
    assert.deepEqual(
      [12.25, 12.75, -12.25, 0.5, 1.5, 12.26].map((value, index) =>
        fixed(value, index > 2 && index < 5 ? 0 : 1),
      ),
      ['12.2', '12.8', '-12.2', '0', '2', '12.3'],
    );
    assert.equal(fixed(0.235, 3), '0.235');
  });
});
