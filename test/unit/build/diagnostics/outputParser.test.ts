import assert from 'node:assert/strict';
import { flatten, OutputParser } from '../../../../src/build/diagnostics/outputParser';

const parse = (text: string, root = '/w/bldc') => {
  const parser = new OutputParser(root);
  for (const line of text.split('\n')) parser.line(line);
  const units = parser.finish();
  return { parser, units, all: flatten(units) };
};

describe('messages of gcc', () => {
  it('become diagnostics with file, line, column and option', () => {
    const { all } = parse(`Compiling commands.c
comm/commands.c: In function 'commands_process':
comm/commands.c:94:28: error: expected ';' before 'x'
   94 |         int a = 1 x
      |                  ^~
      |                  ;
comm/commands.c:95:7: warning: unused variable 'b' [-Wunused-variable]
   95 |   int b;`);
    assert.deepEqual(all, [
      {
        file: '/w/bldc/comm/commands.c',
        line: 94,
        column: 28,
        severity: 'error',
        message: "expected ';' before 'x'",
        source: 'gcc',
      },
      {
        file: '/w/bldc/comm/commands.c',
        line: 95,
        column: 7,
        severity: 'warning',
        message: "unused variable 'b'",
        code: '-Wunused-variable',
        source: 'gcc',
      },
    ]);
  });

  it('keep the way through the includes and the notes', () => {
    const { all } = parse(`In file included from hwconf/hw.h:12,
                 from conf_general.h:40,
                 from main.c:3:
hwconf/a/hw_a.h:7:2: error: #error "no"
In file included from main.c:9:10:
b.h:1:1: warning: one
b.h:2:1: note: declared here
b.h:3:1: note: and here`);
    assert.deepEqual(all[0]?.related, [
      { file: '/w/bldc/hwconf/hw.h', line: 12, message: 'included from here' },
      { file: '/w/bldc/conf_general.h', line: 40, message: 'included from here' },
      { file: '/w/bldc/main.c', line: 3, message: 'included from here' },
    ]);
    assert.deepEqual(all[1]?.related, [
      { file: '/w/bldc/main.c', line: 9, column: 10, message: 'included from here' },
      { file: '/w/bldc/b.h', line: 2, column: 1, message: 'declared here' },
      { file: '/w/bldc/b.h', line: 3, column: 1, message: 'and here' },
    ]);
  });

  it('are read through colours, carriage returns, spaces and drive letters', () => {
    const esc = String.fromCharCode(27);
    const coloured = parse(`${esc}[01m${esc}[Kmy file.c:3:4:${esc}[m ${esc}[01;31merror: ${esc}[mboom\r`);
    assert.equal(coloured.all[0]?.file, '/w/bldc/my file.c');
    assert.equal(coloured.all[0].message, 'boom');
    const windows = parse(
      'C:\\src\\bldc\\main.c:3:4: fatal error: x.h: No such file or directory\n',
      'C:\\src\\bldc',
    );
    assert.equal(windows.all[0]?.file, 'C:\\src\\bldc\\main.c');
    assert.equal(windows.all[0].line, 3);
    assert.equal(windows.all[0].severity, 'error');
    assert.equal(parse('comm/a.c:1:1: error: x', 'C:\\src\\bldc').all[0]?.file, 'C:\\src\\bldc\\comm\\a.c');
  });

  it('without a place go to the Makefile', () => {
    const { all } =
      parse(`arm-none-eabi-gcc: fatal error: cannot read spec file 'nosys.specs': No such file or directory
compilation terminated.
/opt/bin/arm-none-eabi-gcc.exe: warning: switch is ignored`);
    assert.deepEqual(
      all.map(({ file, line, severity }) => [file, line, severity]),
      [
        ['/w/bldc/Makefile', 1, 'error'],
        ['/w/bldc/Makefile', 1, 'warning'],
      ],
    );
  });

  it('come from the assembler, too', () => {
    const { all } = parse("boot.s: Assembler messages:\nboot.s:7: Error: bad instruction `movx r0'");
    assert.deepEqual(all, [
      {
        file: '/w/bldc/boot.s',
        line: 7,
        severity: 'error',
        message: "bad instruction `movx r0'",
        source: 'gcc',
      },
    ]);
  });

  it('are told once, however many files include the header', () => {
    const warning = 'a.h:1:1: warning: twice [-Wall]';
    const { all, units } = parse(`Compiling a.c\n${warning}\nCompiling b.c\n${warning}`);
    assert.equal(all.length, 1);
    assert.equal(units.get('a.c')?.length, 1);
    assert.equal(units.get('b.c')?.length, 1);
  });

  it('belong to the file they name when compilers write at the same time', () => {
    const { units, parser } = parse(
      'Compiling a.c\nCompiling b.c\ncomm/a.c:1:1: warning: x\nh.h:1:1: warning: y',
    );
    assert.deepEqual(parser.compiled, ['a.c', 'b.c']);
    assert.equal(units.get('a.c')?.[0]?.message, 'x');
    assert.equal(units.get('b.c')?.[0]?.message, 'y');
  });

  it('turn a warning that is an error back into its option', () => {
    assert.equal(parse('a.c:1:1: error: x [-Werror=shadow]').all[0]?.code, '-Wshadow');
  });

  it('include a note that stands alone', () => {
    assert.equal(parse('a.c:1:1: note: #pragma message: hi').all[0]?.severity, 'note');
  });
});

