import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { GtestParser, type TestOutcome } from '../../../src/build/gtestOutput';
import type { BuildHost } from '../../../src/build/host';
import { runUnitTests } from '../../../src/build/unitTestRun';
import { findUnitTests, readTests } from '../../../src/build/unitTests';
import { VirtualClock } from '../../support/virtualClock';
import { fakeTree as tree } from './fakeTree';
import { type Call, FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const SOURCE =
  'class A : public testing::Test {};\n\nTEST_F(A, Works) {\n}\n  TEST(B,\n    Too) {}\n// TEST(C, Not)\n';
const OUTPUT = [
  'Running main() from gtest_main.cc',
  '[==========] Running 4 tests from 2 test suites.',
  '[ RUN      ] A.Works',
  '[       OK ] A.Works (3 ms)',
  '[ RUN      ] B.Fails',
  'something the code printed',
  'unittest.cpp:20: Failure',
  'Expected equality of these values:',
  '  f(1)',
  '    Which is: 2',
  '/abs/other.cpp:7: Failure',
  'Value of: ok',
  '[  FAILED  ] B.Fails (1 ms)',
  '[ RUN      ] B.Skips',
  '[  SKIPPED ] B.Skips (0 ms)',
  '[ RUN      ] B.Says',
  '[  FAILED  ] B.Says, where GetParam() = 4 (2 ms)',
  '[ RUN      ] B.Crashes',
  'Segmentation fault',
];

function read(lines: readonly string[]): { started: string[]; ended: TestOutcome[] } {
  const started: string[] = [];
  const ended: TestOutcome[] = [];
  const parser = new GtestParser('/w/bldc/tests/x', {
    started: (test) => started.push(test),
    ended: (outcome) => ended.push(outcome),
  });
  for (const line of lines) parser.line(line);
  parser.finish();
  parser.finish();
  return { started, ended };
}

describe('what Google Test prints', () => {
  const { started, ended } = read(OUTPUT);

  it('tells how each test went', () => {
    assert.deepEqual(started, ['A.Works', 'B.Fails', 'B.Skips', 'B.Says', 'B.Crashes']);
    assert.deepEqual(
      ended.map(({ test, state, duration_ms }) => [test, state, duration_ms]),
      [
        ['A.Works', 'passed', 3],
        ['B.Fails', 'failed', 1],
        ['B.Skips', 'skipped', 0],
        ['B.Says', 'failed', 2],
        ['B.Crashes', 'failed', undefined],
      ],
    );
  });

  it('tells where a test failed, and what else it said', () => {
    assert.deepEqual(ended[1]?.failures, [
      { file: undefined, line: undefined, message: 'something the code printed' },
      {
        file: '/w/bldc/tests/x/unittest.cpp',
        line: 20,
        message: 'Expected equality of these values:\n  f(1)\n    Which is: 2',
      },
      { file: '/abs/other.cpp', line: 7, message: 'Value of: ok' },
    ]);
    assert.deepEqual(ended[3]?.failures, [{ file: undefined, line: undefined, message: 'It failed.' }]);
    assert.match(ended[4]?.failures[0]?.message ?? '', /Segmentation fault\nThe program ended/);
  });

  it('knows the other way of naming a place, and a test that follows one that did not end', () => {
    const { ended } = read([
      '[ RUN      ] A.A',
      'x.cpp(3): error: bad',
      '[ RUN      ] A.B',
      '[       OK ] A.B (1 ms)',
    ]);
    assert.deepEqual(ended[0]?.failures[0], {
      file: '/w/bldc/tests/x/x.cpp',
      line: 3,
      message: 'bad\nThe program ended in the middle of this test.',
    });
    assert.equal(ended[1]?.state, 'passed');
  });
});

describe('the unit tests of a tree', () => {
  const GTEST = '/usr/src/googletest/googletest/src/gtest-all.cc';
  const setUp = (
    answer: (call: Call) => { status?: number; stdout?: string; stderr?: string } | undefined,
  ) => {
    const files = new MemoryFiles({
      '/bin/make': '',
      [GTEST]: '',
      '/w/bldc/Makefile': 'ALL_UNITTESTS := x \\\n  gone ../etc\n',
      '/w/bldc/tests/x/unittest.cpp': SOURCE,
      '/w/bldc/tests/x/app.h': 'TEST(No, No)',
    });
    const processes = new FakeProcesses((call) =>
      call.args.includes('--version') ? { stdout: 'GNU Make 4.3\n' } : answer(call),
    );
    const host: BuildHost = {
      files,
      processes,
      clock: new VirtualClock(),
      env: { PATH: '/bin', MAKEFLAGS: '-n' },
      platform: 'linux',
      processors: 1,
    };
    return { files, processes, host };
  };

  it('are those that its Makefile builds and its sources declare', async () => {
    const { files } = setUp(() => ({}));
    const programs = await findUnitTests(tree, files);
    assert.deepEqual(
      programs.map(({ name, tests }) => [name, tests.map(({ id, line }) => [id, line])]),
      [
        [
          'x',
          [
            ['A.Works', 3],
            ['B.Too', 5],
          ],
        ],
        ['gone', []],
      ],
    );
    assert.deepEqual(await findUnitTests({ ...tree, root: '/other' }, files), []);
    assert.deepEqual(readTests('a', ''), []);
  });

  it('are built and run by make, all of them or some', async () => {
    const { host, processes, files } = setUp(() => ({ status: 2, stdout: `${OUTPUT.join('\n')}\n` }));
    const [program] = await findUnitTests(tree, files);
    const lines: string[] = [];
    const ended: string[] = [];
    const result = await runUnitTests(tree, program!, host, {
      only: ['A.Works', 'B.Fails'],
      onOutput: (line) => lines.push(line),
      onEnd: ({ test }) => ended.push(test),
    });
    assert.deepEqual([result.ran, result.diagnostics.length, ended.length], [true, 0, 5]);
    assert.equal(lines.length, OUTPUT.length);
    const [, call] = processes.calls;
    assert.deepEqual(call?.args, [
      '--no-print-directory',
      'ut_x_run',
      'BUILD_DIR=/w/bldc/build/vesc/tests',
      'GTEST_DIR=/usr/src/googletest/googletest',
    ]);
    assert.equal(call.options.env?.['GTEST_FILTER'], 'A.Works:B.Fails');
    assert.equal(call.options.env['MAKEFLAGS'], undefined);
  });

  it('that cannot be built tell why', async () => {
    const stderr = "make[1]: *** No rule to make target '/w/bldc/gone.c', needed by 'gone.o'.  Stop.\n";
    const { host, files } = setUp(() => ({ status: 2, stderr }));
    const [program] = await findUnitTests(tree, files);
    const { ran, diagnostics } = await runUnitTests(tree, program!, host);
    assert.equal(ran, false);
    assert.match(diagnostics[0]?.message ?? '', /No rule to make target/);
    const broken = setUp(() => undefined);
    assert.equal((await runUnitTests(tree, program!, broken.host)).ran, false);
  });

  it('take Google Test of the tree first, and say what to install where there is none', async () => {
    const { host, files, processes } = setUp(() => ({}));
    const [program] = await findUnitTests(tree, files);
    files.put('/w/bldc/tools/gtest-1.11.0/src/gtest-all.cc', '');
    assert.equal((await runUnitTests(tree, program!, host)).ran, true);
    assert.ok(processes.calls.at(-1)?.args.includes('GTEST_DIR=/w/bldc/tools/gtest-1.11.0'));
    await files.remove('/w/bldc/tools');
    await files.remove(GTEST);
    const refused = runUnitTests(tree, program!, host);
    await assert.rejects(
      refused,
      (error) => isVescError(error, 'no-gtest') && error.message.includes('libgtest-dev'),
    );
    const mac = runUnitTests(tree, program!, { ...host, platform: 'darwin' });
    await assert.rejects(
      mac,
      (error) => isVescError(error, 'no-gtest') && !error.message.includes('libgtest-dev'),
    );
  });

  it('can be cancelled', async () => {
    const { host, files } = setUp(() => ({}));
    const [program] = await findUnitTests(tree, files);
    const signal = AbortSignal.abort();
    await assert.rejects(runUnitTests(tree, program!, host, { signal }), (error) =>
      isVescError(error, 'build-cancelled'),
    );
  });
});
