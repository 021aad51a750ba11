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

  it('knows the commands and arguments we give, as far as they can be tried without a chip', () => {
    const first = PIECES[0]!;
    for (const command of [
      tclCommand('flash', 'probe', 0),
      tclCommand('flash', 'erase_sector', 0, 11, 11),
      tclCommand('flash', 'write_image', pathOf(first.name), first.address, 'bin'),
      tclCommand('verify_image', pathOf(first.name), first.address, 'bin'),
      tclCommand('dump_image', pathOf('read-0.bin'), first.address, 0x2_0000),
      tclCommand('mdw', first.address, 3),
      tclCommand('stm32f2x', 'unlock', 0),
    ]) {
      const setup = [
        '-c',
        'adapter driver dummy',
        '-c',
        'transport select jtag',
        '-f',
        'target/stm32f4x.cfg',
      ];
      const { output } = openocd(...setup, '-c', 'catch init', '-c', command, '-c', 'shutdown');
      assert.doesNotMatch(
        output,
        /invalid command name|wrong # args|invalid subcommand|Usage|syntax/i,
        output,
      );
    }
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
