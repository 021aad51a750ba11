import * as path from 'node:path';
import { VescError } from '../base/errors';
import type { Diagnostic } from './diagnostics/diagnostic';
import { flatten, OutputParser } from './diagnostics/outputParser';
import type { FirmwareTree } from './firmwareTree';
import { GtestParser, type TestOutcome } from './gtestOutput';
import type { BuildHost } from './host';
import { makeEnvironment, requirePlainPath } from './make';
import { findMake, searchPath } from './toolchain';
import type { UnitTestProgram } from './unitTests';

/** How a run of one program ended. */
export interface UnitTestRun {
  /** False when it could not be built, or ended otherwise than with all tests passed or some failed. */
  readonly ran: boolean;
  /** What the compiler and make complained about. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface UnitTestOptions {
  /** Names of tests (`Suite.Test`) to run; all without it. */
  readonly only?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onOutput?: (line: string) => void;
  readonly onStart?: (test: string) => void;
  readonly onEnd?: (outcome: TestOutcome) => void;
}

/** Where packages of Linux distributions and Homebrew put the sources, which the trees' makefiles compile. */
const GTEST_PLACES = ['/usr/src/googletest/googletest', '/usr/src/gtest', '/opt/homebrew/src/gtest'];

/**
 * Builds a program of tests and runs it.
 * @throws VescError `no-gtest`, `no-make`, `tree-path-unusable`; `build-cancelled` when it was cancelled
 */
export async function runUnitTests(
  tree: FirmwareTree,
  program: UnitTestProgram,
  host: BuildHost,
  options: UnitTestOptions = {},
): Promise<UnitTestRun> {
  requirePlainPath(tree.root);
  const { make } = await findMake(host);
  const gtest = await findGtest(tree, host);
  const output = new OutputParser(tree.root);
  let ended = 0;
  const tests = new GtestParser(program.folder, {
    started: (test) => options.onStart?.(test),
    ended: (outcome) => {
      ended++;
      options.onEnd?.(outcome);
    },
  });
  const args = [
    '--no-print-directory',
    `ut_${program.name}_run`,
    `BUILD_DIR=${path.join(tree.root, 'build', 'vesc', 'tests')}`,
    `GTEST_DIR=${gtest}`,
  ];
  const filter = options.only === undefined ? '*' : options.only.join(':');
  const result = await host.processes
    .run(make, args, {
      cwd: tree.root,
      env: { ...makeEnvironment(searchPath(host), host), GTEST_FILTER: filter, GTEST_COLOR: 'no' },
      signal: options.signal,
      onLine: (line) => {
        options.onOutput?.(line);
        tests.line(line);
        output.line(line);
      },
    })
    .catch(() => undefined);
  tests.finish();
  if (options.signal?.aborted) throw new VescError('build-cancelled', { board: `the tests ${program.name}` });
  const diagnostics = flatten(output.finish()).filter(({ file }) => file !== '');
  // make says of failed tests, too, that a recipe failed; the tests have told it better.
  return { ran: ended > 0 || result?.status === 0, diagnostics: ended > 0 ? [] : diagnostics };
}

/** The folder with Google Test's `src` and `include`: the tree's own, else the system's. */
async function findGtest(tree: FirmwareTree, { files, platform }: BuildHost): Promise<string> {
  const tools = path.join(tree.root, 'tools');
  const own = (await files.list(tools)).filter(
    ({ kind, name }) => kind === 'folder' && /^(?:gtest|googletest)/.test(name),
  );
  const places = [...own.map(({ name }) => path.join(tools, name)), ...GTEST_PLACES];
  for (const place of places)
    if ((await files.status(path.join(place, 'src', 'gtest-all.cc')))?.kind === 'file') return place;
  const system =
    platform === 'linux' ? ', or install it: sudo apt install libgtest-dev g++ (Debian, Ubuntu)' : '';
  throw new VescError('no-gtest', {
    looked: places,
    advice: `Run "make gtest_install" in ${tree.root}${system}.`,
  });
}
