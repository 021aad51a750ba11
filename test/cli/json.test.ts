import assert from 'node:assert/strict';
import { join } from 'node:path';
import { commandTable } from '../../src/cli/commandTable';
import { assertDocumented, documentedCommands } from './jsonDocs';
import { Bench, buildCli, type Run, type Simulator } from './vesc';

/** docs/json.md against what the commands really print; `build` and `recover` are checked where they run anyway. */
describe('the documentation of the JSON output', function () {
  this.timeout(120_000);
  let bench: Bench;
  let simulator: Simulator;

  before(async () => {
    buildCli();
    bench = new Bench();
    const crash = ['--crash', 'pc=0x0800c123'];
    simulator = await bench.simulate('--can', '1', '--fault', 'OVER_VOLTAGE', ...crash);
    bench.file('main.lisp', '(print 1)\n');
    bench.file('boot.bin', new Uint8Array(10_000).fill(0xff));
  });
  after(() => bench.dispose());

  /** Runs it, checks what it printed, and hands that on; it is called by its first words, as in the documentation. */
  async function checked(command: string, ...args: string[]): Promise<Run> {
    const words = command.split(' ').slice(1);
    const run = await bench.run([...words, ...args, '--json', '--port', simulator.port]);
    assertDocumented(command, run);
    return run;
  }

  it('has a section of every command, and of none that there is not', () => {
    const commands = new Set(documentedCommands.map((name) => name.split(' ')[1]));
    assert.deepEqual([...commands].sort(), commandTable.map(({ name }) => name).sort());
  });

  it('is true of what reads', async () => {
    for (const command of ['info', 'faults', 'crash', 'values', 'scan', 'stop'])
      assert.equal((await checked(`vesc ${command}`)).status, 0, command);
    assert.equal((await checked('vesc values', '--csv', 'a.csv')).status, 0);
    assertDocumented('vesc ports', await bench.run(['ports', '--json']));
    assert.equal((await checked('vesc terminal', 'faults')).status, 0);
    const typed = await bench.run(['terminal', '--json', '--port', simulator.port], { input: 'faults\n' });
    assertDocumented('vesc terminal', typed);
  });

  it('is true of settings', async () => {
    await checked('vesc backup', 'saved');
    for (const more of [[], ['--dry-run', '--skip', 'l_watt_max'], ['--migrate']])
      assert.equal((await checked('vesc restore', 'saved', ...more)).status, 0, more.join(' '));
    await checked('vesc config show');
    await checked('vesc config get', 'l_current_max');
    await checked('vesc config set', 'l_current_max=50');
    await checked('vesc config diff', 'defaults');
    const file = join(bench.folder, 'motor.xml');
    await checked('vesc config export', file, '--kind', 'mcconf');
    assert.equal((await checked('vesc config import', file)).status, 0);
  });

  it('is true of LispBM', async () => {
    await checked('vesc lisp read');
    await checked('vesc lisp upload', 'main.lisp');
    await checked('vesc lisp read');
    await checked('vesc lisp read', 'copy.lisp');
    await checked('vesc lisp stop');
    await checked('vesc lisp run');
    assert.equal((await checked('vesc lisp repl', '(+ 1 2)')).status, 0);
    assertDocumented(
      'vesc lisp repl',
      await bench.run(['lisp', 'repl', '--json', '--port', simulator.port], { input: '1\n' }),
    );
  });

  it('is true of what changes firmware, and of refusals', async () => {
    const image = bench.image('60.bin');
    assert.equal((await checked('vesc flash', image)).result['verdict'], 'updated');
    assert.equal((await checked('vesc flash --can all', image)).status, 0);
    const wrong = await checked('vesc flash', bench.image('75.bin', { hardware: '75_100' }));
    assert.equal(wrong.result['verdict'], 'refused');
    assert.equal((await checked('vesc flash', 'boot.bin')).result['verdict'], 'refused');
    assert.equal((await checked('vesc bootloader', 'boot.bin')).result['verdict'], 'refused');
    assert.equal((await checked('vesc reboot')).status, 0);
  });

  it('is true of the simulated controller', async () => {
    const vesc = bench.start(['simulate', '--json', '--tcp', '0', '--swd', `json-${process.pid}`]);
    await vesc.printed(/"type":"listening"/);
    vesc.kill('SIGINT');
    assertDocumented('vesc simulate', await vesc.ended);
  });
});
