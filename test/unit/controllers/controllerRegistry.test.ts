import assert from 'node:assert/strict';
import { ControllerRegistry } from '../../../src/controllers/controllerRegistry';
import { readImage } from '../../../src/image/imageFile';
import type { LinkAddress } from '../../../src/links/link';
import { ByteReader } from '../../../src/protocol/bytes';
import { CommandId } from '../../../src/protocol/commandId';
import { setDuty } from '../../../src/protocol/messages/motor';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { BOOTLOADER_STEPS } from '../../../src/update/bootloaderInstaller';
import type { Updater } from '../../../src/update/updater';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

/** The fault and ERPM: no averages among them. */
const MINDED_MASK = 0x8080;

describe('controller registry', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;

  const start = (options: SimulatedControllerOptions = {}): void => {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
  };
  const connect = () => bench.clock.run(registry.connect(ADDRESS));
  afterEach(() => {
    registry.dispose();
    bench.dispose();
  });

  /** The payloads sent to the controller in the next `duration_ms`. */
  const sentDuring = async (duration_ms: number): Promise<Uint8Array[]> => {
    const sent: Uint8Array[] = [];
    bench.controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller') sent.push(payload);
      return undefined;
    };
    await bench.clock.advance(duration_ms);
    bench.controller.interference = undefined;
    return sent;
  };

  it('knows who is there, and takes the only one as the selected one', async () => {
    start({ hardware: '75_300' });
    const controller = await connect();
    assert.equal(controller.state, 'connected');
    assert.equal(controller.title, '75_300');
    assert.deepEqual(registry.controllers, [controller]);
    assert.equal(registry.selected, controller);
    assert.equal(await connect(), controller, 'connecting again is the same controller');
  });

  it('reads nothing but the fault and whether it turns, four times a second, while nobody looks', async () => {
    start();
    const controller = await connect();
    await bench.clock.advance(1000);
    const sent = await sentDuring(10_000);
    assert.equal(sent.length, 40);
    for (const payload of sent) {
      assert.equal(payload[0], CommandId.GET_VALUES_SELECTIVE);
      assert.equal(new ByteReader(payload, 1).u32(), MINDED_MASK);
    }
    assert.equal(controller.values, undefined);
  });

  it('shows values while somebody looks, and forgets them afterwards', async () => {
    start();
    const controller = await connect();
    registry.attend('watched');
    await bench.clock.advance(500);
    assert.ok(controller.values!.voltage_V > 10);
    registry.attend('minded');
    assert.equal(controller.values, undefined);
  });

  it('tells of a fault once, and of the next one again', async () => {
    start();
    const controller = await connect();
    const seen: string[] = [];
    registry.onFault(({ sighting }) => seen.push(sighting.fault));
    await bench.clock.advance(1000);
    for (let i = 0; i < 2; i++) {
      bench.controller.setFault('FAULT_CODE_ABS_OVER_CURRENT');
      await bench.clock.advance(400);
      assert.equal(controller.activeFault, 'FAULT_CODE_ABS_OVER_CURRENT');
      await bench.clock.advance(1000);
      assert.equal(controller.activeFault, null);
    }
    assert.deepEqual(seen, ['FAULT_CODE_ABS_OVER_CURRENT', 'FAULT_CODE_ABS_OVER_CURRENT']);
    const history = await bench.clock.run(controller.readFaults());
    assert.equal(history.length, 2);
  });

  it('knows whether its motor turns, though nobody looks', async () => {
    start();
    const controller = await connect();
    await controller.endpoint!.send(setDuty(0.2));
    await bench.clock.advance(500);
    assert.equal(controller.turning, true);
    await bench.clock.advance(20_000);
    assert.equal(controller.turning, false);
  });

  it('takes a controller up again when it returns', async () => {
    start();
    const controller = await connect();
    bench.controller.reset('pin');
    await bench.clock.advance(100);
    assert.equal(controller.state, 'disconnected');
    assert.equal(controller.problem?.code, 'link-closed');
    await bench.clock.advance(10_000);
    assert.equal(controller.state, 'connected');
  });

  it('says when a controller falls silent, and when it speaks again', async () => {
    start();
    const controller = await connect();
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    await bench.clock.advance(6000);
    assert.equal(controller.state, 'silent');
    assert.equal(controller.problem?.code, 'no-answer');
    bench.controller.interference = undefined;
    await bench.clock.advance(3000);
    assert.equal(controller.state, 'connected');
  });

  it('leaves nothing behind when connecting fails', async () => {
    start();
    bench.controller.cutPower();
    await assert.rejects(connect(), { code: 'port-not-found' });
    assert.deepEqual(registry.controllers, []);
  });

  it('closes the port of a controller that is disconnected, and opens no other', async () => {
    start();
    const controller = await connect();
    registry.disconnect(controller);
    assert.equal(bench.pool.find(ADDRESS), undefined);
    assert.equal(registry.selected, undefined);
    assert.deepEqual(await sentDuring(5000), []);
  });

  it('finds the controllers on its CAN bus', async () => {
    start({ canNodes: 2 });
    const controller = await connect();
    const nodes = await bench.clock.run(registry.scan(controller));
    assert.deepEqual(
      nodes.map((node) => node.canId),
      bench.controller.nodes.map((node) => node.firmware?.canIds[0]),
    );
    assert.ok(nodes.every((node) => node.identity?.hardware === '60' && node.state === 'connected'));
    const again = await bench.clock.run(registry.scan(controller));
    assert.deepEqual(again, nodes, 'the same objects, so that a view keeps its items');
  });

  it('keeps names and boards by UUID', async () => {
    start();
    const controller = await connect();
    await registry.rename(controller, 'left wheel');
    await registry.rememberBoard(controller, '60_mk6');
    assert.equal(controller.title, 'left wheel');
    registry.disconnect(controller);
    await bench.clock.advance(10);
    const again = await connect();
    assert.deepEqual([again.record?.name, again.record?.board], ['left wheel', '60_mk6']);
    await registry.rename(again, undefined);
    assert.equal(again.title, '60');
  });

  it('is connected again after an update', async () => {
    start();
    const controller = await connect();
    const states = new Set<string>();
    registry.onChange(() => states.add(controller.state));
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const result = await bench.clock.run(registry.update(controller, { image }, {}));
    assert.equal(result.verdict, 'updated');
    assert.ok(states.has('updating'));
    assert.equal(controller.state, 'connected');
    assert.equal(controller.lastVerdict, 'updated');
    assert.equal(controller.identity?.firmware.buildId, result.buildId);
  });

  it('has the nodes of its bus again after the update of one of them', async () => {
    start({ canNodes: 2 });
    const controller = await connect();
    const [node, other] = await bench.clock.run(registry.scan(controller));
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const result = await bench.clock.run(registry.update(node!, { image }, {}));
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.deepEqual(
      [controller, node, other].map((each) => each?.state),
      ['connected', 'connected', 'connected'],
    );
    assert.equal(node?.identity?.firmware.buildId, result.buildId);
    assert.notEqual(controller.identity?.firmware.buildId, result.buildId);
    assert.deepEqual([node?.lastVerdict, controller.lastVerdict], ['updated', undefined]);
  });

  it('updates a whole bus, and is connected again to all of it', async () => {
    start({ canNodes: 2 });
    const controller = await connect();
    const [node, other] = await bench.clock.run(registry.scan(controller));
    assert.equal(registry.atLink(node!), controller);
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const members = await bench.clock.run(registry.findBus(controller));
    const done = await bench.clock.run(registry.updateBus(controller, members, { image }, {}));
    for (const each of [controller, node!, other!]) {
      const member = done.find(({ version }) => version.uuid === each.identity?.uuid);
      assert.equal(member?.result?.verdict, 'updated');
      assert.equal(each.lastVerdict, 'updated');
      assert.equal(each.state, 'connected');
      assert.equal(each.identity?.firmware.buildId, member.result.buildId);
    }
  });

  it('keeps a bus as it was when nobody was updated', async () => {
    start({ canNodes: 1 });
    const controller = await connect();
    const members = await bench.clock.run(registry.findBus(controller));
    const cancelled = AbortSignal.abort(new Error('changed their mind'));
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const done = await bench.clock.run(
      registry.updateBus(controller, members, { image }, { signal: cancelled }),
    );
    assert.ok(done.every(({ result }) => result === undefined));
    assert.deepEqual([controller.state, controller.lastVerdict], ['connected', undefined]);
  });

  it('knows the bootloader that was installed, and is connected again', async () => {
    start({ bootloader: 'none' });
    const controller = await connect();
    const states = new Set<string>();
    registry.onChange(() => states.add(controller.state));
    const request = { bootloader: syntheticBootloader(), name: 'generic.bin' };
    const steps = new Set<string>();
    const result = await bench.clock.run(
      registry.installBootloader(controller, request, { onProgress: (step) => steps.add(step) }),
    );
    assert.equal(result.verdict, 'installed', result.error?.message);
    assert.deepEqual([...steps], [...BOOTLOADER_STEPS]);
    assert.ok(states.has('updating'));
    assert.equal(controller.state, 'connected');
    assert.equal(controller.record?.bootloader?.state, 'answers');
  });

  it('takes a controller up where it came back, with those behind it', async () => {
    start({ canNodes: 1 });
    const elsewhere: LinkAddress = { kind: 'simulated', name: 'elsewhere' };
    const { pool, clock, memory } = bench;
    registry.dispose();
    registry = new ControllerRegistry({
      pool,
      clock,
      memory,
      updater: {
        installBootloader: () => Promise.resolve({ verdict: 'installed', address: elsewhere }),
      } as unknown as Updater,
    });
    const controller = await connect();
    const [node] = await bench.clock.run(registry.scan(controller));
    const request = { bootloader: syntheticBootloader(), name: 'generic.bin' };
    await bench.clock.run(registry.installBootloader(node!, request, {}));
    assert.deepEqual([controller.address, node?.address], [elsewhere, elsewhere]);
  });

  it('gives access to a controller and to those beside it, while it is connected', async () => {
    start({ canNodes: 1 });
    const controller = await connect();
    const [node] = await bench.clock.run(registry.scan(controller));
    assert.equal(registry.accessTo(controller).endpoint.canId, undefined);
    assert.equal(registry.accessTo(node!).endpoint.canId, node?.canId);
    assert.equal(registry.accessTo(controller).node(9).canId, 9);
    registry.disconnect(controller);
    assert.throws(() => registry.accessTo(controller), { code: 'not-connected' });
  });

  it('goes on looking for a controller after somebody tried to connect it in vain', async () => {
    start();
    const controller = await connect();
    bench.controller.cutPower();
    await bench.clock.advance(100);
    await assert.rejects(connect(), { code: 'port-not-found' });
    assert.equal(controller.state, 'disconnected');
    bench.controller.powerOn();
    await bench.clock.advance(10_000);
    assert.equal(controller.state, 'connected');
  });

  it('can be asked again after connecting was cancelled', async () => {
    start();
    const controller = await connect();
    bench.controller.reset('pin');
    await bench.clock.advance(100);
    const cancelled = AbortSignal.abort(new Error('cancelled'));
    await assert.rejects(bench.clock.run(registry.connect(ADDRESS, cancelled)), /cancelled/);
    assert.equal(controller.state, 'disconnected');
    await bench.clock.advance(10_000);
    assert.equal(controller.state, 'connected');
  });

  it('opens a link once, however many ask for it', async () => {
    start();
    const controller = await connect();
    bench.controller.reset('pin');
    do await bench.clock.advance(50);
    while (!bench.controller.isEnumerated);
    assert.equal(controller.state, 'disconnected', 'it is there, but was not looked for yet');
    await bench.clock.run(Promise.all([registry.refresh(controller), registry.refresh(controller)]));
    assert.equal(controller.state, 'connected');
    registry.disconnect(controller);
    assert.equal(bench.pool.find(ADDRESS), undefined, 'no lease was left behind');
  });

  it('leaves a controller alone while an update owns it', async () => {
    start();
    const { pool, clock, memory } = bench;
    registry.dispose();
    let finish = (): void => undefined;
    const over = new Promise<void>((resolve) => (finish = resolve));
    registry = new ControllerRegistry({
      pool,
      clock,
      memory,
      updater: {
        run: () => over.then(() => ({ verdict: 'lost', address: ADDRESS })),
      } as unknown as Updater,
    });
    const controller = await connect();
    // A read is under way when the update begins.
    await clock.advance(250);
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const updating = registry.update(controller, { image }, {});
    await clock.advance(1000);
    assert.deepEqual(await sentDuring(5000), []);
    await clock.run(registry.refresh(controller));
    assert.equal(controller.state, 'updating');
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    finish();
    await clock.run(updating);
    assert.equal(controller.state, 'disconnected', 'it is silent, but not updated any more');
    bench.controller.interference = undefined;
    await clock.advance(3000);
    assert.equal(controller.state, 'connected');
  });

  it('asks nothing of a node that is not there any more', async () => {
    start({ canNodes: 1 });
    const controller = await connect();
    const [node] = await bench.clock.run(registry.scan(controller));
    registry.select(node);
    await bench.clock.advance(260);
    // The bus is empty now, while a read of the node is under way.
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'from-controller' && payload[0] === CommandId.PING_CAN ? 'drop' : undefined;
    assert.deepEqual(await bench.clock.run(registry.scan(controller)), []);
    assert.equal(registry.selected, controller, 'what was selected is gone');
    await bench.clock.advance(1000);
    const sent = await sentDuring(2000);
    assert.ok(sent.length > 0);
    assert.ok(sent.every(([id]) => id !== CommandId.FORWARD_CAN));
    await assert.rejects(node!.readFaults(), { code: 'not-connected' });
  });

  it('shows the values of nodes that are found while somebody looks', async () => {
    start({ canNodes: 1 });
    const controller = await connect();
    registry.attend('watched');
    const [node] = await bench.clock.run(registry.scan(controller));
    await bench.clock.advance(1000);
    assert.ok(node?.values);
  });
});
