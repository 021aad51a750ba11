import assert from 'node:assert/strict';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { assertDocumented } from './jsonDocs';
import { Bench, buildCli } from './vesc';
import { syntheticBootloader } from '../support/syntheticImage';

const ROOT = join(__dirname, '..', '..');

describe('vesc recover', () => {
  const bench = new Bench();
  before(() => buildCli());
  after(() => bench.dispose());

  /** A bricked controller and a healthy one that is wired to it, each in a process of its own. */
  async function bricked(name: string) {
    const dead = await bench.simulate('--brick', '--swd', name);
    const healthy = await bench.simulate('--swd-to', name);
    return { dead, healthy };
  }

  it('brings a controller without firmware back through another one, and proves it', async () => {
    const { dead, healthy } = await bricked(`cli-${process.pid}-a`);
    const image = bench.image('60.bin', { hardware: '60' });
    const bootloader = bench.file('generic.bin', syntheticBootloader());
    assert.equal((await bench.run(['info', '--json', '--port', dead.port])).error.code, 'no-answer');
    const args = [image, '--port', dead.port, '--via', healthy.port, '--bootloader', bootloader, '--json'];
    const run = await bench.run(['recover', ...args]);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assertDocumented('vesc recover', run);
    const { result } = run;
    assert.deepEqual([result['verdict'], result['proof']], ['updated', 'build-identity']);
    assert.equal((result['after'] as { hardware: string }).hardware, '60');
    assert.equal(result['bootloader'], 'written');
    assert.ok(existsSync(result['backupPath'] as string));
    const stages = new Set(run.lines.flatMap(({ type, stage }) => (type === 'progress' ? [stage] : [])));
    for (const stage of ['snapshot', 'erase', 'upload', 'verify', 'reconnect', 'prove'])
      assert.ok(stages.has(stage), stage);
    const info = await bench.run(['info', '--json', '--port', dead.port]);
    const { firmware } = info.result as unknown as { firmware: { buildId: string } };
    assert.equal(firmware.buildId, result['buildId']);
    const again = await bench.run(['recover', image, '--port', dead.port, '--via', healthy.port]);
    assert.match(again.stdout, /^Already running/);
  });

  it('survives a power cut of the one that is programmed: the flash file stays without firmware', async () => {
    const name = `cli-${process.pid}-b`;
    const flash = join(bench.folder, 'flash.bin');
    const first = await bench.simulate('--brick', '--swd', name, '--flash', flash);
    const healthy = await bench.simulate('--swd-to', name);
    const image = bench.image('60.bin', { hardware: '60' });
    const args = ['recover', image, '--via', healthy.port, '--json', '--no-backup'];
    const run = bench.start([...args, '--port', first.port], { input: '' });
    await run.printed(/"stage":"upload"/);
    first.vesc.kill('SIGTERM');
    const broken = await run.ended;
    assert.deepEqual([broken.status, broken.result['verdict']], [7, 'lost']);
    await first.vesc.ended;
    const second = await bench.simulate('--swd', name, '--flash', flash);
    assert.equal((await bench.run(['info', '--json', '--port', second.port])).error.code, 'no-answer');
    const mended = await bench.run([...args, '--port', second.port]);
    assert.deepEqual([mended.status, mended.result['verdict']], [0, 'updated']);
  });

  it('works with a debug adapter just the same', async () => {
    const name = `cli-${process.pid}-c`;
    const dead = await bench.simulate('--brick', '--swd', name);
    const loader = join(ROOT, 'node_modules/tsx/dist/loader.mjs');
    const main = join(ROOT, 'test/support/openocd/main.ts');
    const openocd = bench.file(
      'openocd',
      `#!/bin/sh\nexec "${process.execPath}" --import "${loader}" "${main}" "$@"\n`,
    );
    chmodSync(openocd, 0o755);
    const image = bench.image('60.bin', { hardware: '60' });
    const args = ['recover', image, '--port', dead.port, '--openocd', openocd, '--json'];
    const failing = { VESC_STAND_IN_SWD: name, VESC_STAND_IN_FAILS: 'adapter-permission' };
    const refused = await bench.run([...args, '--adapter', 'st-link'], { env: failing });
    assert.deepEqual([refused.status, refused.error.code], [3, 'adapter-permission']);
    const run = await bench.run(args, { env: { VESC_STAND_IN_SWD: name } });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.deepEqual([run.result['verdict'], run.result['via']], ['updated', 'ST-Link']);
  });

  it('says what is wrong with how it was called', async () => {
    const image = bench.image('60.bin');
    const fails = async (args: string[], pattern: RegExp) => {
      const run = await bench.run(['recover', image, ...args]);
      assert.equal(run.status, 2, run.stderr);
      assert.match(run.stderr, pattern);
    };
    await fails(['--via', 'sim:', '--port', 'sim:'], /cannot program itself/);
    await fails(['--via', 'sim:', '--adapter', 'st-link'], /two different ways/);
    await fails(['--board', '60'], /--board has no meaning for vesc recover FILE/);
    await fails(['--can', '3'], /--can has no meaning for vesc recover without --port/);
    await fails(['--adapter', 'soldering-iron'], /--adapter is one of st-link/);
    const unwired = await bench.run(['recover', image, '--via', 'sim:60', '--json']);
    assert.deepEqual([unwired.status, unwired.error.code], [3, 'swd-no-target']);
    const bad = await bench.run(['simulate', '--swd', '../x']);
    assert.equal(bad.status, 2);
  });
});