describe('messages of the linker', () => {
  const ld = '/usr/lib/gcc/arm-none-eabi/12.2.1/../../../arm-none-eabi/bin/ld: ';

  it('name the line of an undefined reference', () => {
    const { all } = parse(`Linking /w/bldc/build/60/60.elf
${ld}/w/bldc/build/60/obj/terminal.o: in function \`terminal_process':
/w/bldc/terminal.c:1345: undefined reference to \`missing'
${ld}/w/bldc/terminal.c:1350: undefined reference to \`missing'
${ld}other.o:(.text.x+0x10): undefined reference to \`else'
collect2: error: ld returned 1 exit status
make[1]: *** [/w/rules.mk:216: 60.elf] Error 1
make: *** [Makefile:261: fw_60_vescfw] Error 2`);
    assert.deepEqual(
      all.map(({ file, line, message, source }) => [file, line, message, source]),
      [
        ['/w/bldc/terminal.c', 1345, "undefined reference to `missing'", 'ld'],
        ['/w/bldc/terminal.c', 1350, "undefined reference to `missing'", 'ld'],
        ['/w/bldc/Makefile', 1, "other.o: undefined reference to `else'", 'ld'],
      ],
    );
  });

  it('name both places of a double definition', () => {
    const { all } = parse(
      `${ld}build/b.o:/w/bldc/b.c:4: multiple definition of \`x'; build/a.o:/w/bldc/a.c:3: first defined here\n` +
        `${ld}b.o:(.bss.y+0x0): multiple definition of \`y'; a.o:(.bss.y+0x0): first defined here`,
    );
    assert.equal(all[0]?.file, '/w/bldc/b.c');
    assert.deepEqual(all[0].related, [{ file: '/w/bldc/a.c', line: 3, message: 'first defined here' }]);
    assert.equal(all[1]?.message, "b.o: multiple definition of `y'");
  });

  it('tell an overflow once, in bytes', () => {
    const { all, parser } = parse(`${ld}/w/60.elf section \`.text' will not fit in region \`flash2'
${ld}section .crcinfo LMA [0807fff0,0807fff7] overlaps section .text LMA [0800c000,08094df7]
${ld}region \`flash2' overflowed by 85528 bytes`);
    assert.deepEqual(parser.overflows, [{ region: 'flash2', over_B: 85_528 }]);
    assert.deepEqual(
      all.map(({ message }) => message),
      ['The firmware is 85528 bytes too large for flash2.'],
    );
  });

  it('are kept when they are new, and left out when every build has them', () => {
    const { all } = parse(`${ld}warning: 60.elf has a LOAD segment with RWX permissions
${ld}libc.a(closer.o): in function \`_close_r':
closer.c:(.text._close_r+0xc): warning: _close is not implemented and will always fail
${ld}warning: cannot find entry symbol Reset; defaulting to 08000000
${ld}cannot find -lfoo: No such file or directory`);
    assert.deepEqual(
      all.map(({ severity, message }) => [severity, message]),
      [
        ['warning', 'cannot find entry symbol Reset; defaulting to 08000000'],
        ['error', 'cannot find -lfoo: No such file or directory'],
      ],
    );
  });
});

