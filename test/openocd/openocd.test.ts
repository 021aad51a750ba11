import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from '../../src/build/files';
import { nodeProcesses } from '../../src/build/processes';
import { IMAGE_LENGTH } from '../../src/image/flashMap';
import { ADAPTERS } from '../../src/recovery/openocd/adapters';
import { openOcdFailure } from '../../src/recovery/openocd/failure';
import { findOpenOcd } from '../../src/recovery/openocd/locate';
import { OpenOcdProgrammer } from '../../src/recovery/openocd/openOcdProgrammer';
import {
  backupScript,
  identifyScript,
  openOcdArguments,
  programScript,
  restartScript,
  unlockScript,
  writePieces,
} from '../../src/recovery/openocd/script';
import { tclCommand } from '../../src/recovery/openocd/tcl';
import { tclWords } from '../support/openocd/standIn';

/** Names that would do something if they were read as anything but a name. */
const NASTY = '/tmp/a b/[exit]/$HOME/{;"\\ #{ü}';
const pathOf = (name: string): string => `${NASTY}/${name}`;
const PIECES = writePieces([
  { address: 0x0800_0000, bytes: new Uint8Array(IMAGE_LENGTH) },
  { address: 0x080e_0000, bytes: new Uint8Array(6000) },
]);
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  identify: identifyScript(),
  backup: backupScript(pathOf),
  program: programScript(PIECES, pathOf),
  unlock: unlockScript(),
  restart: restartScript(),
};

function openocd(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('openocd', args, { encoding: 'utf8', timeout: 30_000 });
  return { status, output: stderr + stdout };
}

/** The real parser, with every command of ours only saying what it was called with. */
const COMMANDS = ['init', 'reset', 'echo', 'mdw', 'dump_image', 'flash', 'verify_image', 'stm32f2x'];
const STUBS = COMMANDS.flatMap((name) => [
  '-c',
  `catch { rename ${name} {} }; proc ${name} {args} { puts "CALL ${name}"; foreach a $args { puts "WORD $a" } }`,
]);

describe('the real OpenOCD', () => {
  for (const [name, script] of Object.entries(SCRIPTS)) {
    it(`reads the ${name} script word for word as it is meant`, () => {
      const { status, output } = openocd(
        ...['-c', 'noinit', ...STUBS],
        ...script.flatMap((command) => ['-c', command]),
        ...['-c', 'shutdown'],
      );
      assert.equal(status, 0, output);
      const calls: string[][] = [];
      for (const line of output.split('\n')) {
        if (line.startsWith('CALL ')) calls.push([line.slice(5)]);
        else if (line.startsWith('WORD ')) calls.at(-1)!.push(line.slice(5));
      }
      assert.deepEqual(calls, script.map(tclWords));
    });
  }

  it('takes the configuration of every adapter up to the point where the adapter is missed', () => {
    for (const adapter of ADAPTERS) {
      for (const mode of ['under-reset', 'without-reset-line'] as const) {
        const { status, output } = openocd(...openOcdArguments(adapter, mode, identifyScript()));
        assert.notEqual(status, 0);
        assert.doesNotMatch(output, /invalid command name|wrong # args|invalid mode|Usage/i, output);
        const { code } = openOcdFailure(output, adapter);
        assert.ok(
          code === 'adapter-missing' || code === 'adapter-driver',
          `${adapter.id}: ${code}\n${output}`,
        );
      }
    }
  });

  it('runs the commands we give, as far as that goes without a chip', () => {
    /** A chain with a processor that cannot do anything: commands get as far as asking it. */
    const chain = [
      ...['adapter driver dummy', 'transport select jtag', 'jtag newtap c cpu -irlen 4 -expected-id 0'],
      ...['target create c.cpu testee -chain-position c.cpu'],
      ...['flash bank c.flash stm32f2x 0x08000000 0 0 0 c.cpu'],
      ...['gdb_port', 'tcl_port', 'telnet_port'].map((port) => `${port} disabled`),
    ];
    const say = (command: string): string => {
      const commands = [...chain, 'init', 'echo {at work}', command, 'shutdown'];
      return openocd(...commands.flatMap((each) => ['-c', each])).output.split('at work')[1] ?? '';
    };
    const understood = /doesn't support read_memory|couldn't open /;
    const first = PIECES[0]!;
    for (const command of [
      tclCommand('flash', 'probe', 0),
      tclCommand('flash', 'erase_sector', 0, 11, 11),
      tclCommand('dump_image', join(tmpdir(), 'vesc-never-read.bin'), first.address, 0x2_0000),
      tclCommand('mdw', first.address, 3),
      tclCommand('stm32f2x', 'unlock', 0),
    ])
      assert.match(say(command), understood, command);
    // Of a file that is not there it tells which it looked for: the very one we meant.
    for (const command of [
      tclCommand('flash', 'write_image', pathOf(first.name), first.address, 'bin'),
      tclCommand('verify_image', pathOf(first.name), first.address, 'bin'),
    ])
      assert.ok(say(command).includes(`couldn't open ${pathOf(first.name)}\n`), command);
    for (const wrong of [
      'flash erase_sector 0',
      'flash nonsense 1',
      'stm32f2x nonsense',
      'mdw',
      'verify_imag x',
    ])
      assert.doesNotMatch(say(wrong), understood, wrong);
  });

  it('is found, tells its version, and says that no adapter is there', async () => {
    const host = {
      files: nodeFiles,
      processes: nodeProcesses(),
      env: process.env,
      platform: process.platform,
    };
    assert.match((await findOpenOcd(host)).version, /^\d+\.\d+/);
    const scratch = mkdtempSync(join(tmpdir(), 'vesc-openocd-'));
    const programmer = new OpenOcdProgrammer(host, { makeScratch: () => Promise.resolve(scratch) });
    await assert.rejects(programmer.connect(new AbortController().signal), { code: 'adapter-missing' });
    rmSync(scratch, { recursive: true, force: true });
  });

  it('says what its recorded transcripts say', () => {
    const recorded = (name: string): string =>
      readFileSync(join(__dirname, `../fixtures/openocd/${name}.txt`), 'utf8');
    const missing = openocd(...openOcdArguments(ADAPTERS[0]!, 'without-reset-line', identifyScript()));
    const errors = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('Error:'));
    assert.deepEqual(errors(missing.output), errors(recorded('recorded-no-st-link')));
  });
});
