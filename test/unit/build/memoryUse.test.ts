import assert from 'node:assert/strict';
import { measureElf, MemoryTableParser, parseSectionSizes } from '../../../src/build/memoryUse';
import { FakeProcesses } from './fakeProcesses';

describe('MemoryTableParser', () => {
  const parse = (text: string) => {
    const parser = new MemoryTableParser();
    for (const line of text.split('\n')) parser.line(line);
    return parser.table;
  };

  it('reads bytes, kilobytes and the zero that is written in gigabytes', () => {
    assert.deepEqual(
      parse(`Linking x.elf
Memory region         Used Size  Region Size  %age Used
           flash:       15760 B        16 KB     96.19%
          flash2:      452920 B     475120 B     95.33%
            ram1:          0 GB       112 KB      0.00%
            ram3:          0 GB         0 GB
           libif:          2 KB         2 KB    100.00%
         big.ram:          1 MB         1 GB      0.10%
Creating x.bin
            fake:          2 KB         2 KB    100.00%`),
      [
        { region: 'flash', used_B: 15_760, size_B: 16_384 },
        { region: 'flash2', used_B: 452_920, size_B: 475_120 },
        { region: 'ram1', used_B: 0, size_B: 114_688 },
        { region: 'libif', used_B: 2048, size_B: 2048 },
        { region: 'big.ram', used_B: 1_048_576, size_B: 1_073_741_824 },
      ],
    );
  });

  it('reads a region that is more than full', () => {
    const [row] =
      parse('Memory region Used Size  Region Size  %age Used\n  flash2:  560648 B  475120 B  118.00%') ?? [];
    assert.deepEqual(row, { region: 'flash2', used_B: 560_648, size_B: 475_120 });
  });

  it('has nothing when nothing was linked', () => assert.equal(parse('Compiling a.c\nDone'), undefined));
});

describe('memory use from the sections of an ELF', () => {
  const sections = `x.elf  :
section             size        addr
startup              392   134217728
.text              16000   134266880
.data                 16   536873000
.crcinfo               8   134742000
.bss                4096   536873016
.ram4               4096   268435456
.debug_info        90000           0
Total             114608
`;

  it('adds sections up by address, and counts stored data in flash too', () => {
    assert.deepEqual(parseSectionSizes(sections), [
      { region: 'flash', used_B: 392, size_B: 16_384 },
      { region: 'flash2', used_B: 16_016, size_B: 475_120 },
      { region: 'crcinfo', used_B: 8, size_B: 8 },
      { region: 'ram0', used_B: 4112, size_B: 131_072 },
      { region: 'ram4', used_B: 4096, size_B: 63_488 },
    ]);
  });

  it('is read from the size program, and is empty where that fails', async () => {
    const measured = await measureElf('size', 'x.elf', new FakeProcesses(() => ({ stdout: sections })));
    assert.equal(measured.length, 5);
    assert.deepEqual(await measureElf('size', 'x.elf', new FakeProcesses(() => ({ status: 1 }))), []);
    assert.deepEqual(await measureElf('size', 'x.elf', new FakeProcesses(() => undefined)), []);
  });
});
