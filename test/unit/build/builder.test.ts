import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import type { Board } from '../../../src/build/boards';
import { Builder } from '../../../src/build/builder';
import type { BuildProgress } from '../../../src/build/buildResult';
import type { FirmwareTree } from '../../../src/build/firmwareTree';
import type { GitState } from '../../../src/build/gitState';
import type { BuildHost } from '../../../src/build/host';
import { buildFolders, planMake } from '../../../src/build/make';
import type { Toolchain } from '../../../src/build/toolchain';
import { PLACEHOLDER } from '../../../src/image/buildStamp';
import { VirtualClock } from '../../support/virtualClock';
import { type Answer, type Call, FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const commit = 'b9d287b3b8323f4b02618b02dc55e57d54a84996';
const board: Board = {
  name: '60',
  header: '/w/bldc/hwconf/hw_60.h',
  source: '/w/bldc/hwconf/hw_60.c',
  target: 'fw_60',
  hardwareName: '60',
  vendorFolder: '',
  custom: false,
};
const toolchain: Toolchain = {
  prefix: 'arm-none-eabi-',
  searchPath: ['/usr/bin'],
  compiler: '/usr/bin/arm-none-eabi-gcc',
  version: '12.2.1',
  origin: 'path',
  make: '/usr/bin/make',
  synchronisedOutput: true,
  pinned: undefined,
  warnings: [],
};

/** An image with the texts of `words`. */
function image(words: string, length = 524_280): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(Buffer.from(words), 0x100);
  return bytes;
}
const words = (user: string): string =>
  `fw_info\0main\0Git Branch: %s\0${commit}\0Git Hash  : %s\x0012.2.1\0Compiler  : %s\0${user}\0org.vesc.60\0`;

interface Setup {
  /** What make does; by default it compiles two files and writes an image. */
  make?: (call: Call, files: MemoryFiles) => Answer | Promise<Answer>;
  platform?: NodeJS.Platform;
  git?: Partial<GitState>;
  makefile?: string;
  tree?: Partial<FirmwareTree>;
}

function setUp(setup: Setup = {}) {
  const files = new MemoryFiles({
    '/w/bldc/Makefile': setup.makefile ?? 'USER_GIT_COMMIT_HASH fw_custom:',
    '/w/bldc/make/fw.mk': 'USE_LDOPT = --print-memory-usage',
  });
  const git: GitState = {
    commit,
    branch: 'main',
    changedFiles: [],
    dirty: false,
    describe: 'x',
    ...setup.git,
  };
  const tree: FirmwareTree = {
    root: '/w/bldc',
    name: 'bldc',
    layout: 'boards',
    buildsCustomBoards: true,
    version: () => Promise.resolve({ major: 7, minor: 1, test: 1 }),
    gitState: () => Promise.resolve(git),
    ...setup.tree,
  };
  const { image: bin } = buildFolders({ tree, board, toolchain });
  const build = (): Answer => {
    files.put(bin, image(words(PLACEHOLDER)));
    return { stdout: 'Compiling a.c\nCompiling b.c\nLinking x\n' };
  };
  const processes = new FakeProcesses((call) => {
    if (call.program !== toolchain.make) return { stdout: '.text 100 134266880\n' };
    return setup.make ? setup.make(call, files) : build();
  });
  const clock = new VirtualClock();
  const host: BuildHost = {
    files,
    processes,
    clock,
    env: { HOME: '/home', PATH: '/other', MAKEFLAGS: '-n', LANG: 'de_DE' },
    platform: setup.platform ?? 'linux',
    processors: 2,
  };
  return {
    files,
    processes,
    host,
    tree,
    bin,
    build,
    builder: new Builder(host),
    request: { tree, board, toolchain },
  };
}

