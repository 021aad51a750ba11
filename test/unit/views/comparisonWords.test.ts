import assert from 'node:assert/strict';
import type { BuildComparison } from '../../../src/build/buildComparison';
import { comparisonLines } from '../../../src/views/comparisonWords';
import { memoryLines } from '../../../src/views/memoryTable';

const comparison: BuildComparison = {
  since: { buildId: 'vb1-x', date: 'unknown', commit: '0123456789abcdef' },
  regions: [{ region: 'flash2', growth_B: 1234 }],
  symbols: [
    { symbol: 'mc_timer', memory: 'flash', growth_B: 1200, size_B: 5000 },
    { symbol: 'table', memory: 'RAM', growth_B: 34, size_B: 34 },
    { symbol: 'old', memory: 'flash', growth_B: -8, size_B: 0 },
  ],
  moreSymbols: 2,
  newWarnings: [{ file: '/w/a.c', line: 3, severity: 'warning', message: 'unused', source: 'gcc' }],
  goneWarnings: [{ file: 'b.c', line: 1, message: 'shadowed' }],
};

describe('what changed since the build before', () => {
  it('stands in lines, the largest change first', () => {
    assert.deepEqual(comparisonLines(comparison), [
      'Against the build of at an unknown time, commit 01234567:',
      '  +1,200 B  mc_timer  (flash, now 5,000 B)',
      '     +34 B  table  (RAM, new)',
      '      −8 B  old  (flash, gone)',
      '  and 2 other symbols',
      '  new warning: /w/a.c:3: unused',
      '  gone: b.c: shadowed',
    ]);
  });

  it('is nothing when nothing did, and does not get longer than people read', () => {
    assert.deepEqual(comparisonLines(undefined), []);
    const none = { ...comparison, symbols: [], moreSymbols: 0, newWarnings: [], goneWarnings: [] };
    assert.deepEqual(comparisonLines(none), []);
    const many = {
      ...none,
      newWarnings: Array.from({ length: 9 }, () => comparison.newWarnings[0]!),
      goneWarnings: Array.from({ length: 8 }, () => comparison.goneWarnings[0]!),
    };
    const lines = comparisonLines(many);
    assert.equal(lines.length, 13);
    assert.equal(lines[6], '  and 4 other new warnings');
    assert.equal(lines[12], '  and 3 other warnings gone');
  });

  it('stands next to each region that is used otherwise', () => {
    const memory = [
      { region: 'flash2', used_B: 20_480, size_B: 40_960 },
      { region: 'ram0', used_B: 1024, size_B: 4096 },
    ];
    assert.deepEqual(memoryLines(memory, comparison), [
      'flash2  20.0 of 40.0 KiB  50.0 %  +1,234 B  flash, program',
      'ram0      1.0 of 4.0 KiB  25.0 %            RAM',
    ]);
  });
});
