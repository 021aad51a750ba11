import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { commitsBetween, readCommit } from '../../src/build/commitLog';
import { headLog } from '../../src/build/gitState';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

describeWithCompiler('the commits between a controller and the workspace', () => {
  let workspace: FirmwareWorkspace;
  let first: string;
  before(() => {
    workspace = new FirmwareWorkspace();
    first = workspace.git('rev-parse', 'HEAD');
  });
  after(() => workspace.dispose());
  const between = (reported: string) => commitsBetween({ root: workspace.root }, reported, workspace.host);

  it('are those that git counts, the latest first, whatever their subjects hold', async () => {
    workspace.commit('Second | with "quotes"');
    workspace.commit('Third');
    const found = await between(`${first.slice(0, 12)}-dirty`);
    assert.equal(found?.running, first);
    assert.deepEqual(
      found.missing.map(({ subject, author }) => [subject, author]),
      [
        ['Third', 'Test'],
        ['Second | with "quotes"', 'Test'],
      ],
    );
    assert.deepEqual(found.extra, []);
    workspace.git('checkout', '--quiet', '-b', 'other', first);
    const other = workspace.commit('Elsewhere');
    workspace.git('checkout', '--quiet', 'main');
    const diverged = await between(other);
    assert.deepEqual(
      [diverged?.missing.length, diverged?.extra.map(({ subject }) => subject)],
      [2, ['Elsewhere']],
    );
  });

  it('are unknown for a commit of another tree, and for no commit at all', async () => {
    assert.equal(await between('f'.repeat(40)), undefined);
    assert.equal(await between('--all'), undefined);
  });

  it('can be read one by one, and nothing else can', async () => {
    workspace.write('notes.c', 'int notes;\n');
    const hash = workspace.commit('Add notes');
    const text = await readCommit({ root: workspace.root }, hash, workspace.host);
    assert.match(text ?? '', /Add notes[\s\S]*notes\.c[\s\S]*\+int notes;/);
    for (const wrong of ['HEAD', '--help', 'f'.repeat(40)])
      assert.equal(await readCommit({ root: workspace.root }, wrong, workspace.host), undefined);
    workspace.write('notes.c', 'x\n'.repeat(1_000_000));
    const long = await readCommit({ root: workspace.root }, workspace.commit('Long'), workspace.host);
    assert.ok(long && long.length < 1_000_100);
  });

  it('change when a line is added to the log of HEAD, which a worktree has elsewhere', async () => {
    assert.equal(
      await headLog(workspace.root, workspace.host),
      path.join(workspace.root, '.git', 'logs', 'HEAD'),
    );
    const worktree = path.join(workspace.folder, 'worktree');
    execFileSync('git', ['worktree', 'add', '--quiet', worktree], { cwd: workspace.root, stdio: 'ignore' });
    assert.equal(
      await headLog(worktree, workspace.host),
      path.join(workspace.root, '.git', 'worktrees', 'worktree', 'logs', 'HEAD'),
    );
    assert.equal(await headLog(path.dirname(workspace.folder), workspace.host), undefined);
  });
});
