import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describeWithCompiler, FirmwareWorkspace } from '../build/firmwareWorkspace';
import { Bench, buildCli } from './vesc';

describeWithCompiler('vesc crash', () => {
  let bench: Bench;
  let workspace: FirmwareWorkspace;
  /** The flash of a controller that runs a build made here. */
  let flash: string;
  let crashSite: string;

  before(async () => {
    buildCli();
    bench = new Bench();
    workspace = new FirmwareWorkspace();
    flash = join(bench.makeFolder('flash'), 'flash.bin');
    const { vesc, port } = await bench.simulate('--flash', flash);
    const run = await bench.run(['flash', '--board', '60', '--json', '--port', port], {
      cwd: workspace.root,
    });
    assert.equal(run.status, 0, run.stdout.slice(-2000));
    const { elf } = run.result['build'] as { elf: string };
    const symbols = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' });
    crashSite = `0x${/^(\w+) T crash_site$/m.exec(symbols)![1]!}`;
    // Another build takes the place of the one that runs: its ELF must have been kept.
    workspace.edit('motor/mc_interface.c', '#define MIN', `${'\n'.repeat(20)}#define MIN`);
    await workspace.build('60');
    // Its flash is for the one that has crashed.
    vesc.kill();
    await vesc.ended;
  });
  after(async () => {
    workspace.dispose();
    await bench.dispose();
  });

  it('leads from the registers to the line of the build that runs there', async () => {
    const crash = `pc=${crashSite},bfar=0x60000000,cfsr=0x8200`;
    const { port } = await bench.simulate('--flash', flash, '--crash', crash);
    const run = await bench.run(['crash', '--json', '--port', port]);
    assert.equal(run.status, 0, run.stdout);
    const found = run.result['crash'] as Record<string, unknown>;
    assert.deepEqual(run.result['resetFlags'], ['PIN', 'SFT']);
    assert.match(run.result['buildId'] as string, /^vb1-/);
    assert.ok((run.result['elf'] as string).includes(run.result['buildId'] as string));
    const text = workspace.git('show', 'HEAD:motor/mc_interface.c');
    const line = text.slice(0, text.indexOf('crash_site: udf')).split('\n').length;
    const place = found['pc'] as Record<string, unknown>;
    assert.deepEqual(
      [place['function'], place['file'], place['line'], found['culprit']],
      ['run_into_nothing', join(workspace.root, 'motor', 'mc_interface.c'), line, 'pc'],
    );
    assert.deepEqual([found['faultAddress'], found['context']], ['0x60000000', 'in a thread']);
    const words = await bench.run(['crash', '--port', port], { cwd: workspace.root });
    assert.ok(words.stdout.includes(`run_into_nothing (motor/mc_interface.c:${line})`), words.stdout);
    assert.match(words.stdout, /PRECISERR: The instruction at PC/);
  });

  it('takes an ELF that is named, and says when there is none', async () => {
    const port = `sim:60?crash=pc=${crashSite}`;
    const none = await bench.run(['crash', '--json', '--port', port]);
    assert.equal(none.status, 0);
    assert.equal((none.result['crash'] as Record<string, unknown>)['pc'], undefined);
    const elf = join(workspace.root, 'none.elf');
    const missing = await bench.run(['crash', '--json', '--port', port, '--elf', elf]);
    assert.deepEqual([missing.status, missing.error.code], [2, 'file-unreadable']);
  });

  it('leads from the reason of a halt to its line in the tree', async () => {
    const port = 'sim:60?crash=halt:Current offset out of range';
    const run = await bench.run(['crash', '--json', '--port', port], { cwd: workspace.root });
    const found = run.result['crash'] as { reason: string; halts: { function: string }[] };
    assert.equal(found.reason, 'Current offset out of range');
    assert.deepEqual(
      found.halts.map((halt) => halt.function),
      ['mc_interface_calibrate'],
    );
  });

  it('says so when nothing crashed, and when the firmware cannot tell', async () => {
    const quiet = await bench.run(['crash', '--json', '--port', 'sim:60']);
    assert.equal(quiet.result['crash'], null);
    const old = await bench.run(['crash', '--json', '--port', 'sim:60?version=6.06']);
    assert.deepEqual([old.status, old.error.code], [2, 'no-crash-record']);
    const wrong = await bench.run(['simulate', '--crash', 'pc', '--json']);
    assert.deepEqual([wrong.status, wrong.error.code], [2, 'usage']);
  });
});