describe('planMake', () => {
  it('passes everything by argument and nothing through a shell', async () => {
    const { request, host } = setUp();
    const call = await planMake(request, await request.tree.gitState(), host);
    const { base, dependencies } = call.folders;
    assert.equal(call.program, '/usr/bin/make');
    assert.deepEqual(call.args, [
      '-j2',
      '-Otarget',
      '--no-print-directory',
      'fw_60',
      'ARM_SDK_PREFIX=arm-none-eabi-',
      `BUILD_DIR=${base}`,
      `DEPPATH=${dependencies}`,
      `GIT_COMMIT_HASH=${commit}`,
      'GIT_DIRTY_LABEL=',
      `USER_GIT_COMMIT_HASH=${PLACEHOLDER}`,
    ]);
    assert.deepEqual(call.env, { HOME: '/home', PATH: '/usr/bin', LC_ALL: 'C' });
    assert.ok(base.startsWith('/w/bldc/build/vesc/'));
  });

  it('puts the identity behind the commit where the tree knows no commit of the user', async () => {
    const { request, host } = setUp({ makefile: '', git: { dirty: true } });
    const call = await planMake(request, await request.tree.gitState(), host);
    assert.ok(call.args.includes(`GIT_COMMIT_HASH=${commit}-dirty.${PLACEHOLDER}`));
    assert.ok(!call.args.some((argument) => argument.startsWith('USER_GIT')));
    const bare = await planMake(request, undefined, host);
    assert.ok(bare.args.includes(`GIT_COMMIT_HASH=unknown.${PLACEHOLDER}`));
  });

  it('asks the linker for its table where the tree does not', async () => {
    const { request, host, files } = setUp();
    files.put('/w/bldc/make/fw.mk', 'USE_LDOPT =');
    const call = await planMake(request, undefined, host);
    assert.equal(call.args.at(-1), 'USE_LDOPT=--print-memory-usage');
  });

  it('writes paths with slashes for make on Windows', async () => {
    const { request, host } = setUp({ platform: 'win32' });
    const custom = {
      ...board,
      target: 'fw_custom',
      custom: true,
      header: 'C:\\b\\hw_x.h',
      source: 'C:\\b\\hw_x.c',
    };
    const call = await planMake({ ...request, board: custom }, undefined, host);
    assert.ok(call.args.includes('HW_HEADER=C:/b/hw_x.h'));
    assert.ok(call.args.includes('HW_SRC=C:/b/hw_x.c'));
  });

  it('refuses what make or a shell would not take literally', async () => {
    const { request, host, tree } = setUp();
    for (const root of ['/w/my bldc', '/w/$(id)', "/w/it's", '/w/a;b', '/w/a%b', '/w/a#b'])
      await assert.rejects(planMake({ ...request, tree: { ...tree, root } }, undefined, host), {
        code: 'tree-path-unusable',
      });
    await assert.rejects(
      planMake({ ...request, board: { ...board, header: '/w/a b/hw_x.h' } }, undefined, host),
      {
        code: 'tree-path-unusable',
      },
    );
    await planMake({ ...request, tree: { ...tree, root: '/Users/jürgen/bldc-6.06+x' } }, undefined, host);
    for (const argument of [
      '-n',
      'all_fw',
      'BUILD_DIR=/x',
      'X=a b',
      'X=`id`',
      'X=$(shell id)',
      'GIT_DIRTY_LABEL=x',
    ])
      await assert.rejects(
        planMake({ ...request, makeArguments: [argument] }, undefined, host),
        { code: 'make-argument' },
        argument,
      );
    await planMake(
      { ...request, makeArguments: ['USE_LISPBM=0', 'app_custom_mkfile=user/app.mk'] },
      undefined,
      host,
    );
  });

  it('refuses trees that cannot build this', async () => {
    const old = setUp({ tree: { layout: 'single' } });
    await assert.rejects(planMake(old.request, undefined, old.host), { code: 'tree-too-old' });
    const before606 = setUp({ tree: { buildsCustomBoards: false } });
    const request = { ...before606.request, board: { ...board, custom: true } };
    await assert.rejects(planMake(request, undefined, before606.host), { code: 'custom-board-unsupported' });
  });
});

