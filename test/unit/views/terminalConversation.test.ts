import assert from 'node:assert/strict';
import { ControllerRegistry } from '../../../src/controllers/controllerRegistry';
import type { Controller } from '../../../src/controllers/controller';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { FirmwarePrints } from '../../../src/views/firmwarePrints';
import type { Memory } from '../../../src/views/knownPorts';
import { TerminalConversation } from '../../../src/views/terminalConversation';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { workspaceMemory } from '../../support/workspaceMemory';

const CONTROL_C = '\u0003';
const UP = '\u001b[A';
/** Moves of the cursor and colours. */
const SEQUENCE = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

interface Terminal {
  readonly conversation: TerminalConversation;
  /** The lines on the screen, the last one with the prompt. */
  readonly lines: () => string[];
  readonly type: (text: string) => void;
}

describe('the conversation in a terminal', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;
  let controller: Controller;
  let log: string[];
  let prints: FirmwarePrints;
  let opened: Terminal[];

  const start = async (options: SimulatedControllerOptions = {}): Promise<void> => {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
    log = [];
    opened = [];
    const write = (line: string): void => void log.push(line);
    prints = new FirmwarePrints({
      pool,
      registry,
      clock,
      createLog: () => ({ info: write, warn: write, show: () => undefined, dispose: () => undefined }),
    });
    controller = await clock.run(registry.connect(ADDRESS));
  };
  afterEach(() => {
    for (const { conversation } of opened) conversation.dispose();
    prints.dispose();
    registry.dispose();
    bench.dispose();
  });

  const open = (of: Controller = controller, memory: Memory = workspaceMemory()): Terminal => {
    let screen = '';
    const show = (text: string): void => void (screen += text);
    const conversation = new TerminalConversation({ controller: of, pool: bench.pool, memory, show });
    conversation.open();
    const terminal: Terminal = {
      conversation,
      type: (text) => conversation.input(text),
      lines: () =>
        screen
          .replace(SEQUENCE, '')
          .split('\r\n')
          .map((line) => line.split('\r').at(-1)!),
    };
    opened.push(terminal);
    return terminal;
  };

  it('runs what is typed, and gives the prompt back when nothing more is printed', async () => {
    await start();
    const { type, lines } = open();
    type('uptime\r');
    await bench.clock.advance(1000);
    const [, , , typed, answer, prompt] = lines();
    assert.equal(typed, '> uptime');
    assert.match(answer!, /^Uptime: \d/);
    assert.equal(prompt, '> ');
  });

  it('runs lines that are typed ahead one after the other', async () => {
    await start();
    const { type, lines } = open();
    type('volt\ruptime\rfau');
    await bench.clock.advance(3000);
    const said = lines().filter((line) => /^(Input voltage|Uptime)/.test(line));
    assert.deepEqual(
      said.map((line) => line.split(':')[0]),
      ['Input voltage', 'Uptime'],
    );
    assert.equal(lines().at(-1), '> fau');
  });

  it('says when nothing was printed, or nothing is connected', async () => {
    await start();
    const { type, lines } = open();
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    type('drv_reset_faults\r');
    await bench.clock.advance(4000);
    assert.ok(lines().includes('(nothing was printed)'));
    registry.disconnect(controller);
    type('volt\r');
    await bench.clock.advance(10);
    assert.ok(lines().includes('Not connected.'));
  });

  it('completes commands from the help of the firmware, asked for once and not shown', async () => {
    await start();
    const { type, lines } = open();
    type('hw_s\t');
    await bench.clock.advance(1000);
    assert.equal(lines().at(-1), '> hw_status ');
    type('\u0015f\t');
    await bench.clock.advance(1);
    assert.ok(
      lines().some((line) => /^fault +faults/.test(line)),
      lines().join('\n'),
    );
    assert.ok(!lines().includes('Valid commands are:'));
    const quick = open();
    quick.type('fau\t\t');
    await bench.clock.advance(1000);
    assert.ok(quick.lines().includes('fault   faults'), quick.lines().join('\n'));
    quick.type('\u0015volt\r');
    quick.type('upt\t\r');
    await bench.clock.advance(2000);
    assert.ok(quick.lines().includes('> uptime'));
    assert.ok(
      quick.lines().some((line) => line.startsWith('Uptime:')),
      quick.lines().join('\n'),
    );
    type('o\t');
    await bench.clock.advance(1);
    assert.equal(lines().at(-1), '> fo\u0007');
    assert.equal(log.filter((line) => line.endsWith('-> help ')).length, 2, 'once a terminal');
  });

  it('remembers what was typed in this workspace', async () => {
    await start();
    const memory = workspaceMemory();
    open(controller, memory).type('volt\r');
    await bench.clock.advance(1000);
    const { type, lines } = open(controller, memory);
    type(`${UP}`);
    assert.equal(lines().at(-1), '> volt');
    const broken = open(controller, workspaceMemory({ 'vesc.terminalHistory': 'x' }));
    broken.type(UP);
    assert.equal(broken.lines().at(-1), '> ');
  });

  it('gives the prompt back at Ctrl+C, and shows what is printed later all the same', async () => {
    await start();
    const { type, lines } = open();
    // The simulated firmware does not know it, and here it seems to measure: its prints are held back.
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    type('hall_analyze 5\r');
    await bench.clock.advance(5000);
    assert.ok(!lines().at(-1)!.startsWith('>'));
    type(CONTROL_C);
    await bench.clock.advance(1);
    assert.equal(lines().at(-1), '> ');
    const { session } = await bench.clock.run(bench.pool.acquire(ADDRESS));
    session.prints.unclaimed('Hall table');
    assert.deepEqual(lines().slice(-2), ['Hall table', '> ']);
  });

  it('goes on after a restart of the controller', async () => {
    await start();
    const { type, lines } = open();
    bench.controller.reset();
    await bench.clock.advance(10_000);
    assert.ok(lines().includes('(connection lost)'));
    assert.ok(lines().includes('(connected again)'));
    type('uptime\r');
    await bench.clock.advance(1000);
    assert.ok(lines().some((line) => line.startsWith('Uptime:')));
  });

  it('never mixes a line with another terminal on the link, nor with the tree', async () => {
    await start({ canNodes: 1 });
    const [node] = await bench.clock.run(registry.scan(controller));
    assert.ok(node);
    registry.attend('watched');
    const here = open();
    const there = open(node);
    for (let round = 0; round < 8; round++) {
      here.type('threads\r');
      there.type('hw_status\r');
      void controller.readFaults();
      void node.readFaults();
      await bench.clock.advance(6000);
    }
    const isThreads = (line: string): boolean => /^(\s+addr|-{9}|1000)/.test(line);
    const isStatus = (line: string): boolean => /^(Firmware|Hardware|UUID|Odometer|FOC|Mempool)/.test(line);
    const isFaults = (line: string): boolean => /faults registered|Active fault/.test(line);
    assert.equal(here.lines().filter(isThreads).length, 8 * 10);
    assert.equal(here.lines().filter(isStatus).length, 0);
    assert.equal(there.lines().filter(isThreads).length, 0);
    assert.ok(there.lines().filter(isStatus).length >= 8 * 6);
    for (const { lines } of [here, there]) assert.deepEqual(lines().filter(isFaults), []);
    assert.ok(there.lines().some((line) => line.startsWith('(waiting: threads runs in the terminal of 60')));
    assert.ok(controller.values, 'the tree went on');
  });

  it('is written down with the name of its controller, whoever asked', async () => {
    await start({ canNodes: 1 });
    const [node] = await bench.clock.run(registry.scan(controller));
    await bench.clock.run(controller.readFaults());
    assert.ok(log.includes('60: No faults registered since startup'), log.join('\n'));
    open(node).type('uptime\r');
    await bench.clock.advance(1000);
    assert.ok(
      log.some((line) => line.startsWith(`60 (CAN ${node!.canId}): Uptime`)),
      log.join('\n'),
    );
  });

  it('does not fill the log of a controller that never stops printing', async () => {
    await start();
    const { session } = await bench.clock.run(bench.pool.acquire(ADDRESS));
    for (let i = 0; i < 1000; i++) session.prints.unclaimed('x'.repeat(5000));
    assert.equal(log.length, 200);
    assert.ok(log.every((line) => line.length <= 1000));
    await bench.clock.advance(2000);
    session.prints.unclaimed('quiet again');
    assert.deepEqual(log.slice(200), ['800 more lines in that second were left out', '60: quiet again']);
  });
});
