import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import * as path from 'node:path';
import { isVescError } from '../../src/base/errors';
import { readIdentity } from '../../src/image/imageIdentity';
import { findFirmwareTree } from '../../src/build/firmwareTree';
import { findToolchain } from '../../src/build/toolchain';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

describeWithCompiler('building with the real compiler', () => {
  let workspace: FirmwareWorkspace;
  const open = (options?: ConstructorParameters<typeof FirmwareWorkspace>[0]): FirmwareWorkspace =>
    (workspace = new FirmwareWorkspace(options));
  afterEach(() => workspace.dispose());

  it('makes an image and reads everything about it from the image', async () => {
    const { root, records } = open();
    const commit = workspace.git('rev-parse', 'HEAD');
    const progress: string[] = [];
    const result = await workspace.build('60', {
      onProgress: ({ done, file }) => progress.push(`${done} ${file}`),
    });
    assert.deepEqual(result.diagnostics, []);
    assert.equal(result.ok, true);
    assert.equal(result.board, '60');
    assert.equal(result.hardware, '60');
    assert.equal(result.version, '7.01');
    assert.equal(result.commit, commit);
    assert.match(result.buildId ?? '', /^vb1-(?!0{40})[0-9a-f]{40}$/);
    assert.equal(result.compiled, 8);
    assert.equal(progress.length, 8);
    assert.equal(progress.at(-1)?.split(' ')[0], '8');
    assert.ok(result.image?.startsWith(path.join(root, 'build')), result.image);

    const bytes = readFileSync(result.image!);
    assert.equal(bytes.length, 524_280);
    assert.equal(bytes.readUInt32LE(0), 0x2000_0800);
    assert.equal(bytes.readUInt32LE(4), 0x0800_c001);
    assert.ok(bytes.subarray(-8).every((byte) => byte === 0xff));
    const identity = readIdentity(bytes);
    assert.equal(identity.placeholder, true);
    assert.deepEqual(identity.version, [{ major: 7, minor: 1 }]);
    assert.equal(identity.branch, 'main');

    const flash2 = result.memory.find((region) => region.region === 'flash2');
    assert.equal(flash2?.size_B, 475_120);
    assert.ok(flash2.used_B > 16_384 && flash2.used_B < 32_768, `${flash2.used_B}`);
    assert.ok(result.memory.some(({ region, size_B }) => region === 'ram4' && size_B === 62 * 1024));

    const record = await records.find(result.buildId!);
    assert.equal(record?.commit, commit);
    assert.equal(record.board, '60');
    assert.deepEqual(readFileSync(record.elf), readFileSync(result.elf!));
  });

  it('has nothing to do for an unchanged tree, and says the same about it', async () => {
    open();
    const first = await workspace.build();
    const second = await workspace.build();
    assert.equal(second.compiled, 0);
    assert.equal(second.ok, true);
    assert.equal(second.buildId, first.buildId);
    assert.deepEqual(second.memory, first.memory);
  });

  it('compiles only what changed, and the image gets another identity', async () => {
    open();
    const first = await workspace.build();
    workspace.edit('commands.c', 'answers[0]', 'answers[1]');
    const files: string[] = [];
    const second = await workspace.build('60', { onProgress: ({ file }) => files.push(file) });
    // Besides the edited file, those that carry the commit: it is dirty now.
    assert.deepEqual(files.sort(), ['commands.c', 'terminal.c']);
    assert.notEqual(second.buildId, first.buildId);
    assert.equal(second.commit, `${first.commit}-dirty`);
  });

  it('puts an error on its line and makes no image', async () => {
    const { root } = open();
    await workspace.build();
    workspace.edit('commands.c', 'answer = answers[0];', 'answer = nothing_known;');
    const result = await workspace.build();
    assert.equal(result.ok, false);
    assert.equal(result.image, undefined);
    assert.ok(isVescError(result.failure, 'build-failed'));
    assert.match(result.failure.message, /commands\.c:16/);
    const [error] = result.diagnostics;
    assert.equal(error?.file, path.join(root, 'commands.c'));
    assert.equal(error.line, 16);
    assert.equal(error.column, 18);
    assert.equal(error.severity, 'error');
    assert.match(error.message, /'nothing_known' undeclared/);
    assert.equal(error.related?.[0]?.line, 16);

    workspace.edit('commands.c', 'answer = nothing_known;', 'answer = answers[0];');
    const repaired = await workspace.build();
    assert.equal(repaired.ok, true);
    assert.deepEqual(repaired.diagnostics, []);
  });

  it('keeps the warnings of files that are not compiled again', async () => {
    const { root } = open();
    workspace.edit('terminal.c', 'checksum = checksum', 'int unused_here; checksum = checksum');
    const first = await workspace.build();
    assert.equal(first.ok, true);
    assert.deepEqual(
      first.diagnostics.map(({ file, severity, code }) => ({ file, severity, code })),
      [{ file: path.join(root, 'terminal.c'), severity: 'warning', code: '-Wunused-variable' }],
    );
    workspace.edit('main.c', '0.9f', '0.8f');
    const second = await workspace.build();
    assert.equal(second.compiled, 1);
    assert.deepEqual(second.diagnostics, first.diagnostics);
    workspace.edit('terminal.c', 'int unused_here; ', '');
    assert.deepEqual((await workspace.build()).diagnostics, []);
  });

  it('builds each board in a folder of its own, so that switching back compiles nothing', async () => {
    open();
    const sixty = await workspace.build('60');
    const boost = await workspace.build('boost_150');
    assert.equal(boost.hardware, 'Boost 150');
    assert.equal(boost.compiled, 8);
    assert.notEqual(boost.buildId, sixty.buildId);
    const again = await workspace.build('60');
    assert.equal(again.compiled, 0);
    assert.equal(again.hardware, '60');
    assert.equal(again.buildId, sixty.buildId);
  });

  it('builds boards from outside of the tree, each as itself', async () => {
    const { folder } = open();
    const source = workspace.read('hwconf/other/hw_410.c');
    for (const name of ['mine', 'yours']) {
      mkdirSync(path.join(folder, 'boards', name), { recursive: true });
      const header = `#define HW_NAME "${name.toUpperCase()}"\n`;
      writeFileSync(path.join(folder, 'boards', name, `hw_${name}.h`), header);
      writeFileSync(path.join(folder, 'boards', name, `hw_${name}.c`), source);
    }
    const mine = await workspace.build('mine');
    assert.equal(mine.hardware, 'MINE');
    // The stale-object trap: the same target and another header would compile nothing in one folder.
    const yours = await workspace.build('yours');
    assert.equal(yours.hardware, 'YOURS');
    assert.equal((await workspace.build('mine')).hardware, 'MINE');
  });

  it('does not mix builds with different make arguments', async () => {
    open();
    const full = await workspace.build('60');
    const small = await workspace.build('60', { makeArguments: ['USE_LISPBM=0'] });
    assert.equal(small.compiled, 8);
    assert.notEqual(small.image, full.image);
    await assert.rejects(workspace.build('60', { makeArguments: ['BUILD_DIR=/'] }), {
      code: 'make-argument',
    });
    await assert.rejects(workspace.build('60', { makeArguments: ['X=$(shell id)'] }), {
      code: 'make-argument',
    });
    await assert.rejects(workspace.build('60', { makeArguments: ['--eval=x'] }), { code: 'make-argument' });
  });

  it('tells the commit that is checked out, not the one of the first build', async () => {
    open();
    const before = await workspace.build();
    const commit = workspace.commit('Nothing but a commit');
    const after = await workspace.build();
    assert.notEqual(after.commit, before.commit);
    assert.equal(after.commit, commit);
    assert.equal(after.compiled, 2);
  });

  it('calls a tree with new or staged sources dirty', async () => {
    open();
    const commit = workspace.git('rev-parse', 'HEAD');
    workspace.write('extra.c', 'int extra;\n');
    assert.equal((await workspace.build()).commit, `${commit}-dirty`);
    workspace.git('add', 'extra.c');
    assert.equal((await workspace.build()).commit, `${commit}-dirty`);
  });

  it('compiles everything again when a makefile changed, because the flags are in there', async () => {
    open();
    await workspace.build();
    workspace.edit('make/fw.mk', '-O2', '-Os');
    assert.equal((await workspace.build()).compiled, 8);
  });

  it('says by how much the firmware is too large', async () => {
    open();
    workspace.edit('ballast.S', '.rept 4096', '.rept 140000');
    const result = await workspace.build();
    assert.ok(isVescError(result.failure, 'flash-overflow'));
    const { region, over_B } = result.failure.details as { region: string; over_B: number };
    assert.equal(region, 'flash2');
    const flash2 = result.memory.find((other) => other.region === 'flash2');
    assert.equal(flash2!.used_B - flash2!.size_B, over_B);
    assert.deepEqual(
      result.diagnostics.map(({ source, severity }) => `${source} ${severity}`),
      ['ld error'],
    );
  });

  it('puts an undefined reference on the line that uses it', async () => {
    const { root } = open();
    workspace.edit('commands.c', 'answer = answers[0];', 'extern int nowhere(void); answer += nowhere();');
    const result = await workspace.build();
    assert.equal(result.ok, false);
    const [error] = result.diagnostics;
    assert.equal(error?.file, path.join(root, 'commands.c'));
    assert.equal(error.line, 16);
    assert.equal(error.source, 'ld');
    assert.match(error.message, /undefined reference to `nowhere'/);
  });

  it('refuses a board that is not there', async () => {
    open();
    await assert.rejects(workspace.build('6000'), { code: 'unknown-board' });
    const board = { ...(await workspace.board('60')), name: 'gone', target: 'fw_gone' };
    const result = await workspace.build(board);
    assert.ok(isVescError(result.failure, 'unknown-board'));
    assert.match(result.diagnostics[0]?.message ?? '', /No rule to make target 'fw_gone'/);
  });

  it('says which program is missing', async () => {
    open();
    const tree = await workspace.tree();
    const toolchain = await findToolchain(tree, {}, workspace.host);
    const broken = { ...toolchain, prefix: 'not-installed-' };
    const result = await workspace.builder.build({
      tree,
      toolchain: broken,
      board: await workspace.board('60'),
    });
    assert.ok(isVescError(result.failure, 'no-compiler'));
    assert.match(result.diagnostics.at(-1)?.message ?? '', /not-installed-gcc was not found/);
  });

  it('ends make and every compiler when it is cancelled, and goes on from there', async () => {
    open();
    // A compiler that never comes back: it writes down who it is and waits.
    const marker = path.join(workspace.folder, 'compiler.pid');
    const sleeper = path.join(workspace.folder, 'bin', 'slow-gcc');
    mkdirSync(path.dirname(sleeper));
    writeFileSync(
      sleeper,
      `#!/bin/sh\ncase "$1" in -dump*) echo 12.2.1; exit;; esac\nsleep 1000 &\necho $! > ${marker}.new\n` +
        `mv ${marker}.new ${marker}\nwait\n`,
      { mode: 0o755 },
    );
    const tree = await workspace.tree();
    const real = await findToolchain(tree, {}, workspace.host);
    const searchPath = [path.dirname(sleeper), ...real.searchPath];
    const toolchain = { ...real, prefix: 'slow-', compiler: sleeper, searchPath };
    const controller = new AbortController();
    const request = { tree, toolchain, board: await workspace.board('60') };
    const build = workspace.builder.build(request, { signal: controller.signal });
    build.catch(() => undefined);
    while (!existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 10));
    const compiler = Number(readFileSync(marker, 'utf8'));
    assert.equal(workspace.host.processes.isRunning(compiler), true);
    controller.abort();
    // The sleeping compiler holds the output open: the build is not over before it is gone, too.
    await assert.rejects(build, { code: 'build-cancelled', exitStatus: 5 });

    const early = new AbortController();
    const interrupted = workspace.build('60', { signal: early.signal, onProgress: () => early.abort() });
    await assert.rejects(interrupted, { code: 'build-cancelled' });
    assert.equal((await workspace.build('60')).ok, true);
  });

  it('runs two builds of one board one after the other', async () => {
    open();
    const [first, second] = await Promise.all([workspace.build(), workspace.build()]);
    assert.deepEqual([first.compiled, second.compiled].sort(), [0, 8]);
    assert.equal(first.buildId, second.buildId);
  });

  it('leaves a folder alone where another process builds, but not one whose builder died', async () => {
    open();
    const { image } = await workspace.build();
    const lock = `${path.dirname(image!)}.lock`;
    writeFileSync(lock, `${process.ppid}`);
    await assert.rejects(workspace.build(), { code: 'build-busy' });
    writeFileSync(lock, '99999999');
    assert.equal((await workspace.build()).ok, true);
    assert.equal(existsSync(lock), false);
  });

  it('builds a tree that is no git checkout', async () => {
    open({ git: false });
    const tree = await workspace.tree();
    assert.equal(await tree.gitState(), undefined);
    const result = await workspace.build();
    assert.equal(result.ok, true);
    assert.equal(result.commit, undefined);
    assert.ok(result.buildId);
  });

  it('carries the identity behind the commit in trees before 6.06', async () => {
    open();
    const makefile = workspace.read('Makefile').replaceAll(/ifdef USER_GIT[^]*?endif\n/g, '');
    workspace.write('Makefile', makefile);
    workspace.edit('make/fw.mk', 'USE_LDOPT ?= --print-memory-usage', 'USE_LDOPT ?=');
    workspace.edit('conf_general.h', 'FW_VERSION_MAJOR			7', 'FW_VERSION_MAJOR			6');
    const commit = workspace.commit('As 6.05');
    const result = await workspace.build();
    assert.equal(result.commit, commit);
    assert.equal(result.version, '6.01');
    assert.match(result.buildId ?? '', /^vb1-/);
    assert.ok(result.memory.length > 0);
    const identity = readIdentity(readFileSync(result.image!));
    assert.equal(identity.commit, commit);
    assert.equal(identity.placeholder, true);
  });

  it('refuses a path that make cannot handle before anything is written', async () => {
    open({ name: 'my firmware' });
    await assert.rejects(workspace.build(), { code: 'tree-path-unusable' });
    assert.equal(existsSync(path.join(workspace.root, 'build')), false);
  });

  it('refuses an image of another length', async () => {
    open();
    workspace.edit('memory.ld', 'len = 8\n', 'len = 16\n');
    workspace.edit('main.c', 'crc_info[2] = {', 'crc_info[4] = {0, 0, ');
    const result = await workspace.build();
    assert.ok(isVescError(result.failure, 'image-malformed'), result.failure?.message);
    assert.match(result.failure.message, /524288 bytes instead of 524280/);
  });

  it('warns when the compiler is not the one the tree pins', async () => {
    open();
    const { version, warnings } = await findToolchain(
      await findFirmwareTree(workspace.root, workspace.host),
      {},
      workspace.host,
    );
    const pinned = version.startsWith('14.3');
    assert.equal(warnings.length, pinned ? 0 : 1);
  });
});
