import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunOptions, RunResult } from '../../../../src/build/processes';
import { APP_ADDRESS, BOOTLOADER_ADDRESS, EEPROM_OFFSET } from '../../../../src/image/flashMap';
import { ADAPTERS } from '../../../../src/recovery/openocd/adapters';
import { findOpenOcd } from '../../../../src/recovery/openocd/locate';
import { OpenOcdProgrammer } from '../../../../src/recovery/openocd/openOcdProgrammer';
import type { SwdPins } from '../../../../src/simulator/swdPins';
import { MemoryFiles } from '../../build/memoryFiles';
import { runStandIn, type StandInFailure } from '../../../support/openocd/standIn';
import { RecoveryBench } from '../../../support/recoveryBench';
import { syntheticBootloader } from '../../../support/syntheticImage';

const transcript = (name: string): string =>
  readFileSync(join(__dirname, '../../../fixtures/openocd', `${name}.txt`), 'utf8');

/** A computer with an OpenOCD that is a stand-in, on a chip. */
class Computer {
  readonly files: MemoryFiles;
  readonly runs: string[][] = [];
  readonly env: Record<string, string>;
  failures: (StandInFailure & { readonly adapter?: string; readonly mode?: string })[] = [];
  version = 'Open On-Chip Debugger 0.12.0\n';

  constructor(
    readonly pins: SwdPins | undefined,
    readonly platform: NodeJS.Platform = 'linux',
  ) {
    const path = platform === 'win32' ? win32 : posix;
    this.files = new MemoryFiles({ [path.join(this.bin, this.name)]: '' }, path);
    this.env = { PATH: this.bin };
  }

  get bin(): string {
    return this.platform === 'win32' ? 'C:\\tools' : '/usr/bin';
  }

  get name(): string {
    return this.platform === 'win32' ? 'openocd.exe' : 'openocd';
  }

  readonly processes = {
    own: 1,
    isRunning: () => false,
    run: async (_: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
      if (args.includes('--version')) return { status: 0, stdout: '', stderr: this.version };
      this.runs.push([...args]);
      const failure = this.failures.find(
        ({ adapter, mode }) =>
          (adapter === undefined || args.includes(adapter)) &&
          (mode === undefined || args.some((arg) => arg.includes(mode))),
      );
      const files = {
        read: async (path: string) => (await this.files.readBytes(path))!,
        write: (path: string, content: Uint8Array) => this.files.write(path, content),
      };
      const say = (line: string): void => options.onLine?.(line, 'stderr');
      const status = await runStandIn(args, this.pins, files, say, failure);
      return { status, stdout: '', stderr: '' };
    },
  };

  programmer(options: Partial<ConstructorParameters<typeof OpenOcdProgrammer>[1]> = {}): OpenOcdProgrammer {
    const scratch = this.platform === 'win32' ? 'C:\\temp\\a b' : '/tmp/[a b]$';
    return new OpenOcdProgrammer(this, { makeScratch: () => Promise.resolve(scratch), ...options });
  }
}

