import assert from 'node:assert/strict';
import { BENCH_OPTIONS, benchOverrides } from '../../../src/cli/benchOptions';
import { readArguments } from '../../../src/cli/options';

/** A flash in which the image of a board lies. */
function flashOf(hardware: string): Uint8Array {
  const flash = new Uint8Array(0x10_0000).fill(0xff);
  flash.set(new TextEncoder().encode(`org.vesc.${hardware}\0`), 0x1_0000);
  return flash;
}

const overrides = (hardware: string, ...args: string[]) =>
  benchOverrides(flashOf(hardware), readArguments('emulate', BENCH_OPTIONS, 0, args).options);

describe('the inputs of vesc emulate', () => {
  it('are left alone where a board starts well', () => assert.deepEqual(overrides('60'), []));

  it('are normal where it would not', () => {
    // The supply of its gate driver; that of the board is fine in the middle.
    assert.deepEqual(overrides('LUNA_BBSHD'), [{ kind: 'index', index: 12, value: 1354 }]);
  });

  it('are what was asked for, in volts and degrees', () => {
    assert.deepEqual(overrides('60', '--supply', '6', '--fet-temperature', '110', '--driver-fault'), [
      { kind: 'index', index: 11, value: 398 },
      { kind: 'index', index: 8, value: 3789 },
      { kind: 'pin', port: 1, pin: 7, level: 0 },
    ]);
  });

  for (const [args, reason] of [
    [['--supply', '100'], /0 to 61/],
    [['--gate-driver-supply', '15'], /hardware 60 .* not known/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, () => {
      assert.throws(() => overrides('60', ...args), { code: 'usage', message: reason });
    });
  }

  it('refuse what is asked of a board that nobody knows', () => {
    assert.deepEqual(overrides('mine'), []);
    for (const args of [['--supply', '12'], ['--driver-fault']]) {
      assert.throws(() => overrides('mine', ...args), { code: 'usage', message: /hardware mine .*--adc/ });
    }
  });
});
