import assert from 'node:assert/strict';
import { findCrashPlaces } from '../../../src/build/crashPlaces';
import { parseAddr2line, Symbolizer } from '../../../src/build/symbolizer';
import { elfWithSymbols } from '../../support/programFiles';
import { type Answer, type Call, FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const ELF = elfWithSymbols([
  { name: 'main', value: 0x0800_c001, size: 0x100 },
  { name: 'helper', value: 0x0800_c101, size: 0x40 },
]);
const OUTPUT = [
  '0x0800c110',
  'inner',
  '/fw/motor/../motor/mc.c:49 (discriminator 2)',
  'helper',
  '/fw/motor/mc.c:57',
  '0x0800c02f',
  'main',
  '/fw/main.c:?',
  '0x00000000',
  '??',
  '??:0',
  '',
].join('\n');

interface Bench {
  readonly symbolizer: Symbolizer;
  readonly processes: FakeProcesses;
}

function bench(
  answer: (call: Call) => Answer,
  tools: readonly string[] = ['/sdk/bin/arm-none-eabi-addr2line'],
): Bench {
  const files = new MemoryFiles({ '/elf': '', ...Object.fromEntries(tools.map((tool) => [tool, ''])) });
  files.put('/elf', ELF);
  const processes = new FakeProcesses(answer);
  const env = { PATH: '/usr/bin' };
  return { symbolizer: new Symbolizer({ files, processes, env, platform: 'linux' }), processes };
}
const GCC = '/sdk/bin/arm-none-eabi-gcc';

describe('lines behind addresses', () => {
  it('are read from what addr2line prints', () => {
    assert.deepEqual(parseAddr2line(OUTPUT), [
      [
        { function: 'inner', file: '/fw/motor/mc.c', line: 49 },
        { function: 'helper', file: '/fw/motor/mc.c', line: 57 },
      ],
      [{ function: 'main', file: '/fw/main.c' }],
      [{}],
    ]);
    assert.deepEqual(parseAddr2line('main\nno place\n'), []);
    assert.deepEqual(parseAddr2line('0x1\r\nf\r\nC:\\fw\\main.c:7\r\n')[0]?.[0]?.line, 7);
  });

  it('come from the addr2line beside the compiler of the build', async () => {
    const { symbolizer, processes } = bench(() => ({ stdout: OUTPUT }));
    assert.deepEqual(await symbolizer.locate('/elf', [0x0800_c110, 0x0800_c02f, 0], GCC), [
      {
        address: 0x0800_c110,
        function: 'inner',
        file: '/fw/motor/mc.c',
        line: 49,
        offset_B: 0x10,
        inlinedInto: [{ function: 'helper', file: '/fw/motor/mc.c', line: 57 }],
      },
      { address: 0x0800_c02f, function: 'main', file: '/fw/main.c', offset_B: 0x2e, inlinedInto: [] },
      { address: 0, inlinedInto: [] },
    ]);
    const [call] = processes.calls;
    assert.equal(call?.program, '/sdk/bin/arm-none-eabi-addr2line');
    assert.deepEqual(call.args.slice(-4), ['--exe=/elf', '0x800c110', '0x800c02f', '0x0']);
  });

  it('fall back to function and offset without addr2line, or when it fails', async () => {
    const wanted = [{ address: 0x0800_c110, function: 'helper', offset_B: 0x10, inlinedInto: [] }];
    const none = bench(() => undefined, []);
    assert.deepEqual(await none.symbolizer.locate('/elf', [0x0800_c110], GCC), wanted);
    assert.deepEqual(none.processes.calls, []);
    assert.deepEqual(
      await bench(() => ({ status: 1 })).symbolizer.locate('/elf', [0x0800_c110], GCC),
      wanted,
    );
    const broken = bench(() => undefined);
    assert.deepEqual(await broken.symbolizer.locate('/elf', [0x0800_c110], GCC), wanted);
  });

  it('are looked for with the addr2line on PATH when the compiler is gone', async () => {
    const { symbolizer, processes } = bench(() => ({ stdout: OUTPUT }), ['/usr/bin/arm-none-eabi-addr2line']);
    await symbolizer.locate('/elf', [0x0800_c110], GCC);
    await symbolizer.locate('/elf', [0x0800_c110]);
    assert.deepEqual(
      processes.calls.map(({ program }) => program),
      ['/usr/bin/arm-none-eabi-addr2line', '/usr/bin/arm-none-eabi-addr2line'],
    );
  });

  it('need an ELF', async () => {
    const { symbolizer } = bench(() => undefined);
    await assert.rejects(symbolizer.locate('/none', [1]), { code: 'file-unreadable' });
    await assert.rejects(symbolizer.locate(GCC.replace('gcc', 'addr2line'), [1]), {
      code: 'image-elf-foreign',
    });
  });
});

describe('the places of a crash', () => {
  const { symbolizer } = bench(() => undefined, []);
  const places = (registers: { pc?: number; lr?: number }) =>
    findCrashPlaces(registers, '/elf', undefined, symbolizer);

  it('are where it was, and the call that led there', async () => {
    const found = await places({ pc: 0x0800_c110, lr: 0x0800_c101 });
    assert.equal(found.pc?.function, 'helper');
    // It would return to the start of helper: the call is the last instruction of main.
    assert.equal(found.lr?.function, 'main');
    assert.equal(found.lr.address, 0x0800_c101);
    assert.equal(found.culprit, 'pc');
  });

  it('begin with the caller when PC was led astray', async () => {
    const found = await places({ pc: 0, lr: 0x0800_c021 });
    assert.equal(found.culprit, 'lr');
    assert.equal(found.pc?.function, undefined);
  });

  it('are no more than the registers tell', async () => {
    assert.deepEqual(await places({}), {});
    const interrupt = await places({ pc: 0x0800_c002, lr: 0xffff_fff9 });
    assert.equal(interrupt.lr, undefined);
    assert.equal((await places({ pc: 0x10, lr: 0 })).culprit, undefined);
  });
});
