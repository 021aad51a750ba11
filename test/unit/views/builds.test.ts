import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import type { Board } from '../../../src/build/boards';
import type { BuildOptions, BuildRequest, BuildResult } from '../../../src/build/buildResult';
import type { FirmwareTree } from '../../../src/build/firmwareTree';
import { type BuildHost, thisHost } from '../../../src/build/host';
import type { CommitRelation } from '../../../src/build/gitState';
import { BuildRelations } from '../../../src/views/buildRelations';
import { Builds } from '../../../src/views/builds';
import type { Memory } from '../../../src/views/knownPorts';
import { workspaceMemory } from '../../support/workspaceMemory';
import { readSettings } from '../../../src/views/settings';
import { COMMIT, connectedController, identity } from '../../support/controllers';

const tree: FirmwareTree = {
  root: '/tree',
  name: 'tree',
  layout: 'boards',
  buildsCustomBoards: true,
  version: () => Promise.resolve(undefined),
  gitState: () => Promise.resolve(undefined),
};
const board: Board = {
  name: '60',
  header: '/tree/hwconf/hw_60.h',
  source: undefined,
  target: 'fw_60',
  hardwareName: '60',
  vendorFolder: '',
  custom: false,
};
const good: BuildResult = {
  ok: true,
  board: '60',
  hardware: '60',
  commit: COMMIT,
  buildId: `vb1-${COMMIT}`,
  memory: [],
  diagnostics: [],
  duration_ms: 1,
  compiled: 1,
  warnings: [],
};
/** Finds a compiler and a make wherever it is asked, and runs nothing. */
const host: BuildHost = {
  ...thisHost(1),
  env: { PATH: '/bin' },
  platform: 'linux',
  files: {
    ...thisHost(1).files,
    list: () => Promise.resolve([]),
    readText: () => Promise.resolve(undefined),
    status: () => Promise.resolve({ kind: 'file', size_B: 1, modified_ms: 0 }),
    remove: () => Promise.resolve(),
  },
  processes: {
    ...thisHost(1).processes,
    run: () => Promise.resolve({ status: 0, stdout: '14.3.1\nGNU Make 4.3', stderr: '' }),
  },
};

describe('builds', () => {
  let asked: BuildRequest[];
  let answer: (options: BuildOptions) => Promise<BuildResult>;
  let kept: Memory;
  let builds: Builds;
  const job = { tree, board };
  const options = () => ({ signal: new AbortController().signal, onOutput: () => undefined });
  beforeEach(() => {
    asked = [];
    answer = () => Promise.resolve(good);
    kept = workspaceMemory();
    const builder = {
      build: (request: BuildRequest, given: BuildOptions = {}) => {
        asked.push(request);
        return answer(given);
      },
    };
    const values: Record<string, unknown> = { makeArguments: ['A=1'] };
    builds = new Builds({
      builder,
      host,
      settings: () => readSettings({ get: (key) => values[key] }),
      memory: kept,
    });
  });

  it('remember the last build of a board, also in the next session', async () => {
    assert.deepEqual(builds.activeBuild(board), { hardware: '60' });
    await builds.run(job, options());
    assert.equal(builds.resultOf(board), good);
    const expected = { hardware: '60', commit: COMMIT, buildId: `vb1-${COMMIT}` };
    assert.deepEqual(builds.activeBuild(board), expected);
    const next = new Builds({
      builder: { build: () => Promise.resolve(good) },
      host,
      settings: () => readSettings({ get: () => '' }),
      memory: kept,
    });
    assert.deepEqual(next.activeBuild(board), expected);
    assert.equal(next.activeBuild(undefined), undefined);
  });

  it('keep the last good build when one fails', async () => {
    await builds.run(job, options());
    answer = () => Promise.resolve({ ...good, ok: false });
    await builds.run(job, options());
    assert.equal(builds.activeBuild(board)?.buildId, good.buildId);
    assert.equal(builds.resultOf(board)?.ok, false);
  });

  it('take the arguments of the job, else those of the settings', async () => {
    await builds.run(job, options());
    await builds.run({ ...job, makeArguments: ['B=2'] }, options());
    assert.deepEqual(
      asked.map(({ makeArguments }) => makeArguments),
      [['A=1'], ['B=2']],
    );
  });

  it('tell how far they are', async () => {
    const seen: (number | undefined)[] = [];
    builds.onChange(() => seen.push(builds.running?.progress?.done));
    answer = ({ onProgress }) => {
      onProgress?.({ done: 1, total: 2, file: 'a.c' });
      return Promise.resolve(good);
    };
    await builds.run(job, options());
    assert.deepEqual(seen, [undefined, 1, undefined]);
    assert.equal(builds.running, undefined);
  });

  it('run one at a time and stop when told to', async () => {
    answer = ({ signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('stopped'))));
    const first = builds.run(job, options());
    await assert.rejects(builds.run(job, options()), (error) => isVescError(error, 'build-busy'));
    // The toolchain is looked for first.
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    builds.cancel();
    await assert.rejects(first, /stopped/);
    assert.equal(builds.running, undefined);
  });

  it('forget their results when all is cleaned', async () => {
    await builds.run(job, options());
    await builds.clean(tree);
    assert.equal(builds.resultOf(board), undefined);
  });
});

describe('relations to the build', () => {
  it('ask git once a commit, and tell when it has answered', async () => {
    const questions: string[] = [];
    let fired = 0;
    const relations = new BuildRelations({
      activeBuild: () => ({ hardware: '60' }),
      compare: (commit): Promise<CommitRelation> => {
        questions.push(commit);
        return Promise.resolve({ relation: 'behind', commits: 2 });
      },
    });
    relations.onChange(() => fired++);
    const controller = connectedController(identity({ commit: COMMIT }));
    assert.equal(relations.of(controller), undefined);
    assert.equal(relations.of(controller), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(relations.of(controller), { kind: 'behind', commits: 2 });
    assert.deepEqual([questions.length, fired], [1, 1]);
    relations.refresh();
    assert.equal(relations.of(controller), undefined);
    assert.equal(questions.length, 2);
  });

  it('know without git what tells its build itself', () => {
    const relations = new BuildRelations({
      activeBuild: () => ({ hardware: '60', buildId: 'vb1-x' }),
      compare: () => Promise.reject(new Error('no git')),
    });
    assert.deepEqual(relations.of(connectedController(identity({ buildId: 'vb1-x' }))), {
      kind: 'this-build',
    });
    assert.deepEqual(relations.of(connectedController(identity({}, { hardware: '410' }))), {
      kind: 'other-hardware',
      expected: '60',
    });
  });

  it('do not take an answer from before for the one to a new question', async () => {
    const answers: ((relation: CommitRelation) => void)[] = [];
    const relations = new BuildRelations({
      activeBuild: () => undefined,
      compare: () => new Promise((resolve) => answers.push(resolve)),
    });
    const controller = connectedController(identity({ commit: COMMIT }));
    relations.of(controller);
    relations.refresh();
    relations.of(controller);
    answers[0]?.({ relation: 'same' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(relations.of(controller), undefined);
    answers[1]?.({ relation: 'diverged', behind: 1, ahead: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(relations.of(controller), { kind: 'diverged', behind: 1, ahead: 1 });
  });
});
