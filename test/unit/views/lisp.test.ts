import assert from 'node:assert/strict';
import { ControllerRegistry } from '../../../src/controllers/controllerRegistry';
import type { Controller } from '../../../src/controllers/controller';
import { pauseLisp, runLisp, uploadLisp } from '../../../src/controllers/lispProgram';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { FirmwarePrints, listenToLisp } from '../../../src/views/firmwarePrints';
import type { Memory } from '../../../src/views/knownPorts';
import { LispConversation } from '../../../src/views/lispConversation';
import { LispPrograms } from '../../../src/views/lispPrograms';
import { lispLenses, lispStatus, lispUploadNotice } from '../../../src/views/lispWords';
import type { Notice } from '../../../src/views/notices';
import { connectedController } from '../../support/controllers';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { workspaceMemory } from '../../support/workspaceMemory';

const HOST = { hardware: '60', hardwareType: 'vesc', major: 7, minor: 1 } as const;
const FILE = '/home/me/main.lisp';
const CONTROL_C = '\u0003';
const UP = '\u001b[A';
const SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

describe('LispBM as a person sees it', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;
  let controller: Controller;
  let programs: LispPrograms;
  let opened: LispConversation[];

  const start = async (options: SimulatedControllerOptions = {}): Promise<void> => {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
    programs = new LispPrograms({ pool, registry, clock });
    opened = [];
    controller = await clock.run(registry.connect(ADDRESS));
  };
  afterEach(() => {
    for (const each of opened) each.dispose();
    programs.dispose();
    registry.dispose();
    bench.dispose();
  });

  const upload = async (source: string): Promise<void> => {
    const code = new TextEncoder().encode(`${source}\0\0\0`);
    programs.begin(controller, FILE);
    await bench.clock.run(uploadLisp(controller.endpoint!, HOST, code));
    await bench.clock.run(runLisp(controller.endpoint!, HOST));
    await bench.clock.advance(100);
  };

  const open = (
    memory: Memory = workspaceMemory(),
  ): { type: (text: string) => void; lines: () => string[] } => {
    let screen = '';
    const { pool, clock } = bench;
    const show = (text: string): void => void (screen += text);
    const conversation = new LispConversation({ controller, pool, programs, clock, memory, show });
    conversation.open();
    opened.push(conversation);
    const lines = (): string[] =>
      screen
        .replace(SEQUENCE, '')
        .split('\r\n')
        .map((line) => line.split('\r').at(-1)!);
    return { type: (text) => conversation.input(text), lines };
  };

  describe('the REPL', () => {
    it('evaluates what is typed, one after the other, however fast it is typed', async () => {
      await start();
      const { type, lines } = open();
      type('(+ 1 1)\r(+ 1 2)\r\r(+ 1 3)\r');
      await bench.clock.advance(10_000);
      assert.deepEqual(
        lines().filter((line) => line.startsWith('> ')),
        ['> 2', '> 3', '> 4'],
      );
      assert.equal(lines().at(-1), '# ');
    });

    it('shows what a program prints, and offers earlier lines another time', async () => {
      await start();
      const memory = workspaceMemory();
      const { type, lines } = open(memory);
      await upload('(puts "from the program")');
      assert.ok(lines().includes('from the program'));
      type('(+ 20 1)\r');
      await bench.clock.advance(3000);
      const again = open(memory);
      again.type(UP);
      assert.equal(again.lines().at(-1), '# (+ 20 1)');
    });

    it('does not send what was typed ahead after Ctrl+C', async () => {
      await start();
      const { type, lines } = open();
      type('(+ 1 1)\r(+ 1 2)\r');
      type(CONTROL_C);
      await bench.clock.advance(10_000);
      const answers = lines().filter((line) => line.startsWith('> '));
      assert.ok(!answers.includes('> 3'), answers.join());
      type('(+ 1 3)\r');
      await bench.clock.advance(3000);
      assert.ok(lines().includes('> 4'));
    });

    it('knows what lets LispBM go on and what makes it stand still', async () => {
      await start();
      const { watch } = programs.of(controller);
      const { type } = open();
      const isRunningAfter = async (text: string): Promise<boolean> => {
        type(`${text}\r`);
        await bench.clock.advance(2500);
        return watch.isRunning;
      };
      assert.equal(await isRunningAfter(':info'), false);
      assert.equal(await isRunningAfter('(+ 1 1)'), true);
      assert.equal(await isRunningAfter(':pause'), false);
      assert.equal(await isRunningAfter(':help'), false);
      assert.equal(await isRunningAfter(':continue'), true);
    });

    it('tells when the connection is gone', async () => {
      await start();
      const { type, lines } = open();
      registry.disconnect(controller);
      type('(+ 1 1)\r');
      await bench.clock.advance(1000);
      assert.ok(lines().includes('Not connected.'));
    });
  });

  describe('a program', () => {
    it('has its errors at the lines of its file, each once, until it is uploaded again', async () => {
      await start();
      await upload('(puts "a")\n(f))\n');
      const [error, ...others] = programs.errors.get(FILE)!;
      assert.deepEqual([error?.firstLine, others], [2, []]);
      await bench.clock.run(runLisp(controller.endpoint!, HOST));
      await bench.clock.advance(100);
      assert.equal(programs.errors.get(FILE)?.length, 1);
      await upload('(puts "a")\n');
      assert.deepEqual(programs.errors.get(FILE), []);
    });

    it('is not said to run when it failed at once', async () => {
      await start();
      const notice = (isNew: boolean): Notice =>
        lispUploadNotice('main.lisp', '60', isNew, programs.errors.get(FILE) ?? []);
      await upload('(puts "a")\n');
      assert.equal(notice(true).text, 'main.lisp runs on 60.');
      assert.equal(notice(false).text, 'main.lisp runs on 60; it was stored already.');
      assert.deepEqual([notice(true).severity, notice(true).actions], ['information', ['lisp-output']]);
      await upload('(puts "a")\n(f))\n');
      assert.equal(
        notice(true).text,
        'main.lisp is on 60, but LispBM found an error in line 2: read_error: Parse error',
      );
      assert.deepEqual([notice(true).severity, notice(true).actions], ['error', ['problems', 'lisp-output']]);
    });

    it('that was refused has that error alone', async () => {
      await start();
      const error = { text: 'no such file', firstLine: 3, lastLine: 3, column: undefined };
      programs.refuse(controller, FILE, error);
      assert.deepEqual(programs.errors.get(FILE), [error]);
    });

    it('whose file is not known has errors nowhere', async () => {
      await start();
      await bench.clock.run(uploadLisp(controller.endpoint!, HOST, new TextEncoder().encode('(\0')));
      await bench.clock.run(runLisp(controller.endpoint!, HOST));
      await bench.clock.advance(100);
      assert.equal(programs.errors.size, 0);
    });

    it('shows how it does while it runs, and is forgotten with its controller', async () => {
      await start();
      await upload('(puts "a")\n');
      const { watch } = programs.of(controller);
      assert.equal(lispStatus(programs.running, undefined), undefined);
      watch.start();
      assert.equal(lispStatus(programs.running, controller), undefined, 'nothing was read yet');
      await bench.clock.advance(1500);
      const words = lispStatus(programs.running, undefined);
      assert.match(words!.text, /LispBM.*2 %/);
      assert.match(words!.tooltip.join('\n'), /heap 10 %, memory.*5 %\nvt-counter = \d/);
      await bench.clock.run(watch.pause());
      await bench.clock.run(pauseLisp(controller.endpoint!, HOST));
      assert.equal(lispStatus(programs.running, controller), undefined);
      watch.start();
      registry.disconnect(controller);
      await bench.clock.advance(10);
      assert.deepEqual(programs.running, []);
      assert.equal(watch.isRunning, false);
    });
  });

  it('has what LispBM prints in a log of its own, line by line', async () => {
    await start();
    const log: string[] = [];
    let shown = 0;
    const write = (line: string): void => void log.push(line);
    const prints = new FirmwarePrints({
      pool: bench.pool,
      registry,
      clock: bench.clock,
      createLog: () => ({ info: write, warn: write, show: () => void shown++, dispose: () => undefined }),
      listen: listenToLisp,
    });
    registry.disconnect(controller);
    controller = await bench.clock.run(registry.connect(ADDRESS));
    await bench.clock.run(controller.endpoint!.terminal('uptime'));
    await upload('(puts "one")\n(puts "two")\n');
    prints.show();
    assert.deepEqual(log, ['60: one', '60: two']);
    assert.equal(shown, 1);
    prints.dispose();
  });

  it('offers its lenses where there is a controller, by the name of the selected one', async () => {
    await start();
    assert.deepEqual(lispLenses([], undefined), []);
    const other = connectedController();
    assert.deepEqual(
      lispLenses([other], other).map(({ title }) => title),
      ['Upload and run on 60', 'Stop', 'REPL'],
    );
    assert.equal(lispLenses([other, other], undefined)[0]?.title, 'Upload and run');
  });
});
