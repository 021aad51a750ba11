import assert from 'node:assert/strict';
import { compareBuilds, knownWarnings } from '../../../src/build/buildComparison';
import type { BuildRecord } from '../../../src/build/buildRecord';
import type { Diagnostic } from '../../../src/build/diagnostics/diagnostic';
import { comparisonSummary, growth, growthOf } from '../../../src/build/growth';
import { elfWithSymbols } from '../../support/programFiles';

const record: BuildRecord = {
  buildId: `vb1-${'1'.repeat(40)}`,
  board: '60',
  tree: '/w/bldc',
  commit: 'abc',
  changedFiles: [],
  makeArguments: [],
  compiler: { path: '/gcc', version: '12.2.1' },
  date: '2026-01-01T00:00:00.000Z',
  elf: '/data/60.elf',
  memory: [
    { region: 'flash2', used_B: 1000, size_B: 2000 },
    { region: 'ram0', used_B: 10, size_B: 20 },
  ],
};
const warning = (message: string, line = 1, file = '/w/bldc/a.c'): Diagnostic => ({
  file,
  line,
  severity: 'warning',
  message,
  source: 'gcc',
});
const FLASH = 0x0800_c000;
const RAM = 0x2000_0000;
const program = (...symbols: [name: string, value: number, size: number][]) =>
  elfWithSymbols(symbols.map(([name, value, size]) => ({ name, value, size, type: value < RAM ? 2 : 1 })));
const nothing = { memory: [], diagnostics: [], elf: undefined };

describe('a build held against the one before', () => {
  it('tells which regions are used otherwise', () => {
    const memory = [
      { region: 'flash2', used_B: 1100, size_B: 2000 },
      { region: 'ram4', used_B: 4, size_B: 20 },
    ];
    const comparison = compareBuilds(record, undefined, { ...nothing, memory });
    assert.deepEqual(comparison.regions, [
      { region: 'flash2', growth_B: 100 },
      { region: 'ram4', growth_B: 4 },
      { region: 'ram0', growth_B: -10 },
    ]);
    assert.equal(growthOf('flash2', comparison), '+100 B');
    assert.equal(growthOf('flash', comparison), undefined);
    assert.equal(comparisonSummary(comparison), '+100 B of flash, −6 B of RAM');
    const { memory: _, ...old } = record;
    assert.deepEqual(compareBuilds(old, undefined, { ...nothing, memory }).regions, []);
  });

  it('tells which functions and variables made the difference', () => {
    const before = program(
      ['same', FLASH + 1, 10],
      ['grown', FLASH + 101, 10],
      ['split.part.0', FLASH + 201, 4],
      ['split', FLASH + 301, 4],
      ['gone', FLASH + 401, 64],
      ['counter.12', RAM, 4],
    );
    const now = program(
      ['same', FLASH + 1, 10],
      ['grown', FLASH + 101, 30],
      ['split', FLASH + 201, 8],
      ['counter.13', RAM, 4],
      ['table', RAM + 8, 400],
    );
    const { symbols, moreSymbols } = compareBuilds(record, before, { ...nothing, elf: now });
    assert.deepEqual(symbols, [
      { symbol: 'table', memory: 'RAM', growth_B: 400, size_B: 400 },
      { symbol: 'gone', memory: 'flash', growth_B: -64, size_B: 0 },
      { symbol: 'grown', memory: 'flash', growth_B: 20, size_B: 30 },
    ]);
    assert.equal(moreSymbols, 0);
  });

  it('lists the largest changes, and counts the others', () => {
    const many = program(
      ...Array.from({ length: 70 }, (_, i): [string, number, number] => [`f${i}`, FLASH + 8 * i, i + 1]),
    );
    const comparison = compareBuilds(record, program(), { ...nothing, elf: many });
    assert.equal(comparison.symbols.length, 50);
    assert.equal(comparison.moreSymbols, 20);
    assert.equal(comparison.symbols[0]?.symbol, 'f69');
  });

  it('says nothing of symbols where one of the programs cannot be read', () => {
    const elf = program(['f', FLASH, 4]);
    assert.deepEqual(compareBuilds(record, undefined, { ...nothing, elf }).symbols, []);
    assert.deepEqual(compareBuilds(record, Uint8Array.of(1, 2), { ...nothing, elf }).symbols, []);
  });

  it('tells new warnings from known ones, wherever those moved to', () => {
    const before = {
      ...record,
      warnings: knownWarnings([warning('x', 5), warning('x', 9), warning('y')], '/w/bldc'),
    };
    const now = [
      warning('x', 7),
      warning('z'),
      { ...warning('e'), severity: 'error' as const },
      warning('z', 3, '/o.c'),
    ];
    const comparison = compareBuilds(before, undefined, { ...nothing, diagnostics: now });
    assert.deepEqual(
      comparison.newWarnings.map(({ file, message }) => [file, message]),
      [
        ['/w/bldc/a.c', 'z'],
        ['/o.c', 'z'],
      ],
    );
    assert.deepEqual(
      comparison.goneWarnings.map(({ file, message, line }) => [file, message, line]),
      [
        ['a.c', 'x', 9],
        ['a.c', 'y', 1],
      ],
    );
    assert.equal(comparisonSummary({ ...comparison, regions: [] }), '2 new warnings, 2 warnings gone');
    assert.deepEqual(compareBuilds(record, undefined, { ...nothing, diagnostics: now }).newWarnings, []);
  });

  it('has nothing to say when nothing changed', () => {
    assert.equal(comparisonSummary(undefined), undefined);
    assert.equal(
      comparisonSummary(compareBuilds(record, undefined, { ...nothing, memory: record.memory! })),
      undefined,
    );
    assert.deepEqual([growth(1024), growth(-8), growth(0)], ['+1,024 B', '−8 B', '±0 B']);
  });
});
