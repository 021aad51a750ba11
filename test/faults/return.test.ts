import assert from 'node:assert/strict';
import { VescError } from '../../src/base/errors';
import type { LinkAddress } from '../../src/links/link';
import { sameAddress } from '../../src/links/linkAddress';
import { CommandId } from '../../src/protocol/commandId';
import type { UpdateResult } from '../../src/update/verdict';
import { ADDRESS, UpdateBench } from '../support/updateBench';
import { readBelongings, SITUATIONS, Stage } from './situation';

const ELSEWHERE: LinkAddress = { kind: 'simulated', name: 'elsewhere' };

describe('a controller that returns from its bootloader', () => {
  let bench: UpdateBench;
  let stage: Stage | undefined;
  afterEach(() => {
    stage?.dispose();
    bench.dispose();
  });

  async function prepare(name: string, change: Partial<(typeof SITUATIONS)[number]> = {}): Promise<Stage> {
    const situation = SITUATIONS.find((each) => each.name === name)!;
    stage = await Stage.set({ ...situation, ...change });
    bench = stage.bench;
    return stage;
  }
  const update = ({ bench: { clock, updater }, request }: Stage): Promise<UpdateResult> =>
    clock.run(updater.run(request));

  it('at a port with another name is found there by its UUID', async () => {
    let place = ADDRESS;
    bench = new UpdateBench(
      {},
      {
        open: (address, controller) => {
          if (sameAddress(address, place)) return controller.connect(address);
          throw new VescError('port-not-found', { path: address.kind });
        },
        candidates: () => [ELSEWHERE],
      },
    );
    await bench.trustBootloader();
    bench.controller.onEnumeration((isThere) => {
      if (!isThere) place = ELSEWHERE;
    });
    const result = await bench.flash();
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(result.address, ELSEWHERE);
  });

  it('is not taken for another one that is at its old port now', async () => {
    const other = new UpdateBench({ uuid: '0102030405060708090a0b0c' });
    let moved = false;
    bench = new UpdateBench(
      {},
      {
        open: (address, controller) =>
          moved === sameAddress(address, ADDRESS)
            ? other.controller.connect(address)
            : controller.connect(address),
        candidates: () => [ELSEWHERE],
      },
    );
    await bench.trustBootloader();
    bench.controller.onEnumeration((isThere) => (moved = moved || !isThere));
    const result = await bench.flash();
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(result.address, ELSEWHERE);
    assert.equal(other.controller.firmware?.identity.userCommit, '');
    other.dispose();
  });

  it('with a second motor gets the settings of both back', async () => {
    const dual = await prepare('dual motor');
    const result = await update(dual);
    assert.equal(result.verdict, 'updated');
    assert.equal(result.restored.filter(({ outcome }) => outcome === 'restored').length, 6);
    assert.deepEqual(readBelongings(dual.subject.firmware!), dual.belongings);
  });

  it('behind CAN under the id it was made with, because its settings are gone, is found and gets its id back', async () => {
    const node = await prepare('node behind CAN');
    const id = node.subject.firmware!.canIds[0];
    const seen: (number | undefined)[] = [];
    // Without power the memory that outlives an update does not keep the id either.
    const watching = node.subject.onPhase((phase) => {
      if (phase !== 'running') return;
      watching.dispose();
      node.subject.cutPower();
      node.subject.powerOn();
    });
    node.subject.onPhase((phase) => {
      const [now] = node.subject.firmware?.canIds ?? [];
      if (phase === 'running' && now !== id) seen.push(now);
    });
    const result = await update(node);
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.equal(seen.length, 1, 'it came back under another id');
    assert.equal(node.subject.firmware?.canIds[0], id);
    assert.ok(result.restored.every(({ outcome }) => outcome === 'restored'));
    assert.deepEqual(readBelongings(node.subject.firmware!), node.belongings);
    assert.deepEqual(await node.bench.journal.pending(), []);
  });

  it('was never away, because the jump was lost with the cable: it is sent again', async () => {
    const known = await prepare('known controller');
    let jumps = 0;
    bench.controller.interference = ({ direction, payload }) => {
      if (direction !== 'to-controller' || payload[0] !== CommandId.JUMP_TO_BOOTLOADER) return undefined;
      return ++jumps === 1 ? 'unplug' : undefined;
    };
    const result = await update(known);
    assert.deepEqual([result.verdict, jumps], ['updated', 2]);
  });

  it('keeps being waited for when the link breaks before the jump is sent again: the first may have arrived', async () => {
    const known = await prepare('known controller');
    let jumped = false;
    bench.controller.interference = ({ direction, payload }) => {
      if (payload[0] === CommandId.JUMP_TO_BOOTLOADER && !jumped) {
        jumped = true;
        return { delay_ms: 1 };
      }
      // The jump arrives while the motors are looked at before the second one.
      const isValues = direction === 'from-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE;
      return jumped && isValues ? { delay_ms: 5 } : undefined;
    };
    const result = await update(known);
    assert.equal(result.verdict, 'updated');
  });
});