describe('buildFolders', () => {
  it('differ in everything that objects do not depend on', () => {
    const { request, tree } = setUp();
    const variants = [
      request,
      { ...request, makeArguments: ['USE_LISPBM=0'] },
      { ...request, board: { ...board, target: 'fw_60_mk6' } },
      { ...request, board: { ...board, target: 'fw_custom', custom: true } },
      { ...request, board: { ...board, target: 'fw_custom', custom: true, header: '/other/hw_60.h' } },
      { ...request, board: { ...board, target: 'fw_custom', custom: true, source: '/other/hw_60.c' } },
      { ...request, toolchain: { ...toolchain, version: '14.3.1' } },
      { ...request, toolchain: { ...toolchain, compiler: '/opt/arm-none-eabi-gcc' } },
      { ...request, tree: { ...tree, root: '/elsewhere' } },
    ];
    assert.equal(new Set(variants.map((variant) => buildFolders(variant).output)).size, variants.length);
  });
});

describe('Builder', () => {
  it('tells the whole story of a build', async () => {
    const { builder, request, bin } = setUp();
    const lines: string[] = [];
    const result = await builder.build(request, { onOutput: (line) => lines.push(line) });
    assert.deepEqual(lines, ['Compiling a.c', 'Compiling b.c', 'Linking x']);
    assert.deepEqual(
      { ...result, buildId: undefined },
      {
        ok: true,
        board: '60',
        image: bin,
        elf: bin.replace(/bin$/, 'elf'),
        hardware: '60',
        version: '7.01 test 1',
        commit,
        buildId: undefined,
        memory: [{ region: 'flash2', used_B: 100, size_B: 475_120 }],
        diagnostics: [],
        duration_ms: 0,
        compiled: 2,
        warnings: [],
      },
    );
    assert.match(result.buildId ?? '', /^vb1-[0-9a-f]{40}$/);
  });

  it('knows from the second build on how many files there are to compile', async () => {
    const { builder, request, files, bin, build } = setUp({
      make: (call) => {
        for (const name of ['a.o', 'b.o']) files.put(bin.replace('60.bin', `obj/${name}`), '');
        files.put(bin.replace('60.bin', 'obj/a.lst'), '');
        assert.ok(call);
        return build();
      },
    });
    const totals: (number | undefined)[] = [];
    const onProgress = ({ total }: BuildProgress): unknown => totals.push(total);
    await builder.build(request, { onProgress });
    // One object is gone: one file to compile, but two are; the total follows.
    await files.remove(bin.replace('60.bin', 'obj/a.o'));
    await builder.build(request, { onProgress });
    await builder.build(request, { onProgress });
    assert.deepEqual(totals, [undefined, undefined, 1, 2, undefined, undefined]);
  });

  it('warns when the image is for other hardware than the header says', async () => {
    const { builder, request } = setUp();
    const odd = { ...request, board: { ...board, hardwareName: '60_MK5' } };
    assert.match((await builder.build(odd)).warnings.join(), /for the hardware 60, but hw_60\.h says 60_MK5/);
  });

  it('warns when the image carries no identity', async () => {
    const { builder, request, files, bin } = setUp({
      make: () => {
        files.put(bin, image(words('no-stamp')));
        return {};
      },
    });
    const result = await builder.build(request);
    assert.equal(result.ok, true);
    assert.equal(result.buildId, undefined);
    assert.match(result.warnings.join(), /no build identity/);
  });

  it('fails when make ends well without an image', async () => {
    const { builder, request } = setUp({ make: () => ({}) });
    const { failure } = await builder.build(request);
    assert.ok(isVescError(failure, 'image-malformed'));
    assert.match(failure.message, /it was not made/);
  });

  it('never hands out the image of an earlier build', async () => {
    let broken = false;
    const { builder, request, build } = setUp({
      make: () => (broken ? { status: 2, stderr: 'a.c:1:1: error: x\na.c:2:1: error: y\n' } : build()),
    });
    assert.ok((await builder.build(request)).image);
    broken = true;
    const result = await builder.build(request);
    assert.equal(result.ok, false);
    assert.equal(result.image, undefined);
    assert.equal(result.buildId, undefined);
    assert.match(result.failure?.message ?? '', /failed with 2 errors: a\.c:1: x/);
  });

  it('says why make could not be started, or what it said last', async () => {
    const gone = setUp({ make: () => undefined });
    const { failure } = await gone.builder.build(gone.request);
    assert.ok(isVescError(failure, 'build-failed'));
    assert.match(failure.message, /ENOENT/);
    const mute = setUp({ make: () => ({ status: 2 }) });
    const result = await mute.builder.build(mute.request);
    assert.match(result.failure?.message ?? '', /Building 60 failed\. .*Read the output/);
  });

  it('starts over when what it remembers cannot be read', async () => {
    const { builder, request, files, bin } = setUp();
    await builder.build(request);
    files.put(bin.replace('60.bin', 'obj/a.o'), 'old');
    for (const text of ['{broken', '{}']) {
      files.put(bin.replace('60.bin', 'vesc-build.json'), text);
      files.put(bin.replace('60.bin', 'obj/a.o'), 'old');
      await builder.build(request);
      assert.equal(await files.readText(bin.replace('60.bin', 'obj/a.o')), undefined, text);
    }
  });

  it('starts over when a checkout becomes one of git', async () => {
    const { builder, request, files, bin, tree } = setUp();
    const bare = { ...request, tree: { ...tree, gitState: () => Promise.resolve(undefined) } };
    await builder.build(bare);
    files.put(bin.replace('60.bin', 'obj/a.o'), 'old');
    await builder.build(bare);
    assert.equal(await files.readText(bin.replace('60.bin', 'obj/a.o')), 'old');
    await builder.build(request);
    assert.equal(await files.readText(bin.replace('60.bin', 'obj/a.o')), undefined);
  });

  it('removes just the objects that carry the old commit', async () => {
    const { builder, request, files, bin, tree } = setUp();
    await builder.build(request);
    files.put(bin.replace('60.bin', 'obj/a.o'), 'no commit');
    files.put(bin.replace('60.bin', 'obj/b.o'), `has ${commit} in it`);
    const next = { ...(await tree.gitState())!, commit: 'a'.repeat(40) };
    await builder.build({ ...request, tree: { ...tree, gitState: () => Promise.resolve(next) } });
    assert.equal(await files.readText(bin.replace('60.bin', 'obj/a.o')), 'no commit');
    assert.equal(await files.readText(bin.replace('60.bin', 'obj/b.o')), undefined);
  });

  it('does not start a build that is cancelled while it waits for another', async () => {
    let finish = (): void => assert.fail('make was not started');
    const controller = new AbortController();
    const { builder, request, processes, build } = setUp({
      make: () => new Promise<Answer>((resolve) => (finish = () => resolve(build()))),
    });
    const first = builder.build(request);
    const second = builder.build(request, { signal: controller.signal });
    second.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    while (processes.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    finish();
    assert.equal((await first).ok, true);
    await assert.rejects(second, { code: 'build-cancelled' });
    assert.equal(processes.calls.filter((call) => call.program === toolchain.make).length, 1);
  });

  it('keeps out of a folder in which another process builds', async () => {
    const { builder, request, files, processes, bin } = setUp();
    const lock = bin.replace('/60.bin', '.lock');
    files.put(lock, '77');
    processes.running.add(77);
    await assert.rejects(builder.build(request), { code: 'build-busy' });
    processes.running.clear();
    assert.equal((await builder.build(request)).ok, true);
    assert.equal(await files.readText(lock), undefined);
  });
});
