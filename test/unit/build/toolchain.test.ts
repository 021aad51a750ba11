import assert from 'node:assert/strict';
import * as path from 'node:path';
import type { FirmwareTree } from '../../../src/build/firmwareTree';
import { compareVersion, findToolchain, parsePinnedCompiler, searchPath } from '../../../src/build/toolchain';
import { type Answer, FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const tools714 = 'ARM_SDK_VER := 14.3.rel1\nARM_SDK_DIR := $(TOOLS_DIR)/$(ARM_SDK_NAME)\n';
const tools600 = 'ARM_SDK_DIR := $(TOOLS_DIR)/gcc-arm-none-eabi-7-2018-q2-update\n';

interface Setup {
  files?: Record<string, string>;
  platform?: NodeJS.Platform;
  env?: Record<string, string>;
  compiler?: (option: string) => Answer;
  make?: Answer;
}

function setUp({ files = {}, platform = 'linux', env = { PATH: '/usr/bin' }, compiler, make }: Setup) {
  const windows = platform === 'win32';
  const root = windows ? 'C:\\src\\bldc' : '/w/bldc';
  const processes = new FakeProcesses(({ program, args }) => {
    if (/make(\.exe)?$/.test(program)) return make ?? { stdout: 'GNU Make 4.3\n' };
    return compiler ? compiler(args[0]!) : { stdout: '12.2.1\n' };
  });
  const flavour = windows ? path.win32 : path.posix;
  const memory = new MemoryFiles({ [flavour.join(root, 'make/tools.mk')]: tools714, ...files }, flavour);
  const tree = { root, name: 'bldc' } as FirmwareTree;
  return { tree, host: { files: memory, processes, env, platform }, processes };
}
const installed = { '/usr/bin/arm-none-eabi-gcc': '', '/usr/bin/make': '' };

describe('findToolchain', () => {
  it('finds the compiler in PATH', async () => {
    const { tree, host } = setUp({ files: installed, env: { PATH: '/none::/usr/bin' } });
    const found = await findToolchain(tree, {}, host);
    assert.equal(found.compiler, '/usr/bin/arm-none-eabi-gcc');
    assert.equal(found.prefix, 'arm-none-eabi-');
    assert.equal(found.origin, 'path');
    assert.equal(found.version, '12.2.1');
    assert.equal(found.make, '/usr/bin/make');
    assert.equal(found.synchronisedOutput, true);
    assert.deepEqual(found.searchPath, ['/none', '/usr/bin']);
    assert.match(found.warnings.join(), /made for the ARM compiler 14\.3\.rel1, but 12\.2\.1 is used/);
  });

  it("prefers the tree's own, the pinned one first", async () => {
    const sdk = '/w/bldc/tools/arm-gnu-toolchain-14.3.rel1-x86_64-arm-none-eabi/bin/arm-none-eabi-gcc';
    const { tree, host } = setUp({
      files: { ...installed, '/w/bldc/tools/aaa/bin/arm-none-eabi-gcc': '', [sdk]: '' },
      compiler: () => ({ stdout: '14.3.1\n' }),
    });
    const found = await findToolchain(tree, { setting: '' }, host);
    assert.equal(found.compiler, sdk);
    assert.equal(found.origin, 'tree');
    assert.equal(found.searchPath[0], path.dirname(sdk));
    assert.deepEqual(found.warnings, []);
  });

  it('takes the setting as folder, as bin folder, as compiler and as prefix', async () => {
    const files = { ...installed, '/opt/my arm/bin/arm-none-eabi-gcc': '' };
    for (const setting of ['/opt/my arm', '/opt/my arm/bin', '/opt/my arm/bin/arm-none-eabi-']) {
      const { tree, host } = setUp({ files });
      const found = await findToolchain(tree, { setting }, host);
      assert.equal(found.compiler, '/opt/my arm/bin/arm-none-eabi-gcc', setting);
      assert.equal(found.origin, 'setting');
      // A prefix with a space in its folder would fall apart in make.
      assert.equal(found.prefix, 'arm-none-eabi-');
      assert.equal(found.searchPath[0], '/opt/my arm/bin');
    }
  });

  it('does not search elsewhere when the setting is wrong', async () => {
    const { tree, host } = setUp({ files: { ...installed, '/opt/readme': '' } });
    await assert.rejects(findToolchain(tree, { setting: '/opt' }, host), { code: 'compiler-setting' });
    await assert.rejects(findToolchain(tree, { setting: '/opt/readme' }, host), { code: 'compiler-setting' });
  });

  it('says how to get a compiler on each system', async () => {
    const advice: [NodeJS.Platform, RegExp][] = [
      ['linux', /arm_sdk_install.*apt install gcc-arm-none-eabi/],
      ['darwin', /brew install/],
      ['win32', /add it to PATH/],
      ['freebsd', /Arm GNU Toolchain/],
    ];
    for (const [platform, words] of advice) {
      const { tree, host } = setUp({ platform });
      await assert.rejects(findToolchain(tree, {}, host), words);
      await assert.rejects(findToolchain(tree, {}, host), { code: 'no-compiler', exitStatus: 1 });
    }
  });

  it('says when the compiler does not run', async () => {
    const broken = setUp({ files: installed, compiler: () => undefined });
    await assert.rejects(findToolchain(broken.tree, {}, broken.host), /is there but does not run/);
    const mute = setUp({ files: installed, compiler: () => ({ status: 1 }) });
    await assert.rejects(findToolchain(mute.tree, {}, mute.host), /does not tell its version/);
    const setting = '/usr/bin/arm-none-eabi-gcc';
    await assert.rejects(findToolchain(mute.tree, { setting }, mute.host), { code: 'compiler-setting' });
  });

  it('asks an old compiler another way', async () => {
    const { tree, host } = setUp({
      files: installed,
      compiler: (option) => (option === '-dumpversion' ? { stdout: '4.9.3\n' } : { status: 1 }),
    });
    assert.equal((await findToolchain(tree, {}, host)).version, '4.9.3');
  });

  it('needs GNU make, and says how to get it', async () => {
    for (const [platform, words] of [
      ['linux', /apt install make/],
      ['darwin', /xcode-select/],
      ['freebsd', /Install GNU make/],
    ] as const) {
      const { tree, host } = setUp({ platform, files: { '/usr/bin/arm-none-eabi-gcc': '' } });
      await assert.rejects(findToolchain(tree, {}, host), { code: 'no-make' });
      await assert.rejects(findToolchain(tree, {}, host), words);
    }
    const bsd = setUp({ files: installed, make: { status: 1 } });
    await assert.rejects(findToolchain(bsd.tree, {}, bsd.host), { code: 'no-make' });
  });

  it('does not ask an old make to sort its output', async () => {
    const { tree, host } = setUp({ files: installed, make: { stdout: 'GNU Make 3.81\n' } });
    assert.equal((await findToolchain(tree, {}, host)).synchronisedOutput, false);
  });

  it('knows the names and paths of Windows', async () => {
    const { tree, host } = setUp({
      platform: 'win32',
      env: { Path: 'C:\\Program Files\\Arm\\bin;C:\\choco' },
      files: { 'C:\\Program Files\\Arm\\bin\\arm-none-eabi-gcc.exe': '', 'C:\\choco\\mingw32-make.exe': '' },
    });
    const found = await findToolchain(tree, {}, host);
    assert.equal(found.compiler, 'C:\\Program Files\\Arm\\bin\\arm-none-eabi-gcc.exe');
    assert.equal(found.prefix, 'arm-none-eabi-');
    assert.equal(found.make, 'C:\\choco\\mingw32-make.exe');
    assert.equal(found.synchronisedOutput, false);
    assert.equal(found.pinned?.label, '14.3.rel1');
  });

  it('looks where Homebrew installs although an editor from the Dock does not', async () => {
    const files = {
      '/opt/homebrew/bin/arm-none-eabi-gcc': '',
      '/usr/bin/make': '',
      '/opt/homebrew/bin/gmake': '',
    };
    const { tree, host } = setUp({ platform: 'darwin', files });
    const found = await findToolchain(tree, {}, host);
    assert.equal(found.compiler, '/opt/homebrew/bin/arm-none-eabi-gcc');
    assert.equal(found.make, '/opt/homebrew/bin/gmake');
    assert.deepEqual(searchPath({ platform: 'darwin', env: { PATH: '/usr/local/bin' } }), [
      '/usr/local/bin',
      '/opt/homebrew/bin',
    ]);
    assert.deepEqual(searchPath({ platform: 'linux', env: {} }), []);
  });
});

describe('the pinned compiler', () => {
  it('is read from both kinds of tools.mk', () => {
    assert.deepEqual(parsePinnedCompiler(tools714), {
      label: '14.3.rel1',
      folder: 'arm-gnu-toolchain-14.3.rel1',
      major: 14,
      minor: 3,
    });
    assert.deepEqual(parsePinnedCompiler(tools600), {
      label: '7-2018-q2-update',
      folder: 'gcc-arm-none-eabi-7-2018-q2-update',
      major: 7,
      minor: undefined,
    });
    assert.equal(
      parsePinnedCompiler('ARM_SDK_DIR := $(TOOLS_DIR)/gcc-arm-none-eabi-10.3-2021.10\n')?.minor,
      3,
    );
    assert.equal(parsePinnedCompiler('nothing'), undefined);
  });

  it('fits when major and minor are the same, as far as they are named', () => {
    assert.deepEqual(compareVersion('14.3.1', parsePinnedCompiler(tools714)), []);
    assert.equal(compareVersion('14.2.1', parsePinnedCompiler(tools714)).length, 1);
    assert.deepEqual(compareVersion('7.3.1', parsePinnedCompiler(tools600)), []);
    assert.equal(compareVersion('12.2.1', parsePinnedCompiler(tools600)).length, 1);
    assert.deepEqual(compareVersion('1.0', undefined), []);
  });
});
