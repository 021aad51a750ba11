import * as path from 'node:path';
import type { Files } from './files';
import type { FirmwareTree } from './firmwareTree';

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

const MACRO = /^[ \t]*(?:TYPED_)?TEST(?:_[FP])?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)/gm;
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
