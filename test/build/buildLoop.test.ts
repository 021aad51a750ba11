import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import type { BuildRequest } from '../../src/build/buildResult';
import {
  compileCommandsFile,
  readCompileCommands,
  writeCompileCommands,
} from '../../src/build/compileCommands';
import { findToolchain } from '../../src/build/toolchain';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

describeWithCompiler('the compile lines of a real tree', () => {
  let workspace: FirmwareWorkspace;
  before(() => (workspace = new FirmwareWorkspace()));
  after(() => workspace.dispose());

  const request = async (board: string, makeArguments: string[] = []): Promise<BuildRequest> => {
    const tree = await workspace.tree();
    const toolchain = await findToolchain(tree, {}, workspace.host);
    return { tree, board: await workspace.board(board), toolchain, makeArguments };
  };

  it('are what compiles each file, asked for without compiling anything', async () => {
    const wanted = await request('60');
    const commands = await readCompileCommands(wanted, workspace.host);
    assert.ok(!existsSync(path.join(workspace.root, 'build')), 'nothing is built');
    const names = commands.map(({ file }) => path.relative(workspace.root, file)).sort();
    assert.ok(names.includes('main.c') && names.includes('ballast.S'), names.join());
    for (const {
      directory,
      arguments: [compiler, ...options],
    } of commands) {
      // Without where the output goes: the folder is not there.
      const only = options.filter((option, index) => {
        const after = options[index - 1] ?? '';
        return !['-MD', '-MP', '-MF', '-o'].includes(option) && !['-MF', '-o'].includes(after);
      });
      execFileSync(compiler!, ['-fsyntax-only', ...only.filter((option) => option !== '-c')], {
        cwd: directory,
      });
    }
  });

  it('are those of the board and of the arguments', async () => {
    const text = async (board: string, makeArguments?: string[]): Promise<string> =>
      JSON.stringify(await readCompileCommands(await request(board, makeArguments), workspace.host));
    assert.match(await text('410'), /HW_HEADER=\\\\?\\?"[^"]*hw_410\.h/);
    assert.match(await text('60', ['USE_LISPBM=0']), /-DUSE_LISPBM=0/);
    assert.doesNotMatch(await text('60'), /hw_410|-DUSE_LISPBM=0/);
  });

  it('are not there when make cannot tell', async () => {
    workspace.edit('make/fw.mk', '.PHONY: all', '$(error broken)');
    assert.deepEqual(await readCompileCommands(await request('60'), workspace.host), []);
    workspace.edit('make/fw.mk', '$(error broken)', '.PHONY: all');
  });

  it('stay where they are when what was built is not theirs', async () => {
    const wanted = await request('60');
    await writeCompileCommands(
      wanted.tree,
      await readCompileCommands(wanted, workspace.host),
      workspace.host.files,
    );
    await workspace.build('60');
    assert.ok(existsSync(compileCommandsFile(wanted.tree)));
  });
});

describeWithCompiler('a build after another one', () => {
  let workspace: FirmwareWorkspace;
  before(() => (workspace = new FirmwareWorkspace()));
  after(() => workspace.dispose());

  it('tells what grew, by region and by symbol, and which warnings are new', async () => {
    const first = await workspace.build('60');
    assert.equal(first.comparison, undefined);
    const good = workspace.read('commands.c');
    workspace.write(
      'commands.c',
      `${good}\nvolatile int samples[256];\nvoid start_up(void);\n` +
        'void start_up(void) { int unused; samples[0] = 1; }\n',
    );
    workspace.edit(
      'main.c',
      '\tterminal_init();',
      '\tterminal_init();\n\textern void start_up(void);\n\tstart_up();',
    );
    const second = await workspace.build('60');
    assert.ok(second.ok, second.failure?.message);
    const { comparison } = second;
    assert.ok(comparison);
    assert.equal(comparison.since.buildId, first.buildId);
    assert.deepEqual(
      comparison.symbols.find(({ symbol }) => symbol === 'samples'),
      { symbol: 'samples', memory: 'RAM', growth_B: 1024, size_B: 1024 },
    );
    assert.ok(comparison.symbols.some(({ symbol, growth_B }) => symbol === 'start_up' && growth_B > 0));
    const region = (name: string): number =>
      comparison.regions.find((each) => each.region === name)?.growth_B ?? 0;
    assert.equal(region('ram0'), 1024);
    assert.ok(region('flash2') > 0);
    assert.match(comparison.newWarnings[0]?.message ?? '', /unused/);
    assert.deepEqual(comparison.goneWarnings, []);

    const again = await workspace.build('60');
    assert.equal(again.comparison, undefined, 'it is the same build');
    workspace.write('commands.c', good.replace(/^/, '// A line more\n'));
    workspace.edit('main.c', '\n\textern void start_up(void);\n\tstart_up();', '');
    const back = await workspace.build('60');
    assert.equal(back.comparison?.goneWarnings.length, 1);
    assert.deepEqual(back.comparison.newWarnings, []);
    assert.equal(back.comparison.symbols.find(({ symbol }) => symbol === 'samples')?.size_B, 0);
  });

  it('compiles every file again when it is asked to, and is the same build', async () => {
    const first = await workspace.build('60');
    assert.equal((await workspace.build('60')).compiled, 0);
    const again = await workspace.build('60', { fromNothing: true });
    assert.ok(again.compiled > 5, `${again.compiled}`);
    assert.equal(again.buildId, first.buildId);
  });

  it('is compared with builds of its own board and arguments only', async () => {
    const { comparison } = await workspace.build('60', { makeArguments: ['USE_LISPBM=0'] });
    assert.equal(comparison, undefined);
    assert.equal((await workspace.build('410')).comparison, undefined);
  });
});
