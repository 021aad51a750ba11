import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Bench, buildCli, type Simulator } from './vesc';

describe('what a person reads', () => {
  let bench: Bench;
  let simulator: Simulator;

  before(async () => {
    buildCli();
    bench = new Bench();
    simulator = await bench.simulate('--fault', 'OVER_VOLTAGE', '--can', '1');
  });
  after(() => bench.dispose());

  async function text(...args: string[]): Promise<string> {
    const run = await bench.run([...args, '--port', simulator.port]);
    assert.equal(run.status, 0, run.stderr);
    assert.ok(!run.stdout.includes('\u001b'), 'no colours into a pipe');
    return run.stdout;
  }

  it('the help, by itself and of every command', async () => {
    const help = await bench.run(['--help']);
    assert.equal(help.status, 0);
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name!);
    for (const name of [
      'ports',
      'info',
      'faults',
      'values',
      'scan',
      'build',
      'flash',
      'terminal',
      'reboot',
      'stop',
      'simulate',
    ]) {
      assert.ok(commands.includes(name), name);
    }
    for (const name of commands) {
      const own = await bench.run([name, '--help']);
      assert.equal(own.status, 0);
      assert.ok(own.stdout.startsWith(`vesc ${name}: `));
      assert.match(own.stdout, /--json/);
      for (const line of own.stdout.split('\n')) assert.ok(line.length <= 100, line);
    }
  });

  it('the version', async () => {
    const run = await bench.run(['--version']);
    assert.equal(run.status, 0);
    assert.match(run.stdout, /^vesc \d+\.\d+\.\d+\n$/);
  });

  it('a mistake, with what was probably meant', async () => {
    const cases: [args: string[], words: RegExp][] = [
      [['flsh'], /no command flsh.\nDid you mean vesc flash\?/],
      [['flash', '--windw', '3'], /no option --windw.\nDid you mean --window\? See vesc flash --help/],
      [['info', '--port'], /--port needs a value: PORT/],
      [['values', '--watch', 'often'], /--watch takes a number from 0\.01 to 200, not "often"/],
      [['calibrate', 'x.bin'], /no command calibrate/],
      [['info', '--port', 'sim:?foo=1'], /not "foo"\.\nSee vesc simulate --help/],
      [['info', '--port', 'sim:?version=abc'], /"abc" is not a version.*\nSee vesc simulate --help/],
      [['build', '-w', '/missing'], /\/missing cannot be read: there is no such folder/],
      [['build'], /No VESC firmware tree.*\nGo \(cd\) to a bldc checkout.*--workspace.*vesc flash FILE/],
      [
        ['info', '--timeout', '-3'],
        /--timeout takes a number from 0\.1 to 600, not "-3".\nSee vesc info --help/,
      ],
      [['info', '--can', '-1'], /--can takes a whole number from 0 to 253, not "-1".\nSee vesc info --help/],
      [['simulate', '--speed', '-1'], /--speed takes a number from 0 to 1000, not "-1"/],
      [['info', '--can', '--baud', '9600'], /--can needs a value/],
      [['info', '-p', ''], /"" is no address/],
      [['values', '--force'], /--force has no meaning for vesc values without --csv/],
      [['emulate', 'missing.bin'], /missing\.bin cannot be read: there is no such file/],
      [['simulate', '--flash', '.'], /cannot be read: it is a folder/],
      [['info', 'everything'], /does not know what to do with "everything"/],
    ];
    for (const [args, words] of cases) {
      const run = await bench.run([...args, ...(args[0] === 'values' ? ['--port', simulator.port] : [])]);
      assert.equal(run.status, 2, args.join(' '));
      assert.match(run.stderr, words);
      assert.equal(run.stdout, '', 'mistakes belong on stderr');
    }
    const nothing = await bench.run([]);
    assert.deepEqual([nothing.status, nothing.stdout], [2, '']);
    assert.match(nothing.stderr, /Usage: vesc <command>/);
  });

  it('info', async () => {
    const info = await text('info');
    assert.match(info, /^60 {2}motor controller at tcp:/);
    assert.match(info, /Firmware +7\.01, commit [0-9a-f]{8}\n/);
    assert.match(info, /Input +48\.0 V/);
    assert.match(info, /Fault +none/);
  });

  it('faults, with what they mean', async () => {
    const faults = await text('faults');
    assert.match(faults, /^Active fault: none\n/);
    assert.match(faults, /1 {2}OVER_VOLTAGE +48\.0 V/);
    assert.match(faults, /OVER_VOLTAGE: The input voltage was above/);
  });

  it('values with their units', async () => {
    const values = await text('values');
    assert.match(values, /Voltage +48\.0 V/);
    assert.match(values, /Speed +0 ERPM/);
  });

  it('nodes of the bus in a table', async () => {
    const [title = '', row = ''] = (await text('scan')).split('\n').slice(2);
    assert.match(title, /^CAN ID {2}HARDWARE {2}KIND/);
    assert.equal(row.indexOf('60'), title.indexOf('HARDWARE'));
  });

  it('an error: what happened, the state, what to do, the code', async () => {
    const run = await bench.run(['info', '--port', '/dev/ttyNOPE']);
    assert.equal(run.stdout, '');
    assert.match(
      run.stderr,
      /^Error: There is no port \/dev\/ttyNOPE\.\nNothing was sent .*\nCheck the cable .*\n\(port-not-found\)\n$/,
    );
  });

  it('the terminal, line by line until the end of the input', async () => {
    const run = await bench.run(['terminal', '--port', simulator.port], { input: 'faults\nnonsense\n' });
    assert.equal(run.status, 0, run.stderr);
    assert.match(run.stdout, /FAULT_CODE_OVER_VOLTAGE[\s\S]*Invalid command: nonsense/);
    assert.doesNotMatch(run.stdout, /-> faults/, 'the echo is left out');
  });

  it('a stream that nobody reads any more ends without a word', async () => {
    const vesc = bench.start(['values', '--watch', '50', '--port', simulator.port]);
    await vesc.printed(/\n.*48\.0/);
    vesc.stopReading();
    const run = await vesc.ended;
    assert.deepEqual([run.status, run.stderr], [0, '']);
  });

  it('the terminal ends with Ctrl+C', async () => {
    const vesc = bench.start(['terminal', '--port', simulator.port]);
    vesc.type('faults\n');
    await vesc.printed(/OVER_VOLTAGE/);
    vesc.kill('SIGINT');
    assert.equal((await vesc.ended).status, 0);
  });

  it('backup and restore', async () => {
    const folder = join(bench.folder, 'saved');
    assert.match(
      await text('backup', folder),
      /^Saved the settings of 60 to .*\n {2}motor configuration +\d+ B\n/,
    );
    assert.match(await text('restore', folder), /\n {2}restored {2}motor configuration\n/);
  });
});