describe('messages of make', () => {
  it('name a target that it does not know', () => {
    const { all, parser } = parse("make: *** No rule to make target 'fw_6000'.  Stop.");
    assert.equal(parser.missingTarget, 'fw_6000');
    assert.equal(all[0]?.message, "No rule to make target 'fw_6000'.");
    assert.equal(all[0].file, '/w/bldc/Makefile');
    const old = parse("gmake[1]: *** No rule to make target `x.c', needed by `x.o'.  Stop.");
    assert.equal(old.all[0]?.message, "No rule to make target `x.c', needed by `x.o'.");
  });

  it('name the program that is missing, however the shell says it', () => {
    for (const words of [
      'make[1]: arm-none-eabi-gcc: No such file or directory',
      '/bin/sh: 1: arm-none-eabi-gcc: not found',
      '/bin/sh: arm-none-eabi-gcc: command not found',
      "'arm-none-eabi-gcc' is not recognized as an internal or external command,",
      'process_begin: CreateProcess(NULL, arm-none-eabi-gcc -c main.c, ...) failed.',
    ]) {
      const { all, parser } = parse(`${words}\nmake[1]: *** [make/fw.mk:29: main.o] Error 127`);
      assert.equal(parser.missingProgram, 'arm-none-eabi-gcc', words);
      assert.deepEqual(all, [
        {
          file: '/w/bldc/make/fw.mk',
          line: 29,
          severity: 'error',
          message: 'The program arm-none-eabi-gcc was not found.',
          source: 'make',
        },
      ]);
    }
  });

  it('point into makefiles', () => {
    const { all } = parse(
      'Makefile:54: *** missing separator.  Stop.\n' +
        "Makefile:9: warning: overriding recipe for target 'x'\n" +
        'make: warning:  Clock skew detected.  Your build may be incomplete.\n' +
        'make: *** No targets.  Stop.',
    );
    assert.deepEqual(
      all.map(({ file, line, severity, message }) => [file, line, severity, message]),
      [
        ['/w/bldc/Makefile', 54, 'error', 'missing separator'],
        ['/w/bldc/Makefile', 9, 'warning', "overriding recipe for target 'x'"],
        ['/w/bldc/Makefile', 1, 'warning', 'Clock skew detected.  Your build may be incomplete.'],
        ['/w/bldc/Makefile', 1, 'error', 'No targets'],
      ],
    );
  });

  it('stand in for a tool that failed without a word', () => {
    const { all } = parse(
      'make[1]: *** [make/fw.mk:60: x.bin] Error 1\nmake: *** [Makefile:1: fw_60] Error 2',
    );
    assert.equal(all.length, 1);
    assert.equal(all[0]?.message, 'The recipe for x.bin failed with status 1.');
    assert.equal(parse('make: *** [fw_60] Error 2').all[0]?.line, 1);
  });

  it('tell where file names start from', () => {
    const { all } = parse(
      "make[1]: Entering directory '/w/bldc/tests/a'\nx.c:1:1: error: in\n" +
        "make[1]: Leaving directory '/w/bldc/tests/a'\nx.c:1:1: error: out",
    );
    assert.deepEqual(
      all.map(({ file }) => file),
      ['/w/bldc/tests/a/x.c', '/w/bldc/x.c'],
    );
  });

  it('are not mistaken for messages when they are plain output', () => {
    const { all } = parse(
      '********* BUILD: 60 **********\n**WARNING** ARM-SDK not in /x  Please run make\n   text data bss\nDone\n\n' +
        'make[1]: *** Waiting for unfinished jobs....',
    );
    assert.deepEqual(all, []);
  });
});
