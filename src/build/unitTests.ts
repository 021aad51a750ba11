import * as path from 'node:path';
import { VescError } from '../base/errors';
import { flatten, OutputParser } from './diagnostics/outputParser';
import type { Diagnostic } from './diagnostics/diagnostic';
import type { Files } from './files';
import type { FirmwareTree } from './firmwareTree';
import { GtestParser, type TestOutcome } from './gtestOutput';
import type { BuildHost } from './host';
import { makeEnvironment, requirePlainPath } from './make';
import { findMake, searchPath } from './toolchain';

/** One test of a tree, as its source declares it. */
export interface UnitTest {
  /** `Suite.Test`. */
  readonly id: string;
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
}

/** A program of tests: a folder under `tests`, built and run by make as `ut_<name>`. */
export interface UnitTestProgram {
  readonly name: string;
  readonly folder: string;
  readonly tests: readonly UnitTest[];
}

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

const MACRO = /^[ \t]*(?:TYPED_)?TEST(?:_[FP])?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)/gm;
/** Where packages of Linux distributions and Homebrew put the sources, which the trees' makefiles compile. */
const GTEST_PLACES = ['/usr/src/googletest/googletest', '/usr/src/gtest', '/opt/homebrew/src/gtest'];
const MOST_PROGRAMS = 100;

/** The unit tests that `make all_ut` of a tree builds (Google Test); none where the tree has no such target. */
export async function findUnitTests(tree: FirmwareTree, files: Files): Promise<UnitTestProgram[]> {
  const makefile = (await files.readText(path.join(tree.root, 'Makefile'))) ?? '';
  const names = /^ALL_UNITTESTS\s*:?=\s*((?:.*\\\r?\n)*.*)$/m.exec(makefile)?.[1] ?? '';
  const programs: UnitTestProgram[] = [];
  for (const name of names
    .split(/[\s\\]+/)
    .filter((word) => /^\w[\w.-]*$/.test(word))
    .slice(0, MOST_PROGRAMS)) {
    const folder = path.join(tree.root, 'tests', name);
    const tests: UnitTest[] = [];
    for (const entry of await files.list(folder)) {
      if (entry.kind !== 'file' || !/\.(?:cpp|cc)$/.test(entry.name)) continue;
      const file = path.join(folder, entry.name);
      tests.push(...readTests(file, (await files.readText(file)) ?? ''));
    }
    programs.push({ name, folder, tests });
  }
  return programs;
}

/** The tests that the source `text` of `file` declares. */
export function readTests(file: string, text: string): UnitTest[] {
  return [...text.matchAll(MACRO)].map((match) => ({
    id: `${match[1]!}.${match[2]!}`,
    file,
    line: text.slice(0, match.index + match[0].search(/\S/)).split('\n').length,
  }));
}

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
