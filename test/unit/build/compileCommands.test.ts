import assert from 'node:assert/strict';
import { parseCompileLines, writeCompileCommands } from '../../../src/build/compileCommands';
import { MemoryFiles } from './memoryFiles';

const toolchain = { prefix: 'arm-none-eabi-', compiler: '/sdk/bin/arm-none-eabi-gcc' };
const parse = (...lines: string[]) => parseCompileLines(lines.join('\n'), '/w/bldc', toolchain);

describe('the compile lines of a tree', () => {
  it('are those of the compiler, with its place, and nothing else that make prints', () => {
    const found = parse(
      'echo "********* BUILD: 60 **********"',
      'mkdir -p /w/bldc/build/60',
      'echo arm-none-eabi-gcc -c -O2 a.c',
      'arm-none-eabi-gcc -c -O2 -DHW_SOURCE=\\"/w/hw_60.c\\" -I. -MF x.d main.c -o obj/main.o',
      'arm-none-eabi-gcc -x assembler-with-cpp -c crt0.s -o obj/crt0.o',
      'arm-none-eabi-gcc obj/main.o -o 60.elf',
      'arm-none-eabi-objcopy -c x.c',
    );
    assert.deepEqual(found, [
      {
        directory: '/w/bldc',
        file: '/w/bldc/main.c',
        arguments: [
          '/sdk/bin/arm-none-eabi-gcc',
          ...'-c -O2 -DHW_SOURCE="/w/hw_60.c" -I. -MF x.d main.c -o obj/main.o'.split(' '),
        ],
      },
      {
        directory: '/w/bldc',
        file: '/w/bldc/crt0.s',
        arguments: [
          '/sdk/bin/arm-none-eabi-gcc',
          ...'-x assembler-with-cpp -c crt0.s -o obj/crt0.o'.split(' '),
        ],
      },
    ]);
  });

  it('are read in the folder that make is in', () => {
    const found = parse(
      "make[1]: Entering directory '/w/bldc/lib'",
      'g++ -c a.cpp',
      "make[1]: Leaving directory '/w/bldc/lib'",
      'ccache-gcc-12 -c /abs/b.c',
    );
    assert.deepEqual(
      found.map(({ directory, file }) => [directory, file]),
      [
        ['/w/bldc/lib', '/w/bldc/lib/a.cpp'],
        ['/w/bldc', '/abs/b.c'],
      ],
    );
  });

  it('may be broken over several lines, and do not take the value of an option for the source', () => {
    const [found] = parse('@arm-none-eabi-gcc -include pre.c \\', '  -c real.c -o x.o');
    assert.equal(found?.file, '/w/bldc/real.c');
  });

  it('count once a file, as it is compiled last, and are left out when they are no plain command', () => {
    assert.deepEqual(
      parse('gcc -c -O0 a.c', 'gcc -c -O2 a.c', 'cd x && gcc -c b.c', 'gcc -c').map(
        (each) => each.arguments[2],
      ),
      ['-O2'],
    );
  });

  it('are written once, and left alone when they are the same', async () => {
    const files = new MemoryFiles();
    const tree = { root: '/w/bldc' };
    const commands = parse('gcc -c a.c -o /w/bldc/build/vesc/1/60/obj/a.o');
    const write = (...lines: string[]) => writeCompileCommands(tree, parse(...lines), files);
    assert.equal(await writeCompileCommands(tree, commands, files), 'written');
    const file = '/w/bldc/build/compile_commands.json';
    assert.equal(await writeCompileCommands(tree, commands, files), 'unchanged');
    assert.deepEqual(JSON.parse((await files.readText(file))!), commands);
    assert.equal(await write('gcc -c b.c -o /w/bldc/build/vesc/1/60/obj/b.o'), 'written');
    files.put(file, '[{"file":"theirs.c"}]');
    assert.equal(await write('gcc -c b.c'), 'not-ours');
    assert.equal(await files.readText(file), '[{"file":"theirs.c"}]');
  });
});
