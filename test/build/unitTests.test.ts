import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { TestOutcome } from '../../src/build/gtestOutput';
import { runUnitTests, type UnitTestRun } from '../../src/build/unitTestRun';
import { findUnitTests } from '../../src/build/unitTests';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

/** Compiles Google Test itself. */
const SLOW_MS = 300_000;
const isHere = existsSync('/usr/src/googletest/googletest/src/gtest-all.cc');

describeWithCompiler('the unit tests of a real tree', function () {
  let workspace: FirmwareWorkspace;
  before(() => (workspace = new FirmwareWorkspace()));
  after(() => workspace.dispose());

  const run = async (only?: string[]): Promise<UnitTestRun & { outcomes: TestOutcome[] }> => {
    const tree = await workspace.tree();
    const [program] = await findUnitTests(tree, workspace.host.files);
    assert.ok(program);
    const outcomes: TestOutcome[] = [];
    const result = await runUnitTests(tree, program, workspace.host, {
      ...(only && { only }),
      onEnd: (outcome) => outcomes.push(outcome),
    });
    return { ...result, outcomes };
  };

  it('are found without building anything', async () => {
    const [program] = await findUnitTests(await workspace.tree(), workspace.host.files);
    assert.deepEqual(
      program?.tests.map(({ id }) => id),
      ['Wrap.KeepsWhatIsInRange', 'Wrap.TurnsTheRestIntoRange', 'Difference.TakesTheShorterWay'],
    );
  });

  if (!isHere && !process.env['CI']) return void it('are not run: libgtest-dev is not installed');

  it('pass, fail at the right line, and name what does not compile', async () => {
    const good = await run();
    assert.deepEqual(
      good.outcomes.map(({ state }) => state),
      ['passed', 'passed', 'passed'],
      good.diagnostics.map(({ message }) => message).join(),
    );
    assert.equal((await run(['Difference.TakesTheShorterWay'])).outcomes.length, 1);

    workspace.edit('util/angle.c', 'degrees += 360.0f', 'degrees += 180.0f');
    const bad = await run();
    const failed = bad.outcomes.filter(({ state }) => state === 'failed');
    assert.ok(failed.length > 0);
    const [place] = failed[0]!.failures;
    assert.equal(place?.file, path.join(workspace.root, 'tests', 'angle', 'unittest.cpp'));
    const line = workspace.read('tests/angle/unittest.cpp').split('\n')[place.line! - 1];
    assert.match(line ?? '', /EXPECT_FLOAT_EQ/);

    workspace.edit('util/angle.c', 'degrees += 180.0f', 'undeclared += 1');
    const broken = await run();
    assert.equal(broken.ran, false);
    assert.deepEqual(broken.outcomes, []);
    assert.match(broken.diagnostics[0]?.message ?? '', /undeclared/);
  }).timeout(SLOW_MS);
});
