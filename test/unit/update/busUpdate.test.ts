import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { readImage } from '../../../src/image/imageFile';
import type { SimulatedControllerOptions } from '../../../src/simulator/simulatedController';
import { type BusMember, findBusMembers, updateBus, worstOf } from '../../../src/update/busUpdate';
import { writeCode } from '../../../src/settings/storedCode';
import type { SharedUpdate } from '../../../src/update/updater';
import type { UpdateResult } from '../../../src/update/verdict';
import { syntheticImage } from '../../support/syntheticImage';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const IMAGE = readImage(syntheticImage({ hardware: '60' }), '60.bin');

describe('updating a whole bus', () => {
  let bench: UpdateBench;
  afterEach(() => bench.dispose());

  const find = (): Promise<BusMember[]> => bench.clock.run(findBusMembers(bench.dependencies, ADDRESS));
  const update = async (signal?: AbortSignal, onResult?: () => void): Promise<BusMember[]> => {
    const members = await find();
    const hooks = { ...(signal ? { signal } : {}), ...(onResult ? { onResult } : {}) };
    return bench.clock.run(updateBus(bench.updater, members, { image: IMAGE }, hooks));
  };
  const verdicts = (members: readonly BusMember[]) => members.map(({ result }) => result?.verdict);
  const builds = () =>
    [...bench.controller.nodes, bench.controller].map((node) => node.firmware?.identity.userCommit !== '');

  it('begins with the remote controllers and ends with the one at the link', async () => {
    bench = new UpdateBench({ canNodes: 2 });
    const order = (await find()).map(({ target }) => target.canId);
    const [first, second] = bench.controller.nodes.map((node) => node.firmware?.canIds[0]);
    assert.deepEqual(order, [first, second, undefined]);
    const done = await update();
    assert.deepEqual(verdicts(done), ['updated', 'updated', 'updated']);
    assert.deepEqual(builds(), [true, true, true]);
    assert.equal(worstOf(done).verdict, 'updated');
  });

  it('counts a dual-motor board once, at the link and behind it', async () => {
    bench = new UpdateBench({ dualMotor: true, canNodes: [{ dualMotor: true, canId: 90 }] });
    assert.deepEqual(
      (await find()).map(({ target }) => target.canId),
      [90, undefined],
    );
  });

  it('refuses other hardware one by one and goes on with the rest', async () => {
    bench = new UpdateBench({ canNodes: [{ hardware: '75_300', canId: 90 }, { canId: 91 }] });
    const done = await update();
    assert.deepEqual(verdicts(done), ['refused', 'updated', 'updated']);
    assert.equal(done[0]!.result?.error?.code, 'wrong-hardware');
    assert.equal(worstOf(done).verdict, 'refused');
  });

  it('stops at the first that fails, so that the others keep working firmware', async () => {
    const nodes: SimulatedControllerOptions[] = [{ bootloader: 'none', canId: 90 }, { canId: 91 }];
    bench = new UpdateBench({ canNodes: nodes });
    const done = await update();
    assert.deepEqual(verdicts(done), ['not-taken', 'interrupted', undefined]);
    assert.equal(done[1]!.result?.error?.code, 'bus-stopped');
    assert.match(done[1]!.result.error.message, /CAN id 90 was not updated/);
    assert.deepEqual(builds(), [false, false, false]);
    assert.equal(worstOf(done).verdict, 'not-taken');
  });

  it('installs on one after the other, each proven before the next, however they were staged', async () => {
    bench = new UpdateBench({ canNodes: 3 });
    const members = await find();
    const events: string[] = [];
    for (const [index, node] of bench.controller.nodes.entries()) {
      await bench.memory.remember(node.firmware!.board.traits.uuid, { bootloader: { state: 'proven' } });
      node.onPhase((phase) => events.push(`${phase} ${index}`));
    }
    await bench.clock.run(
      updateBus(
        bench.updater,
        members.slice(0, 3),
        { image: IMAGE },
        {
          onResult: ({ target }) =>
            events.push(`proven ${members.findIndex((member) => member.target === target)}`),
        },
      ),
    );
    const expected = [0, 1, 2].flatMap((index) => [`bootloader ${index}`, `proven ${index}`]);
    assert.deepEqual(
      events.filter((event) => !/starting|running/.test(event)),
      expected,
    );
  });

  it('leaves those that were staged as they were when one before them fails, with their code given back', async () => {
    bench = new UpdateBench({ canNodes: [{ bootloader: 'none', canId: 90 }, { canId: 91 }] });
    const [failing, staged] = bench.controller.nodes;
    for (const node of [failing!, staged!]) {
      await bench.memory.remember(node.firmware!.board.traits.uuid, { bootloader: { state: 'proven' } });
    }
    const code = new TextEncoder().encode('(loopwhile t (sleep 1))');
    const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
    await bench.clock.run(writeCode(lease.session.node(91), 'lisp', code, 0));
    lease.dispose();
    const done = await update();
    assert.deepEqual(verdicts(done), ['not-taken', 'interrupted', undefined]);
    const { stages, restored } = done[1]!.result!;
    assert.ok(
      stages.some(({ stage }) => stage === 'upload'),
      'it was staged before',
    );
    assert.ok(!stages.some(({ stage }) => stage === 'reconnect'), 'it was never restarted');
    assert.ok(restored.some(({ outcome }) => outcome === 'restored'));
    assert.deepEqual(staged!.firmware!.code.lisp.read(0, code.length), code);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('tells as the worst why the others were stopped', () => {
    const version = { hardware: '60' } as BusMember['version'];
    const ended = (error: VescError): BusMember => ({
      target: { address: ADDRESS },
      version,
      result: { verdict: 'interrupted', error } as UpdateResult,
    });
    const stopped = ended(new VescError('bus-stopped', { hardware: '60' }));
    const cause = ended(new VescError('erase-refused', {}));
    assert.equal(worstOf([stopped, cause]).error?.code, 'erase-refused');
  });

  it('has nobody but the one at the link where nothing else answers, and nobody at all once it is cancelled', async () => {
    bench = new UpdateBench();
    const cancel = new AbortController();
    assert.deepEqual(verdicts(await update()), ['updated']);
    cancel.abort();
    assert.deepEqual(verdicts(await update(cancel.signal)), [undefined]);
  });

  it('can be cancelled between two', async () => {
    bench = new UpdateBench({ canNodes: 1 });
    const cancel = new AbortController();
    const done = await update(cancel.signal, () => cancel.abort());
    assert.deepEqual(verdicts(done), ['updated', undefined]);
  });

  it('tells how far each is, and stops when the one at the link fails as well', async () => {
    bench = new UpdateBench({
      canNodes: [{ canId: 90, bootloader: 'current' }],
      bootloader: 'none',
      speedFactor: 0,
    });
    await bench.memory.remember(bench.controller.nodes[0]!.firmware!.board.traits.uuid, {
      bootloader: { state: 'proven' },
    });
    const members = await bench.clock.run(
      findBusMembers(bench.dependencies, ADDRESS, new AbortController().signal),
    );
    const seen = new Set<string>();
    const done = await bench.clock.run(
      updateBus(
        bench.updater,
        members,
        { image: IMAGE },
        { onProgress: (_, index, count, { stage }) => seen.add(`${index} of ${count} ${stage}`) },
      ),
    );
    assert.equal(done[1]!.result?.verdict, 'not-taken');
    assert.ok(seen.has('0 of 2 upload') && seen.has('1 of 2 probe'));
  });

  it('takes the window the user decided on, and passes on what is nobody’s fault but ours', async () => {
    bench = new UpdateBench({ canNodes: 1 });
    const members = await find();
    const windows: number[] = [];
    const updater = {
      sharedWindow: bench.updater.sharedWindow.bind(bench.updater),
      run: (_request: unknown, _hooks?: unknown, shared?: SharedUpdate): Promise<never> => {
        if (shared) windows.push(shared.window.limit);
        return Promise.reject(new TypeError('a bug'));
      },
    };
    await assert.rejects(updateBus(updater, members, { image: IMAGE, window: 2 }), TypeError);
    assert.deepEqual(windows, [2]);
  });

  it('has an end even when a member has left meanwhile', async () => {
    bench = new UpdateBench({ canNodes: 1 });
    const members = await find();
    bench.controller.nodes[0]!.cutPower();
    const done = await bench.clock.run(updateBus(bench.updater, members, { image: IMAGE }));
    assert.deepEqual(verdicts(done), ['interrupted', undefined]);
    assert.equal(worstOf([{ ...members[0]!, result: done[0]!.result! }, members[1]!]).verdict, 'interrupted');
    assert.equal(worstOf([]).verdict, 'interrupted');
  });
});
