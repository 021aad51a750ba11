import assert from 'node:assert/strict';
import type { Session } from '../../../src/links/session';
import { CommandId } from '../../../src/protocol/commandId';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

describe('a controller that was told to start its bootloader', () => {
  let bench: UpdateBench;
  afterEach(() => bench.dispose());

  /** Calls `then` for every frame since the first jump that went out. */
  function afterJump(then: NonNullable<UpdateBench['controller']['interference']>): void {
    let jumped = false;
    bench.controller.interference = (frame) => {
      if (jumped) return then(frame);
      const { direction, payload } = frame;
      const command = payload[0] === CommandId.FORWARD_CAN ? payload[2] : payload[0];
      jumped = direction === 'to-controller' && command === CommandId.JUMP_TO_BOOTLOADER;
      return undefined;
    };
  }

  it('and leaves again before it is asked for its uptime is waited for once more', async () => {
    bench = new UpdateBench();
    await bench.trustBootloader();
    let unplugged = 0;
    afterJump(({ payload }) =>
      payload[0] === CommandId.GET_VALUES_SETUP_SELECTIVE && ++unplugged === 1 ? 'unplug' : undefined,
    );
    assert.equal((await bench.flash()).verdict, 'updated');
    assert.equal(unplugged > 1, true);
  });

  it('and leaves each time it is asked is lost at the deadline', async () => {
    bench = new UpdateBench();
    await bench.trustBootloader();
    let jumped_ms = 0;
    afterJump(({ payload }) => {
      jumped_ms ||= bench.clock.now();
      return payload[0] === CommandId.GET_VALUES_SETUP_SELECTIVE ? 'unplug' : undefined;
    });
    assert.equal((await bench.flash()).verdict, 'lost');
    assert.ok(bench.clock.now() - jumped_ms < 100_000);
  });

  it('and is away again when it is to be proven is waited for, and lost when it stays away', async () => {
    for (const returns of [true, false]) {
      bench?.dispose();
      bench = new UpdateBench();
      await bench.trustBootloader();
      let left = false;
      const onProgress = ({ stage }: { stage: string }): void => {
        if (stage !== 'prove' || left) return;
        left = true;
        bench.controller.cutPower();
        if (returns) bench.controller.powerOn();
      };
      const { verdict, error } = await bench.flash({}, {}, { onProgress });
      assert.deepEqual([verdict, error?.code], returns ? ['updated', undefined] : ['lost', 'lost']);
    }
  });

  it('late is not thought to stay because the link broke before it was told again', async () => {
    bench = new UpdateBench();
    await bench.trustBootloader();
    let jumped = false;
    bench.controller.interference = ({ direction, payload }) => {
      if (payload[0] === CommandId.JUMP_TO_BOOTLOADER && !jumped) {
        jumped = true;
        return { delay_ms: 300 };
      }
      // The jump arrives while the motors are looked at before the second one.
      const isValues = direction === 'from-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE;
      return jumped && isValues ? { delay_ms: 600 } : undefined;
    };
    assert.equal((await bench.flash()).verdict, 'updated');
  });

  it('in vain is not told again once its motor turns', async () => {
    bench = new UpdateBench();
    await bench.trustBootloader();
    let jumps = 0;
    bench.controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller' && payload[0] === CommandId.JUMP_TO_BOOTLOADER) {
        jumps++;
        return 'drop';
      }
      const isValues = direction === 'from-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE;
      return jumps > 0 && isValues
        ? { replace: payload.map((byte, at) => (at < 5 ? byte : 0x11)) }
        : undefined;
    };
    const result = await bench.flash();
    assert.deepEqual([result.verdict, result.error?.code, jumps], ['interrupted', 'motor-turning', 1]);
  });

  it('is not said to be lost by a bug of ours', async () => {
    bench = new UpdateBench();
    await bench.trustBootloader();
    let jumped = false;
    bench.controller.interference = ({ payload }) =>
      void (jumped ||= payload[0] === CommandId.JUMP_TO_BOOTLOADER);
    const acquire = bench.pool.acquire.bind(bench.pool);
    bench.pool.acquire = async (address, signal) => {
      const lease = await acquire(address, signal);
      const claim = (): never => {
        throw new TypeError('a bug');
      };
      return jumped
        ? { ...lease, session: Object.assign(Object.create(lease.session) as Session, { claim }) }
        : lease;
    };
    await assert.rejects(bench.flash(), TypeError);
  });

  describe('behind CAN', () => {
    const target = { address: ADDRESS, canId: 90 };
    const prepare = async (options: ConstructorParameters<typeof UpdateBench>[0], known: boolean) => {
      bench = new UpdateBench(options);
      const node = bench.controller.nodes[0]!;
      const { uuid } = node.firmware!.board.traits;
      if (known) await bench.memory.remember(uuid, { bootloader: { state: 'proven' } });
      return node;
    };

    it('is found under the CAN id it was made with, and gets its own back with everything else', async () => {
      // Before 6.06 an update takes the id with the other settings.
      const version = { major: 6, minor: 2 };
      const node = await prepare({ canNodes: [{ canId: 90, version }] }, true);
      const ids = new Set<number | undefined>();
      node.onPhase(() => ids.add(node.firmware?.canIds[0]));
      const result = await bench.flash({ version }, { target });
      assert.equal(result.verdict, 'updated', result.error?.message);
      assert.ok(
        [...ids].some((id) => id !== undefined && id !== 90),
        'it had another id meanwhile',
      );
      assert.equal(node.firmware?.canIds[0], 90);
      assert.ok(result.restored.every(({ outcome }) => outcome === 'restored'));
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('is lost when it never comes back, however often the bus is asked', async () => {
      const node = await prepare({ canNodes: [{ canId: 90 }, { canId: 91 }] }, true);
      node.onPhase((phase) => {
        if (phase === 'bootloader') node.flash.cutPower = ({ kind }) => kind === 'program';
      });
      let pings = 0;
      afterJump(({ payload }) => void (payload[0] === CommandId.PING_CAN && pings++));
      assert.equal((await bench.flash({}, { target })).verdict, 'lost');
      assert.ok(pings > 1);
    });

    it('is lost when the one it is reached through is gone as well', async () => {
      await prepare({ canNodes: [{ canId: 90 }] }, true);
      afterJump(({ direction }) => (direction === 'to-controller' ? 'unplug' : undefined));
      assert.equal((await bench.flash({}, { target })).verdict, 'lost');
    });

    it('is not waited for any more when the look for its bootloader is cancelled while the bus is asked', async () => {
      await prepare({ canNodes: [{ canId: 90, bootloader: 'none' }] }, false);
      const cancel = new AbortController();
      afterJump(({ direction, payload }) => {
        if (direction === 'to-controller' && payload[0] === CommandId.PING_CAN) cancel.abort();
        return undefined;
      });
      const result = await bench.flash({}, { target }, { signal: cancel.signal });
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      assert.equal(cancel.signal.aborted, true);
    });
  });
});
