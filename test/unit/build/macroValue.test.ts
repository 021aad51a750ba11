import assert from 'node:assert/strict';
import { readMacros } from '../../../src/build/headerReader';
import { macroValue } from '../../../src/build/macroValue';
import { MemoryFiles } from './memoryFiles';

const HEADER = `
#define TWO 2
#define DIVIDER ((R1 + R2) / R2)
#define R1 39000.0f
#define R2 1e3
#define SCALED(x, by) ((float)x * (by))
#define VOLTS(ch) ((float)ADC_Value[ch] / 4096.0 * 3.3)
#define SUPPLY() (VOLTS(IND + 1) * DIVIDER)
#define IND 7
#define LOOP LOOP + 1
#if UNKNOWN(1)
#define DOUBTFUL 1
#endif
`;

describe('macroValue', () => {
  const value = async (expression: string): Promise<number | undefined> => {
    const macros = await readMacros('/h.h', new MemoryFiles({ '/h.h': HEADER }), '/');
    return macroValue(expression, macros, (index) => index * 100);
  };
  const cases: [string, number][] = [
    ['1 + 2 * 3 - 4 / 2', 5],
    ['-(2.5f)', -2.5],
    ['0x10u', 16],
    ['DIVIDER', 40],
    ['SCALED(TWO, 1 + (2))', 6],
    ['(int) TWO', 2],
    ['logf(1.0) + fabsf(-3)', 3],
    ['ADC_Value[IND]', 700],
    ['SUPPLY()', (800 / 4096) * 3.3 * 40],
  ];
  for (const [expression, wanted] of cases) {
    it(`is ${wanted} for ${expression}`, async () => {
      assert.ok(Math.abs((await value(expression))! - wanted) < 1e-9, `${await value(expression)}`);
    });
  }

  for (const expression of [
    'firmware_function()',
    '1 +',
    '(1',
    'ADC_Value[1',
    'VOLTS',
    'VOLTS(1',
    'LOOP',
    'DOUBTFUL',
    '1 / 0',
    'a ? 1 : 2',
    'constructor(1)',
  ]) {
    it(`is nothing for ${expression}`, async () => assert.equal(await value(expression), undefined));
  }
});
