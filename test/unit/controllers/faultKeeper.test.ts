import assert from 'node:assert/strict';
import type { Controller } from '../../../src/controllers/controller';
import { ControllerRegistry } from '../../../src/controllers/controllerRegistry';
import { FaultKeeper } from '../../../src/controllers/faultKeeper';
import { SessionPool } from '../../../src/links/sessionPool';
import { CommandId } from '../../../src/protocol/commandId';
import { FaultHistory } from '../../../src/settings/faultHistory';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { parseCrash } from '../../../src/simulator/crashMemory';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

describe('keeping faults', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;
  let history: FaultHistory;
  let keeper: FaultKeeper;
  let controller: Controller;
  let crashes: string[];

  const start = async (options: SimulatedControllerOptions = {}): Promise<void> => {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater, files } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
    history = new FaultHistory(files);
    keeper = new FaultKeeper({ registry, history, clock });
    crashes = [];
    keeper.onCrash(({ diag }) => crashes.push(diag.crash!.kind));
    controller = await clock.run(registry.connect(ADDRESS));
    await clock.advance(3000);
  };
  afterEach(() => {
    keeper.dispose();
    registry.dispose();
    bench.dispose();
  });
  const kept = (): [string[], string[]] => {
    const words = (all: NonNullable<Controller['kept']>['thisBoot']): string[] =>
      all.map(({ fault, seen }) => `${seen ? 'seen' : 'found'} ${fault.slice('FAULT_CODE_'.length)}`);
    return [words(controller.kept!.thisBoot), words(controller.kept!.earlier)];
  };

  it('begins with what the controller has when it is connected', async () => {
    await start({ faults: ['OVER_VOLTAGE', 'DRV'] });
    assert.equal(controller.faultHistory?.length, 2);
    assert.deepEqual(kept(), [['found OVER_VOLTAGE', 'found DRV'], []]);
    assert.deepEqual(controller.crashDiag?.resetFlags, ['BOR', 'PIN', 'POR']);
    assert.deepEqual(crashes, []);
  });

  it('writes a fault down as it strikes, and then what was recorded of it', async () => {
    await start();
    bench.controller.setFault('ABS_OVER_CURRENT', { current_A: 132.5 });
    const at = bench.clock.date();
    await bench.clock.advance(4000);
    const [fault] = controller.kept!.thisBoot;
    assert.equal(fault?.fault, 'FAULT_CODE_ABS_OVER_CURRENT');
    assert.equal(fault.record?.current_A, 132.5);
    assert.ok(Math.abs(Date.parse(fault.at) - at.getTime()) <= 300, fault.at);
  });

  it('keeps it when the controller restarts', async () => {
    await start();
    bench.controller.setFault('DRV');
    await bench.clock.advance(4000);
    bench.controller.reset('pin');
    await bench.clock.advance(15_000);
    assert.equal(controller.state, 'connected');
    assert.deepEqual(kept(), [[], ['seen DRV']]);
  });

  it('does not take a fault for new that was active before it was connected', async () => {
    await start();
    bench.controller.setFault('DRV', { held: true });
    await bench.clock.advance(12_000);
    await bench.clock.run(registry.refresh(controller));
    await bench.clock.advance(12_000);
    assert.deepEqual(kept(), [['seen DRV'], []]);
  });

  it('asks seldom while a fault comes and goes', async () => {
    await start();
    let listings = 0;
    bench.controller.interference = ({ direction, payload }) => {
      const isTerminal = payload[0] === CommandId.TERMINAL_CMD;
      if (direction === 'to-controller' && isTerminal) listings++;
      return undefined;
    };
    for (let round = 0; round < 20; round++) {
      bench.controller.setFault('DRV');
      await bench.clock.advance(1000);
    }
    await bench.clock.advance(11_000);
    assert.ok(listings >= 2 && listings <= 4, `${listings}`);
    assert.deepEqual(
      kept()[0],
      Array.from({ length: 20 }, () => 'seen DRV'),
    );
  });

  it('tells of a crash once, and knows it again after a restart', async () => {
    await start({ crash: parseCrash('pc=0x0800c123') });
    assert.equal(controller.crashDiag?.crash?.kind, 'registers');
    assert.deepEqual(crashes, ['registers']);
    bench.controller.reset('pin');
    await bench.clock.advance(15_000);
    assert.equal(controller.crashDiag.crash.bootsAgo, 2);
    assert.deepEqual(crashes, ['registers']);
    bench.controller.crash({ kind: 'halt', reason: 'enough' });
    await bench.clock.advance(15_000);
    assert.deepEqual(crashes, ['registers', 'halt']);
    assert.equal((await history.of(bench.uuid, { now_ms: 0, boot_ms: 0 })).crashes.length, 2);
  });

  it('notices a restart behind a link that stays open', async () => {
    await start();
    bench.controller.setFault('DRV');
    await bench.clock.advance(4000);
    const { crashDiag } = controller;
    // A pause without a restart changes nothing.
    bench.controller.interference = () => 'drop';
    await bench.clock.advance(1500);
    bench.controller.interference = undefined;
    await bench.clock.advance(5000);
    assert.equal(controller.interruptions, 1);
    assert.equal(controller.crashDiag, crashDiag);

    keeper.dispose();
    registry.dispose();
    const { clock, memory, updater } = bench;
    const uart = { open: () => Promise.resolve(bench.controller.connect(ADDRESS, 'uart')) };
    registry = new ControllerRegistry({ pool: new SessionPool(uart, clock), clock, memory, updater });
    keeper = new FaultKeeper({ registry, history, clock });
    controller = await clock.run(registry.connect(ADDRESS));
    await clock.advance(5000);
    bench.controller.crash({ kind: 'halt', reason: 'enough' });
    await clock.advance(15_000);
    assert.ok(controller.interruptions > 0);
    assert.equal(controller.crashDiag?.crash?.kind, 'halt');
    assert.deepEqual(kept(), [[], ['seen DRV']]);
  });

  it('notices a crash behind a link that stays open however soon it comes', async () => {
    for (let delay_ms = 0; delay_ms <= 2500; delay_ms += 100) {
      bench = new UpdateBench();
      const { clock, memory, updater, files } = bench;
      const uart = { open: () => Promise.resolve(bench.controller.connect(ADDRESS, 'uart')) };
      registry = new ControllerRegistry({ pool: new SessionPool(uart, clock), clock, memory, updater });
      keeper = new FaultKeeper({ registry, history: new FaultHistory(files), clock });
      crashes = [];
      keeper.onCrash(({ diag }) => crashes.push(diag.crash!.kind));
      controller = await clock.run(registry.connect(ADDRESS));
      await clock.advance(delay_ms);
      bench.controller.crash({ kind: 'halt', reason: 'enough' });
      await clock.advance(20_000);
      assert.deepEqual(crashes, ['halt'], `${delay_ms} ms after it was connected`);
      keeper.dispose();
      registry.dispose();
      bench.dispose();
    }
  });

  it('asks older firmware for what it has', async () => {
    await start({ version: { major: 6, minor: 0 }, faults: ['DRV'] });
    assert.equal(controller.crashDiag, undefined);
    assert.deepEqual(kept(), [['found DRV'], []]);
  });

  it('disturbs nobody when nothing can be read or written', async () => {
    await start();
    bench.files.write = () => Promise.reject(Object.assign(new Error('full'), { syscall: 'write' }));
    bench.controller.setFault('DRV');
    await bench.clock.advance(4000);
    assert.equal(controller.faultHistory?.length, 1);
    keeper.dispose();
    bench.controller.setFault('BRK');
    await bench.clock.advance(4000);
    assert.equal(controller.faultHistory.length, 1);
  });
});