describe('recovering a controller with OpenOCD', () => {
  let bench: RecoveryBench;
  afterEach(() => bench?.dispose());

  it('brings it back, and leaves nothing behind', async () => {
    for (const platform of ['linux', 'win32'] as const) {
      bench = new RecoveryBench();
      const computer = new Computer(bench.dead.swd, platform);
      const lines: string[] = [];
      const programmer = computer.programmer({ onLine: (line) => lines.push(line) });
      assert.equal(programmer.name, 'the debug adapter');
      const bootloader = { bytes: syntheticBootloader(), name: 'generic.bin' };
      const stages = new Set<string>();
      const result = await bench.recover(
        { programmer, bootloader, backup: true },
        {},
        {
          onProgress: ({ stage }) => stages.add(stage),
        },
      );
      assert.deepEqual([result.verdict, result.proof], ['updated', 'build-identity']);
      assert.equal(result.via, 'ST-Link');
      assert.equal(bench.backups.size, 1);
      assert.deepEqual(bench.dead.flash.read(BOOTLOADER_ADDRESS, 6224), bootloader.bytes);
      for (const stage of ['erase', 'upload', 'verify']) assert.ok(stages.has(stage), stage);
      assert.ok(lines.includes('vesc:end 0 0'));
      assert.deepEqual(
        computer.files.names.filter((name) => name.endsWith('.bin')),
        [],
      );
      bench.dispose();
    }
  });

  it('leaves the sectors alone that it need not write', async () => {
    bench = new RecoveryBench({ canId: 55 });
    const settings = bench.dead.flash.read(APP_ADDRESS + EEPROM_OFFSET, 0x8000).slice();
    const computer = new Computer(bench.dead.swd);
    const result = await bench.recover({ programmer: computer.programmer(), keepSettings: true });
    assert.deepEqual([result.verdict, result.settings, result.bootloader], ['updated', 'kept', 'unknown']);
    const now = bench.dead.flash.read(APP_ADDRESS + EEPROM_OFFSET, 0x8000);
    assert.deepEqual(now.subarray(0, 64), settings.subarray(0, 64));
    assert.equal(bench.dead.firmware?.canIds[0], 55);
  });

  it('does without the reset line where there is none', async () => {
    bench = new RecoveryBench();
    const computer = new Computer(bench.dead.swd);
    computer.failures = [{ at: 'init', output: transcript('wiring'), mode: 'connect_assert_srst' }];
    assert.equal((await bench.recover({ programmer: computer.programmer() })).verdict, 'updated');
    // When both fail, it is the wires.
    computer.failures = [{ at: 'init', output: transcript('wiring') }];
    await assert.rejects(bench.recover({ programmer: computer.programmer(), reflash: true }), {
      code: 'swd-wiring',
    });
  });

  it('takes the adapter that is plugged in, or the one that is named', async () => {
    bench = new RecoveryBench();
    const computer = new Computer(bench.dead.swd);
    const missing = (index: number, name: string) => ({
      at: 'init',
      output: transcript(name),
      adapter: ADAPTERS[index]!.configuration,
    });
    computer.failures = [missing(0, 'recorded-no-st-link'), missing(1, 'recorded-no-driver')];
    const result = await bench.recover({ programmer: computer.programmer() });
    assert.deepEqual([result.verdict, result.via], ['updated', 'J-Link']);
    const named = computer.programmer({ adapter: ADAPTERS[0]! });
    await assert.rejects(bench.recover({ programmer: named, reflash: true }), { code: 'adapter-missing' });
    computer.failures.push(missing(2, 'recorded-no-j-link'));
    const none = bench.recover({ programmer: computer.programmer(), reflash: true });
    await assert.rejects(none, (error: Error) =>
      error.message.includes('No ST-Link or CMSIS-DAP adapter or J-Link'),
    );
    // On a Raspberry Pi its own pins come last.
    computer.files.put('/proc/device-tree/model', 'Raspberry Pi 4 Model B');
    const pi = await bench.recover({ programmer: computer.programmer(), reflash: true });
    assert.equal(pi.via, 'GPIO of this Raspberry Pi');
  });

  it('asks before it unlocks, and goes on when it may', async () => {
    bench = new RecoveryBench({ bricked: true, readProtected: true });
    const computer = new Computer(bench.dead.swd);
    const locked = await bench.recover({ programmer: computer.programmer() });
    assert.deepEqual([locked.verdict, locked.error?.code], ['refused', 'swd-locked']);
    const unlocked = await bench.recover({ programmer: computer.programmer(), unlock: true });
    assert.equal(unlocked.error?.code, 'swd-unlock-failed');
    assert.ok(computer.runs.some((args) => args.includes('stm32f2x unlock 0')));
  });

  it('goes on without a backup where the chip does not let itself be read', async () => {
    bench = new RecoveryBench();
    const computer = new Computer(bench.dead.swd);
    computer.failures = [{ at: 'dump_image', output: 'Error: Failed to read memory at 0x08000000' }];
    const result = await bench.recover({ programmer: computer.programmer(), backup: true });
    assert.deepEqual([result.verdict, result.backupPath], ['updated', undefined]);
    computer.failures = [];
    const read = computer.files.readBytes.bind(computer.files);
    computer.files.readBytes = (path) => (path.includes('read-3') ? Promise.resolve(undefined) : read(path));
    const unread = await bench.recover({ programmer: computer.programmer(), backup: true, reflash: true });
    assert.equal(unread.backupPath, undefined);
  });

  it('erases nothing when what is to be written has no room on the disk', async () => {
    bench = new RecoveryBench();
    const computer = new Computer(bench.dead.swd);
    computer.files.write = () => Promise.reject(new Error('ENOSPC'));
    const result = await bench.recover({ programmer: computer.programmer() });
    assert.deepEqual([result.verdict, result.error?.code], ['refused', 'data-unwritable']);
    assert.ok(!computer.runs.some((args) => args.some((arg) => arg.includes('erase_sector'))));
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('lets the processor run again when it is cancelled at the beginning', async () => {
    bench = new RecoveryBench({});
    const computer = new Computer(bench.dead.swd);
    const cancel = new AbortController();
    const onLine = (line: string): void => void (line.startsWith('vesc:chip') && cancel.abort());
    const programmer = computer.programmer({ onLine });
    const result = await bench.recover({ programmer }, {}, { signal: cancel.signal });
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
    assert.ok(computer.runs.at(-1)!.includes('reset run'));
  });

  it('ends as lost when it breaks off after the erase, and can be repeated', async () => {
    bench = new RecoveryBench();
    const computer = new Computer(bench.dead.swd);
    const programmer = computer.programmer();
    for (const [at, name, code] of [
      ['flash erase_sector', 'erase-failed', 'swd-erase-failed'],
      ['flash write_image', 'write-failed', 'swd-write-failed'],
      ['verify_image', 'verify-failed', 'swd-verify-failed'],
    ] as const) {
      computer.failures = [{ at, output: transcript(name) }];
      const result = await bench.recover({ programmer });
      assert.deepEqual([result.verdict, result.error?.code], ['lost', code]);
    }
    computer.failures = [];
    assert.equal((await bench.recover({ programmer })).verdict, 'updated');
  });

  it('programs no other chip, and takes no strange answer for one', async () => {
    bench = new RecoveryBench();
    const pins = (device: number | undefined): SwdPins => ({
      attach: () => Promise.resolve(1),
      readMemory: (address, length) =>
        bench.dead.swd.readMemory(address, length).then((bytes) => {
          if (address !== 0xe004_2000) return bytes;
          return device === undefined ? undefined : Uint8Array.of(device & 0xff, device >> 8, 0, 0);
        }),
      reset: () => Promise.resolve(true),
      detach: () => Promise.resolve(),
      eraseAll: () => Promise.resolve(false),
      eraseSector: () => Promise.resolve(false),
      writeFlash: () => Promise.resolve(false),
      writeMemory: () => Promise.resolve(false),
    });
    const wrong = new Computer(pins(0x415));
    const other = await bench.recover({ programmer: wrong.programmer() });
    assert.equal(other.error?.code, 'swd-wrong-chip');
    assert.ok(wrong.runs.at(-1)!.includes('reset run'), 'it is not left standing still');
    const strange = bench.recover({ programmer: new Computer(pins(undefined)).programmer() });
    await assert.rejects(strange, { code: 'openocd-failed' });
    const mute = new Computer(bench.dead.swd);
    mute.failures = [{ at: 'mdw', output: 'vesc:end 0 0' }];
    mute.processes.run = async (_, args, options) => {
      if (args.includes('--version')) return { status: 0, stdout: '', stderr: mute.version };
      options?.onLine?.('vesc:end 0 0', 'stderr');
      return Promise.resolve({ status: 0, stdout: '', stderr: '' });
    };
    await assert.rejects(bench.recover({ programmer: mute.programmer() }), { code: 'openocd-failed' });
  });
});

describe('finding OpenOCD', () => {
  it('takes the setting, then PATH, then where installers put it', async () => {
    const computer = new Computer(undefined);
    assert.deepEqual(await findOpenOcd(computer), { program: '/usr/bin/openocd', version: '0.12.0' });
    computer.files.put('/opt/mine/bin/openocd', '');
    for (const setting of ['/opt/mine/bin/openocd', '/opt/mine/bin', '/opt/mine'])
      assert.equal((await findOpenOcd(computer, setting)).program, '/opt/mine/bin/openocd');
    await assert.rejects(findOpenOcd(computer, '/nowhere'), { code: 'openocd-setting' });
    computer.env['PATH'] = '/empty';
    computer.env['HOME'] = '/home/me';
    await assert.rejects(findOpenOcd(computer), { code: 'openocd-missing' });
    const xpack = '/home/me/.local/xPacks/@xpack-dev-tools/openocd/0.12.0-4/.content/bin/openocd';
    computer.files.put(xpack, '');
    assert.equal((await findOpenOcd(computer)).program, xpack);
  });

  it('knows the places of Windows, and gives advice for each system', async () => {
    const computer = new Computer(undefined, 'win32');
    computer.env['PATH'] = 'C:\\empty';
    await assert.rejects(findOpenOcd(computer), /xPack release/);
    computer.files.put('C:\\OpenOCD\\bin\\openocd.exe', '');
    assert.equal((await findOpenOcd(computer)).program, 'C:\\OpenOCD\\bin\\openocd.exe');
    const mac = new Computer(undefined, 'darwin');
    mac.env['PATH'] = '';
    await assert.rejects(findOpenOcd(mac), /brew install/);
    const other = new Computer(undefined, 'freebsd');
    other.env['PATH'] = '';
    await assert.rejects(findOpenOcd(other), /Install OpenOCD/);
  });

  it('refuses one that is too old, unless there is a newer one elsewhere', async () => {
    const computer = new Computer(undefined);
    computer.version = 'Open On-Chip Debugger 0.10.0\n';
    await assert.rejects(findOpenOcd(computer), { code: 'openocd-too-old' });
    await assert.rejects(findOpenOcd(computer, '/usr/bin'), { code: 'openocd-too-old' });
    computer.version = 'xPack Open On-Chip Debugger 1.0\n';
    assert.equal((await findOpenOcd(computer)).version, '1.0');
    computer.version = 'something else';
    await assert.rejects(findOpenOcd(computer), { code: 'openocd-missing' });
    computer.processes.run = () => Promise.reject(new Error('EACCES'));
    await assert.rejects(findOpenOcd(computer), { code: 'openocd-missing' });
  });
});
