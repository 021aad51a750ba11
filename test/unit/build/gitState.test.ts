import assert from 'node:assert/strict';
import { compareCommits, parseStatus, readGitState } from '../../../src/build/gitState';
import { type Answer, FakeProcesses } from './fakeProcesses';

const head = 'b9d287b3b8323f4b02618b02dc55e57d54a84996';
const gitThat = (answers: Record<string, Answer>) => ({
  processes: new FakeProcesses(({ args }) => answers[args[0]!] ?? answers[args.join(' ')] ?? { status: 128 }),
  env: { HOME: '/home' },
});

describe('readGitState', () => {
  const answers = {
    'rev-parse --verify HEAD': { stdout: `${head}\n` },
    'rev-parse --show-prefix': { stdout: 'sub/\n' },
    'symbolic-ref': { stdout: 'master\n' },
    status: { stdout: ' M sub/main.c\0?? sub/build/x.o\0R  sub/b.c\0sub/a.c\0A  sub/new.c\0' },
    describe: { stdout: '6.00-1429-gb9d287b3-dirty\n' },
  };

  it('tells commit, branch and what changed, without build output', async () => {
    const host = gitThat(answers);
    assert.deepEqual(await readGitState('/w', host), {
      commit: head,
      branch: 'master',
      changedFiles: ['main.c', 'b.c', 'new.c'],
      dirty: true,
      describe: '6.00-1429-gb9d287b3-dirty',
    });
    for (const { options } of host.processes.calls) {
      assert.equal(options.cwd, '/w');
      assert.equal(options.env?.['GIT_OPTIONAL_LOCKS'], '0');
    }
  });

  it('does without a branch and a tag', async () => {
    const { 'symbolic-ref': branch, describe: tag, ...rest } = answers;
    assert.ok(branch && tag);
    const state = await readGitState('/w', gitThat(rest));
    assert.equal(state?.branch, undefined);
    assert.equal(state?.describe, head.slice(0, 8));
  });

  it('knows nothing outside of a checkout, or without git', async () => {
    assert.equal(await readGitState('/w', gitThat({})), undefined);
    const none = { processes: new FakeProcesses(() => undefined), env: {} };
    assert.equal(await readGitState('/w', none), undefined);
  });

  it('is clean when nothing is listed', () => assert.deepEqual(parseStatus('', ''), []));
});

describe('compareCommits', () => {
  const compare = (reported: string, counts: string) =>
    compareCommits(
      { root: '/w' },
      reported,
      gitThat({ 'rev-parse': { stdout: `${head}\n` }, 'rev-list': { stdout: counts } }),
    );

  it('tells which way and how far', async () => {
    assert.deepEqual(await compare(head, '0\t0\n'), { relation: 'same' });
    assert.deepEqual(await compare(head, '0\t3\n'), { relation: 'behind', commits: 3 });
    assert.deepEqual(await compare(head, '2\t0\n'), { relation: 'ahead', commits: 2 });
    assert.deepEqual(await compare(head, '2\t3\n'), { relation: 'diverged', ahead: 2, behind: 3 });
    assert.deepEqual(await compare(head, ''), { relation: 'unknown' });
  });

  it('asks for the bare hash, whatever hangs on it', async () => {
    for (const reported of [`${head}-dirty`, `${head}.vb1-${'0'.repeat(40)}`, head.slice(0, 8)]) {
      const host = gitThat({ 'rev-parse': { stdout: head }, 'rev-list': { stdout: '0 0' } });
      assert.deepEqual(await compareCommits({ root: '/w' }, reported, host), { relation: 'same' }, reported);
      assert.match(host.processes.calls[0]!.args.at(-1)!, /^[0-9a-f]{8,40}\^\{commit\}$/);
    }
  });

  it('does not know commits of other trees, nor what is no commit', async () => {
    assert.deepEqual(await compareCommits({ root: '/w' }, head, gitThat({})), { relation: 'unknown' });
    for (const reported of ['', 'undefined', '--all', 'abc', `${head}00`]) {
      const host = gitThat({ 'rev-parse': { stdout: head } });
      assert.deepEqual(
        await compareCommits({ root: '/w' }, reported, host),
        { relation: 'unknown' },
        reported,
      );
      assert.equal(host.processes.calls.length, 0);
    }
  });
});
