import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithCompiler, FirmwareWorkspace } from '../build/firmwareWorkspace';
import { assertDocumented } from './jsonDocs';
import { Bench, buildCli } from './vesc';

describeWithCompiler('vesc build and flash in a workspace', () => {
  let bench: Bench;
  let workspace: FirmwareWorkspace;

  before(() => {
    buildCli();
    bench = new Bench();
    workspace = new FirmwareWorkspace();
  });
  after(async () => {
    workspace.dispose();
    await bench.dispose();
  });

  it('builds a board and tells every field of the contract', async () => {
    const run = await bench.run(['build', '--board', '60', '--json'], { cwd: workspace.root });
    assert.equal(run.status, 0, run.stdout);
    assertDocumented('vesc build', run);
    const { result } = run;
    assert.deepEqual(
      [result['board'], result['hardware'], result['version'], result['commit']],
      ['60', '60', '7.01', workspace.git('rev-parse', 'HEAD')],
    );
    assert.match(result['buildId'] as string, /^vb1-[0-9a-f]{40}$/);
    for (const field of ['image', 'elf']) assert.ok(existsSync(result[field] as string), field);
    for (const { region, used_B, size_B } of result['memory'] as Record<string, unknown>[]) {
      assert.deepEqual([typeof region, typeof used_B, typeof size_B], ['string', 'number', 'number']);
    }
    assert.ok((result['memory'] as unknown[]).length > 0);
    assert.deepEqual(result['diagnostics'], []);
    assert.equal(typeof result['duration_ms'], 'number');
  });

  it('lists the boards, asks for one, and knows names that are nearly right', async () => {
    const list = await bench.run(['build', '--list', '--json', '--workspace', workspace.root]);
    assertDocumented('vesc build --list', list);
    assert.ok((list.result['boards'] as { board: string }[]).some(({ board }) => board === '60_mk6'));
    const none = await bench.run(['build', '--json'], { cwd: workspace.root });
    assert.deepEqual([none.status, none.error.code], [2, 'no-board']);
    const wrong = await bench.run(['build', '--board', '60mk6', '--json'], { cwd: workspace.root });
    assert.deepEqual([wrong.status, wrong.error.code], [2, 'unknown-board']);
    assert.match(wrong.error.next, /60_mk6/);
    const elsewhere = await bench.run(['build', '--board', '60', '--json'], {
      cwd: bench.makeFolder('nothing'),
    });
    assert.deepEqual([elsewhere.status, elsewhere.error.code], [2, 'no-firmware-tree']);
  });

  it('flashes what it builds, and knows the board again', async () => {
    const { port } = await bench.simulate('--hardware', '60_MK6');
    const flash = await bench.run(['flash', '--json', '--port', port], { cwd: workspace.root });
    assert.equal(flash.status, 0, flash.stdout.slice(-2000));
    assertDocumented('vesc flash', flash);
    const build = flash.result['build'] as { board: string; buildId: string };
    assert.deepEqual(
      [flash.result['verdict'], build.board],
      ['updated', '60_mk6'],
      'the board for its hardware',
    );
    assert.equal(flash.result['buildId'], build.buildId);
    const again = await bench.run(['flash', '--port', port], { cwd: workspace.root });
    assert.match(again.stderr, /Board: 60_mk6 \(the last one flashed there\)/);
    assert.match(again.stdout, /^Already running/);
  });

  it('looks for the controller before it builds', async () => {
    const run = await bench.run(['flash', '--board', '60', '--json', '--port', '/dev/ttyNOPE'], {
      cwd: workspace.root,
    });
    assert.deepEqual([run.status, run.error.code], [3, 'port-not-found']);
    assert.ok(run.lines.every(({ stage }) => stage !== 'build'));
  });

  it('shows the errors of a build that fails as compilers do, and flashes nothing', async () => {
    const before = workspace.read('main.c');
    workspace.write('main.c', `${before}\nint broken = ;\n`);
    const line = before.split('\n').length + 1;
    const text = await bench.run(['build', '--board', '60'], { cwd: workspace.root });
    assert.equal(text.status, 1);
    assert.match(text.stdout, new RegExp(`^main\\.c:${line}:\\d+: error: `));
    const { port } = await bench.simulate();
    const flash = await bench.run(['flash', '--board', '60', '--json', '--port', port], {
      cwd: workspace.root,
    });
    assert.deepEqual([flash.status, flash.result.ok, flash.error.code], [1, false, 'build-failed']);
    const build = flash.result['build'] as { diagnostics: { file: string; line: number }[] };
    assert.deepEqual(
      [build.diagnostics[0]!.file, build.diagnostics[0]!.line],
      [join(workspace.root, 'main.c'), line],
    );
    workspace.write('main.c', before);
  });

  it('is cancelled by Ctrl+C', async () => {
    const vesc = bench.start(['build', '--board', 'boost_150', '--json'], { cwd: workspace.root });
    await vesc.printed(/"stage":"build"/);
    vesc.kill('SIGINT');
    const run = await vesc.ended;
    assert.deepEqual([run.status, run.error.code], [5, 'build-cancelled']);
  });
});
