import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { defineCommand } from '../../../src/cli/command';
import { commandTable } from '../../../src/cli/commandTable';
import { runWith } from './fakeContext';

const works = defineCommand({
  name: 'works',
  summary: 'works well',
  options: { size: { type: 'string', value: 'N', help: 'how big' } },
  positionals: { usage: '[WHAT]', max: 1 },
  details: ['More about it.'],
  examples: ['vesc works'],
  run({ report }, { options, positionals }) {
    report.result({ size: options.size, positionals }, [`size ${options.size ?? 'none'}`]);
    return Promise.resolve(0);
  },
});

function fails(error: unknown): ReturnType<typeof defineCommand> {
  return defineCommand({
    name: 'fails',
    summary: 'fails',
    options: {},
    details: [],
    run: () => Promise.reject(error as Error),
  });
}

describe('the command line', () => {
  it('runs the command with what was given', async () => {
    const text = await runWith(['works', '--size', '3', 'x'], { commands: [works] });
    assert.deepEqual([text.status, text.stdout.text], [0, 'size 3\n']);
    const json = await runWith(['works', '--json'], { commands: [works] });
    assert.deepEqual(json.lines(), [{ type: 'result', ok: true, positionals: [] }]);
  });

  it('puts the core together only for a command that runs, and lets go of it', async () => {
    let disposed = 0;
    const core = { dispose: () => void disposed++ };
    await runWith(['works'], { commands: [works], core });
    assert.equal(disposed, 1);
    await runWith(['fails'], { commands: [fails(new VescError('no-controller', { others: [] }))], core });
    assert.equal(disposed, 2);
    for (const args of [['--help'], ['works', '--help'], ['wroks'], ['--version']])
      await runWith(args, { core });
    assert.equal(disposed, 2);
  });

  it("exits with the error's status and tells it in both forms", async () => {
    const commands = [fails(new VescError('port-busy', { path: '/dev/x' }))];
    const text = await runWith(['fails'], { commands });
    assert.equal(text.status, 3);
    assert.match(text.stderr.text, /^Error: \/dev\/x is in use/);
    const json = await runWith(['fails', '--json'], { commands });
    assert.equal(json.status, 3);
    const [result] = json.lines();
    assert.deepEqual([result!['ok'], (result!['error'] as { code: string }).code], [false, 'port-busy']);
  });

  it('calls a fault of ours a fault of ours', async () => {
    for (const thrown of [new TypeError('x is not a function'), 'text']) {
      const run = await runWith(['fails', '--json'], { commands: [fails(thrown)] });
      assert.equal(run.status, 1);
      const error = run.lines()[0]!['error'] as { code: string; happened: string };
      assert.equal(error.code, 'internal');
      assert.match(error.happened, /x is not a function|text/);
    }
  });

  it('knows help in every form', async () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const run = await runWith(args, { commands: [works] });
      assert.equal(run.status, 0);
      assert.match(run.stdout.text, /Commands:\n {2}works {2}works well\n/);
    }
    for (const args of [
      ['works', '--help'],
      ['works', '-h'],
      ['help', 'works'],
      ['works', '--nonsense', '--help'],
    ]) {
      const run = await runWith(args, { commands: [works] });
      assert.equal(run.status, 0);
      assert.match(run.stdout.text, /Usage: vesc works \[WHAT\] \[options\]\n\nMore about it\./);
      assert.match(run.stdout.text, /--size N +how big\n/);
      assert.match(run.stdout.text, /Examples:\n {2}vesc works\n/);
    }
  });

  it('takes --json and --help behind -- for words', async () => {
    const run = await runWith(['works', '--', '--help'], { commands: [works] });
    assert.deepEqual([run.status, run.stdout.text], [0, 'size none\n']);
  });

  it('knows mistakes', async () => {
    const unknown = await runWith(['wroks', '--json'], { commands: [works] });
    assert.equal(unknown.status, 2);
    const error = unknown.lines()[0]!['error'] as { code: string; next: string };
    assert.deepEqual([error.code, error.next], ['usage', 'Did you mean vesc works? See vesc --help.']);
    const option = await runWith(['--jsn'], { commands: [works] });
    assert.deepEqual([option.status, option.stdout.text], [2, '']);
    const nothing = await runWith([], { commands: [works] });
    assert.deepEqual([nothing.status, nothing.stdout.text], [2, '']);
  });

  it('has names and letters that stand for one thing each', () => {
    assert.equal(new Set(commandTable.map(({ name }) => name)).size, commandTable.length);
    for (const { name, options } of commandTable) {
      const letters = Object.values(options).flatMap(({ short }) => short ?? []);
      assert.equal(new Set(letters).size, letters.length, name);
      assert.ok(options['json'] && options['help'], name);
      for (const [option, { type, value }] of Object.entries(options)) {
        assert.equal(type === 'string', value !== undefined, `${name} --${option} says what it takes`);
      }
    }
  });
});
