import assert from 'node:assert/strict';
import { CRASH_REGISTERS, parseCrashDiag, parseResetFlags } from '../../../src/protocol/crashDiag';

const QUIET = ['-> crash_diag \n', 'Boot number: 3', 'Uptime: 6 s', 'Reset flags: PIN WWDG'];

describe('crash_diag', () => {
  it('tells why the controller started last', () => {
    const prints = ['Boot number: 3', 'Uptime: 6 s', 'Reset flags: PIN WWDG', 'Consecutive crashed boots: 1'];
    assert.deepEqual(parseResetFlags(prints), ['PIN', 'WWDG']);
    assert.deepEqual(parseResetFlags(['Reset flags: PIN IWDG \nmore']), ['PIN', 'IWDG']);
  });

  it('is silent about words it does not know, and about output of another kind', () => {
    assert.deepEqual(parseResetFlags(['Reset flags: NEW SFT']), ['SFT']);
    assert.equal(parseResetFlags(['Invalid command: crash_diag\n']), undefined);
    assert.equal(parseCrashDiag(['Invalid command: crash_diag\n']), undefined);
  });

  it('reads a quiet record, where most lines are not printed', () => {
    assert.deepEqual(parseCrashDiag(QUIET), {
      bootNumber: 3,
      uptime_s: 6,
      resetFlags: ['PIN', 'WWDG'],
      briefPowerLoss: false,
      crashedBoots: 0,
    });
    assert.deepEqual(parseCrashDiag(['Reset flags:']), {
      bootNumber: 0,
      uptime_s: 0,
      resetFlags: [],
      briefPowerLoss: false,
      crashedBoots: 0,
    });
  });

  it('reads dips of the supply and crashed boots', () => {
    const diag = parseCrashDiag([
      ...QUIET,
      'Supply dips <2.9V: 2, last at uptime 41 s',
      'POR with RAM intact: brief supply dip',
      'Consecutive crashed boots: 4',
    ]);
    assert.deepEqual(diag?.supplyDips, { count: 2, lastUptime_s: 41 });
    assert.equal(diag?.briefPowerLoss, true);
    assert.equal(diag?.crashedBoots, 4);
  });

  it('reads the registers of a crash', () => {
    const lines = CRASH_REGISTERS.map((name, index) => `${name}: ${(0xf800_0000 + index).toString(16)}`);
    const crash = parseCrashDiag([...QUIET, 'Previous boot crashed.', 'Registers:', ...lines])?.crash;
    assert.equal(crash?.kind, 'registers');
    assert.equal(crash.bootsAgo, 1);
    assert.deepEqual(Object.keys(crash.registers), [...CRASH_REGISTERS]);
    assert.equal(crash.registers.pc, 0xf800_0006);
  });

  it('keeps what arrived of the registers, and nothing that is none', () => {
    const crash = parseCrashDiag([
      ...QUIET,
      'Stale crash from 12 boots ago.',
      'Registers:',
      'pc: 0800c123',
      'foo: 1',
      'lr: xyz',
    ])?.crash;
    assert.deepEqual(crash, { kind: 'registers', bootsAgo: 12, registers: { pc: 0x0800c123 } });
  });

  it('reads why the firmware stopped itself', () => {
    assert.deepEqual(parseCrashDiag([...QUIET, 'Previous boot halted.', 'Reason: stack overflow'])?.crash, {
      kind: 'halt',
      bootsAgo: 1,
      reason: 'stack overflow',
    });
    assert.deepEqual(
      parseCrashDiag([...QUIET, 'Stale halt from 2 boots ago.', 'Bad reason ptr: 00000010'])?.crash,
      { kind: 'halt', bootsAgo: 2, badReasonAddress: 16 },
    );
  });
});
