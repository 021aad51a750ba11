import assert from 'node:assert/strict';
import { FunctionTable, readFunctions, readSymbols } from '../../../src/image/elfSymbols';
import { elf, ELF_HEADER_SIZE, elfWithSymbols } from '../../support/programFiles';

const FUNCTIONS = [
  { name: 'later', value: 0x0800_c101, size: 0x20 },
  { name: 'first', value: 0x0800_c001, size: 0x40 },
  { name: 'label', value: 0x0800_c010, type: 0 },
  { name: 'variable', value: 0x2000_0000, type: 1, size: 4 },
  { name: 'elsewhere', value: 0x0800_c020, section: 0 },
  { name: 'handler', value: 0x0800_c201 },
];

describe('the functions of an ELF file', () => {
  const table = readFunctions(elfWithSymbols(FUNCTIONS), 'x.elf');
  const at = (address: number): string | undefined => table.at(address)?.name;

  it('are found by any address inside of them', () => {
    assert.equal(table.size, 3);
    assert.deepEqual(table.at(0x0800_c000), { name: 'first', address: 0x0800_c000, size_B: 0x40 });
    assert.equal(at(0x0800_c03f), 'first');
    assert.equal(at(0x0800_c101), 'later');
    // Where their end is not known, they reach up to the next one.
    assert.equal(at(0x0800_c300), 'handler');
  });

  it('are not found between them, before the first, or in RAM', () => {
    for (const address of [0x0800_c040, 0x0800_c120, 0x0800_bfff, 0]) assert.equal(at(address), undefined);
    assert.equal(table.named('later')?.address, 0x0800_c100);
    assert.equal(table.named('label'), undefined);
  });

  it('go by the first of several names', () => {
    const twins = new FunctionTable([
      { name: 'small', address: 4, size_B: 2 },
      { name: 'whole', address: 4, size_B: 8 },
      { name: 'before', address: 0, size_B: 4 },
    ]);
    assert.equal(twins.at(10)?.name, 'whole');
    assert.equal(twins.at(3)?.name, 'before');
    const only = new FunctionTable([
      { name: 'one', address: 4, size_B: 8 },
      { name: 'two', address: 4, size_B: 8 },
    ]);
    assert.equal(only.at(5)?.name, 'one');
  });

  it('are none where the symbols were stripped', () => {
    assert.equal(readFunctions(elf([]), 'x').size, 0);
    assert.equal(readFunctions(elf([], { withSections: false }), 'x').at(5), undefined);
  });

  it('may have lost their names, or have ones without an end', () => {
    assert.equal(readFunctions(elfWithSymbols(FUNCTIONS, 9), 'x').at(0x0800_c000)?.name, '');
    const long = elfWithSymbols([{ name: 'f'.repeat(300), value: 8, size: 4 }]);
    assert.equal(readFunctions(long, 'x').at(8)?.name.length, 200);
  });

  it('are not looked for behind the end of the file', () => {
    const file = elfWithSymbols(FUNCTIONS);
    const sectionsAt = new DataView(file.buffer).getUint32(32, true);
    new DataView(file.buffer).setUint32(sectionsAt + 40 + 20, 0x1000_0000, true);
    assert.throws(() => readFunctions(file, 'x'), { code: 'image-elf-damaged' });
    assert.throws(() => readFunctions(file.subarray(0, ELF_HEADER_SIZE - 1), 'x'), {
      code: 'image-elf-damaged',
    });
  });
});

describe('the functions of what is no ELF file', () => {
  it('are refused, and an .elf is asked for', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(524_280).fill(8)])
      assert.throws(() => readFunctions(bytes, '60.bin'), {
        code: 'image-elf-foreign',
        happened: /60\.bin .*it is no ELF file at all/,
        next: /Choose the \.elf/,
      });
  });
});

describe('the symbols of an ELF file', () => {
  it('are its functions and its variables, as the table has them', () => {
    assert.deepEqual(
      readSymbols(elfWithSymbols(FUNCTIONS), 'x').map(({ name, kind, address }) => [name, kind, address]),
      [
        ['later', 'function', 0x0800_c100],
        ['first', 'function', 0x0800_c000],
        ['variable', 'variable', 0x2000_0000],
        ['handler', 'function', 0x0800_c200],
      ],
    );
  });
});
