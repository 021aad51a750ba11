import assert from 'node:assert/strict';
import type { Board } from '../../../src/build/boards';
import type { FirmwareTree } from '../../../src/build/firmwareTree';
import type { BuildHost } from '../../../src/build/host';
import { IntelliSense, LANGUAGE_SERVERS } from '../../../src/views/intelliSense';
import { readSettings } from '../../../src/views/settings';
import { VirtualClock } from '../../support/virtualClock';
import { workspaceMemory } from '../../support/workspaceMemory';
import { FakeProcesses } from '../build/fakeProcesses';
import { fakeTree as tree } from '../build/fakeTree';
import { MemoryFiles } from '../build/memoryFiles';

const FILE = '/w/bldc/build/compile_commands.json';
const board = (name: string): Board => ({
  name,
  header: `/w/bldc/hwconf/hw_${name}.h`,
  source: undefined,
  target: `fw_${name}`,
  hardwareName: name,
  vendorFolder: '',
  custom: false,
});

describe('IntelliSense', () => {
  let clock: VirtualClock;
  let files: MemoryFiles;
  let processes: FakeProcesses;
  let active: { tree: FirmwareTree; board: Board } | undefined;
  let settings: Record<string, unknown>;
  let installed: string[];
  let editorSettings: Record<string, unknown>;
  let asked: string[];
  let answer: boolean;
  let log: string[];
  let makeStatus: number;
  let intelliSense: IntelliSense;

  beforeEach(() => {
    clock = new VirtualClock();
    files = new MemoryFiles({
      '/bin/make': '',
      '/bin/arm-none-eabi-gcc': '',
      '/w/bldc/Makefile': 'USER_GIT_COMMIT_HASH',
    });
    makeStatus = 0;
    processes = new FakeProcesses(({ program, args }) => {
      if (args.includes('--version')) return { stdout: 'GNU Make 4.3\n' };
      if (program !== '/bin/make') return { stdout: '12.2.1\n' };
      const target = args.find((each) => each.startsWith('fw_')) ?? '';
      const object = `/w/bldc/build/vesc/1/${target}.o`;
      return { status: makeStatus, stdout: `arm-none-eabi-gcc -c -D${target} main.c -o ${object}\n` };
    });
    active = { tree, board: board('60') };
    settings = {};
    installed = [];
    editorSettings = {};
    asked = [];
    answer = true;
    log = [];
    const host: BuildHost = {
      files,
      processes,
      clock,
      env: { PATH: '/bin' },
      platform: 'linux',
      processors: 1,
    };
    intelliSense = new IntelliSense({
      clock,
      host,
      memory: workspaceMemory(),
      settings: () => readSettings({ get: (name) => settings[name] }),
      active: () => active,
      editor: {
        isInstalled: (extension) => installed.includes(extension),
        get: (setting) => editorSettings[setting],
        set: (setting, value) => Promise.resolve(void (editorSettings[setting] = value)),
        inSettings: (file) => file.replace('/w/bldc', '${workspaceFolder}'),
        ask: (server) => {
          asked.push(server);
          return Promise.resolve(answer);
        },
      },
      log: (line) => log.push(line),
    });
  });

  const settle = async (): Promise<void> => {
    await clock.advance(1000);
    await intelliSense.settled();
  };
  const built = (): Promise<void> => {
    intelliSense.built();
    return settle();
  };
  const written = async (): Promise<string> => (await files.readText(FILE)) ?? 'nothing';

  it('runs nothing before the first build, then follows the board', async () => {
    intelliSense.changed();
    await settle();
    assert.equal(processes.calls.length, 0);
    await built();
    assert.match(await written(), /-Dfw_60"/);
    active = { tree, board: board('410') };
    intelliSense.changed();
    await settle();
    assert.match(await written(), /-Dfw_410"/);
    assert.match(await written(), /"\/bin\/arm-none-eabi-gcc"/);
  });

  it('looks once for several changes, and not where it must not', async () => {
    intelliSense.built();
    intelliSense.built();
    await built();
    const dryRuns = processes.calls.filter(({ args }) => args.includes('-n'));
    assert.equal(dryRuns.length, 1);
    settings['compileCommands'] = false;
    await built();
    active = undefined;
    settings = {};
    await built();
    intelliSense.built();
    intelliSense.dispose();
    await settle();
    assert.equal(processes.calls.filter(({ args }) => args.includes('-n')).length, 1);
  });

  it('says in the log what it could not do, and disturbs nobody', async () => {
    makeStatus = 2;
    await built();
    assert.match(log.at(-1) ?? '', /make does not tell/);
    makeStatus = 0;
    settings['toolchainPath'] = '/nowhere';
    await built();
    assert.match(log.at(-1) ?? '', /compiler-setting/);
    settings = {};
    files.put(FILE, '[{"file":"theirs.c"}]');
    await built();
    assert.match(log.at(-1) ?? '', /left alone/);
    assert.deepEqual(asked, []);
  });

  it('offers them once to C/C++, with a path that stays right', async () => {
    installed = ['ms-vscode.cpptools'];
    await built();
    assert.deepEqual(asked, ['C/C++']);
    assert.equal(
      editorSettings['C_Cpp.default.compileCommands'],
      '${workspaceFolder}/build/compile_commands.json',
    );
    await built();
    assert.equal(asked.length, 1);
  });

  it('changes nothing for a no, and asks nobody who has set it already', async () => {
    installed = ['ms-vscode.cpptools'];
    answer = false;
    await built();
    await built();
    assert.deepEqual([asked.length, editorSettings], [1, {}]);
  });

  it('lets clangd ask the compiler for its headers', async () => {
    installed = LANGUAGE_SERVERS.map(({ extension }) => extension);
    editorSettings['C_Cpp.default.compileCommands'] = 'mine.json';
    editorSettings['clangd.arguments'] = ['--background-index', 1];
    await built();
    assert.deepEqual(asked, ['clangd']);
    assert.deepEqual(editorSettings['clangd.arguments'], [
      '--background-index',
      '--query-driver=/bin/arm-none-eabi-gcc',
    ]);
    const [cpptools, clangd] = LANGUAGE_SERVERS;
    assert.equal(cpptools?.value(['a.json'], 'f', 'c'), undefined);
    assert.equal(cpptools?.value([], 'f', 'c'), 'f');
    assert.equal(clangd?.value(['--query-driver=x'], 'f', 'c'), undefined);
  });
});
