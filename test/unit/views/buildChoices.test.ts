import assert from 'node:assert/strict';
import type { KeptBuild } from '../../../src/build/buildRecord';
import type { Commit } from '../../../src/build/commitLog';
import { commitRows, noCommitsText } from '../../../src/views/commitWords';
import { keptBuildRows } from '../../../src/views/keptBuildWords';

const id = (digit: number): string => `vb1-${String(digit).repeat(40)}`;
const build = (digit: number, more: Partial<KeptBuild> = {}): KeptBuild => ({
  buildId: id(digit),
  board: '60',
  hardware: '60',
  version: '7.01',
  tree: '/w/bldc',
  commit: '0123456789abcdef0123456789abcdef01234567',
  changedFiles: [],
  makeArguments: [],
  compiler: { path: '/gcc', version: '12.2.1' },
  date: '2026-01-01T00:00:00.000Z',
  elf: '/data/60.elf',
  flashed: undefined,
  ...more,
});

describe('the pick of earlier builds', () => {
  it('offers the build before the one that runs first, and other hardware last', () => {
    const builds = [build(4, { board: '410', hardware: '410' }), build(3), build(2), build(1)];
    const rows = keptBuildRows(builds, '60', id(3));
    assert.deepEqual(
      rows.map((row) => row.build.buildId),
      [id(2), id(1), id(3), id(4)],
    );
    assert.deepEqual(
      keptBuildRows(builds, '60', id(2)).map((row) => row.build.buildId),
      [id(1), id(2), id(3), id(4)],
    );
    assert.equal(keptBuildRows(builds, undefined, undefined)[0]?.build.buildId, id(4));
    assert.match(rows[2]!.label, /pass-filled/);
    assert.match(rows[2]!.description, /runs now/);
    assert.match(rows[3]!.description, /for other hardware: 410/);
  });

  it('tells what each build was made from', () => {
    const [row] = keptBuildRows(
      [
        build(1, {
          branch: 'main',
          changedFiles: ['a.c', 'b.c', 'c.c', 'd.c', 'e.c'],
          makeArguments: ['USE_LISPBM=0'],
          flashed: '2026-01-02T00:00:00.000Z',
        }),
      ],
      undefined,
      undefined,
    );
    assert.equal(row?.description, '7.01 · 01234567 on main, changed');
    assert.match(
      row.detail,
      /^vb1-11111111 · ran on a controller at .* · USE_LISPBM=0 · changed: a\.c, b\.c, c\.c and 2 others$/,
    );
    const bare = build(2);
    const { commit: _, version: __, hardware: ___, ...old } = bare;
    const [plain] = keptBuildRows([old], '60', undefined);
    assert.equal(plain?.description, 'for other hardware: unknown');
    assert.match(plain.detail, /no changed files/);
  });
});

describe('the commits between controller and workspace', () => {
  const commit = (subject: string): Commit => ({
    hash: 'ab'.repeat(20),
    subject,
    author: 'Ada',
    date: '2026-01-01T00:00:00Z',
  });

  it('stand under headings that say which side has them', () => {
    const rows = commitRows({ running: 'x', missing: [commit('Fix $(zap) it')], extra: [commit('Mine')] });
    assert.deepEqual(
      rows.map(({ label }) => label),
      [
        'Checked out here, not in the controller: 1',
        '$(git-commit) Fix $ (zap) it',
        'In the controller, not checked out here: 1',
        '$(git-commit) Mine',
      ],
    );
    assert.match(rows[1]?.description ?? '', /^abababab · Ada · 2026-01-0/);
    assert.deepEqual(commitRows({ running: 'x', missing: [], extra: [] }), []);
  });

  it('are none for a reason', () => {
    const same = { running: 'x', missing: [], extra: [] };
    const say = (...rest: [string | undefined, typeof same | undefined, Partial<KeptBuild>?]): string => {
      const [hash, between, record] = rest;
      return noCommitsText('60', hash, between, record && build(1, record));
    };
    assert.match(say(undefined, undefined), /does not tell the commit/);
    assert.match(say('abcdef12', undefined), /never seen/);
    assert.match(say('abcdef12', same), /checked out here \(abcdef12\)\.$/);
    assert.match(say('abcdef12', same, {}), /without changed files\.$/);
    const files = Array.from({ length: 12 }, (_, i) => `${i}.c`);
    assert.match(
      say('abcdef12', same, { changedFiles: files }),
      /with changes in 0\.c, .*, 9\.c and 2 other files\.$/,
    );
  });
});
