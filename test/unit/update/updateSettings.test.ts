import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import type { UpdateProgress } from '../../../src/update/updater';
import { writeCode } from '../../../src/settings/storedCode';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

describe('the settings of an update', () => {
  let bench: UpdateBench;
  const start = (...options: ConstructorParameters<typeof UpdateBench>): UpdateBench =>
    (bench = new UpdateBench(...options));
  afterEach(() => bench.dispose());

  describe('that owes settings from the one before', () => {
    const CODE = new TextEncoder().encode('(print "owed")\0');

    /** An update whose cable was pulled after the erase: the code is gone, and owed. */
    async function owing(options: ConstructorParameters<typeof UpdateBench>[0] = {}): Promise<void> {
      start(options);
      await bench.trustBootloader();
      const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
      await bench.clock.run(writeCode(lease.session, 'lisp', CODE, 0));
      lease.dispose();
      let writes = 0;
      bench.controller.interference = ({ payload }) =>
        payload[0] === CommandId.WRITE_NEW_APP_DATA && ++writes === 10 ? 'unplug' : undefined;
      assert.equal((await bench.flash()).verdict, 'interrupted');
      bench.controller.interference = undefined;
      assert.equal((await bench.journal.pending())[0]?.state, 'staging');
    }
    const storedCode = () => bench.controller.firmware!.code.lisp.read(0, CODE.length);

    it('still owes them when it is cancelled while the controller is away', async () => {
      await owing({ bootloader: 'none' });
      await bench.memory.remember(bench.uuid, { bootloader: { state: 'unknown' } });
      const cancel = new AbortController();
      const result = await bench.flash(
        {},
        {},
        {
          signal: cancel.signal,
          onProgress: ({ stage, fraction }) => stage === 'probe' && fraction > 0.3 && cancel.abort(),
        },
      );
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      const [entry] = await bench.journal.pending();
      assert.equal(entry?.snapshotPath, result.snapshotPath);
      const snapshots = await bench.snapshots.list(bench.uuid);
      assert.deepEqual(snapshots.find(({ path }) => path === entry?.snapshotPath)?.snapshot.lispCode, CODE);
    });

    it('gives nothing else back when the settings that are there cannot be read', async () => {
      await owing();
      bench.controller.interference = ({ direction, payload }) =>
        direction === 'from-controller' && payload[0] === CommandId.GET_APPCONF ? 'drop' : undefined;
      const result = await bench.flash({}, { override: ['snapshot-failed'] });
      assert.equal(result.verdict, 'updated');
      assert.deepEqual(
        result.restored.map(({ what, outcome }) => [what, outcome]),
        [['LispBM code', 'restored']],
      );
      assert.deepEqual(storedCode(), CODE);
    });

    it('goes on owing what it cannot write, and only that', async () => {
      await owing();
      const silent: readonly number[] = [CommandId.GET_APPCONF, CommandId.LISP_ERASE_CODE];
      bench.controller.interference = ({ direction, payload }) =>
        direction === 'from-controller' && silent.includes(payload[0]!) ? 'drop' : undefined;
      const result = await bench.flash({}, { override: ['snapshot-failed'] });
      assert.equal(result.verdict, 'updated');
      assert.deepEqual(
        result.restored.map(({ what, outcome }) => [what, outcome]),
        [['LispBM code', 'failed']],
      );
      assert.equal((await bench.journal.pending()).length, 1);
    });

    it('gives them back when the probe finds no bootloader', async () => {
      await owing({ bootloader: 'none' });
      await bench.memory.remember(bench.uuid, { bootloader: { state: 'unknown' } });
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'bootloader-missing']);
      assert.deepEqual(storedCode(), CODE);
      assert.deepEqual(await bench.journal.pending(), []);
    });
  });

  it('owes the settings of the one before still when it is interrupted before its own jump', async () => {
    start();
    await bench.trustBootloader();
    const path = (await bench.flash()).snapshotPath!;
    const [{ uuid, hardware }, since] = [{ uuid: bench.uuid, hardware: '60' }, '2026-01-01T00:00:00.000Z'];
    const entry = { uuid, hardware, since, image: 'test.bin', address: 'sim:', snapshotPath: path } as const;
    await bench.journal.write({ ...entry, state: 'committed' });
    bench.controller.interference = ({ payload }) =>
      payload[0] === CommandId.WRITE_NEW_APP_DATA ? 'unplug' : undefined;
    assert.equal((await bench.flash({ seed: 2 })).verdict, 'interrupted');
    assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
  });

  it('names a second motor that went silent, and gives everything back: the controller itself is there', async () => {
    start({ dualMotor: true });
    await bench.trustBootloader();
    let releasing = false;
    bench.controller.interference = ({ payload }) =>
      releasing && payload[0] === CommandId.FORWARD_CAN && payload[2] === CommandId.GET_VALUES_SELECTIVE
        ? 'drop'
        : undefined;
    const onProgress = ({ stage }: UpdateProgress): void => void (releasing ||= stage === 'commit');
    const result = await bench.flash({}, {}, { onProgress });
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'can-node-silent']);
    assert.equal(result.restored.length, 4);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('gives the throttle inputs back when it is cancelled before its jump, in the probe too', async () => {
    for (const trusted of [true, false]) {
      bench?.dispose();
      start();
      if (trusted) await bench.trustBootloader();
      const cancel = new AbortController();
      const inputs: boolean[] = [];
      bench.controller.interference = ({ direction, payload }) => {
        if (direction !== 'to-controller' || payload[0] !== CommandId.APP_DISABLE_OUTPUT) return undefined;
        inputs.push(payload.slice(2).every((byte) => byte === 0));
        cancel.abort();
        return undefined;
      };
      const result = await bench.flash({}, {}, { signal: cancel.signal });
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      assert.deepEqual(inputs, [false, true]);
    }
  });

  it('tells since when it owes what a pulled cable keeps from going back', async () => {
    start({ dualMotor: true });
    await bench.trustBootloader();
    const cancel = new AbortController();
    const onProgress = ({ stage }: UpdateProgress): void => {
      if (stage !== 'commit') return;
      cancel.abort();
      bench.controller.unplug();
    };
    const { verdict, unpaid, snapshotPath } = await bench.flash(
      {},
      {},
      { signal: cancel.signal, onProgress },
    );
    assert.equal(verdict, 'interrupted');
    const [entry] = await bench.journal.pending();
    assert.equal(entry?.snapshotPath, snapshotPath);
    assert.ok(unpaid?.happened.includes(entry!.since.slice(0, 10)), unpaid?.happened);
  });

  describe('of a controller that keeps its settings to itself', () => {
    const { SET_CURRENT, FORWARD_CAN } = CommandId;

    /** No motor configuration is ever read; which second motors were released is remembered. */
    function silence(): Set<number> {
      const released = new Set<number>();
      bench.controller.interference = ({ direction, payload }) => {
        if (payload[0] === FORWARD_CAN && payload[2] === SET_CURRENT) released.add(payload[1]!);
        return direction === 'from-controller' && payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined;
      };
      return released;
    }

    it('does not begin, unless the user insists', async () => {
      start();
      await bench.trustBootloader();
      silence();
      const refused = await bench.flash({}, { override: ['data-unwritable'] });
      assert.deepEqual([refused.verdict, refused.error?.code], ['refused', 'snapshot-failed']);
      const result = await bench.flash({}, { override: ['snapshot-failed'] });
      assert.deepEqual([result.verdict, result.snapshotPath, result.restored], ['updated', undefined, []]);
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('makes its second motor safe all the same, whether it is known or has to be found', async () => {
      for (const known of [true, false, 'none'] as const) {
        bench?.dispose();
        start({ dualMotor: true });
        await bench.trustBootloader();
        const released = silence();
        const second = bench.controller.firmware!.canIds[1]!;
        const secondMotor = known === 'none' ? known : second;
        const target = { address: ADDRESS, ...(known === false ? {} : { secondMotor }) };
        const result = await bench.flash({}, { target, override: ['snapshot-failed'] });
        assert.equal(result.verdict, 'updated');
        assert.deepEqual([...released], known === 'none' ? [] : [second]);
      }
    });

    it('owes nothing, as nothing was saved, when it is cancelled in the end', async () => {
      start();
      await bench.trustBootloader();
      silence();
      const cancel = new AbortController();
      const onProgress = ({ stage }: UpdateProgress): void => void (stage === 'commit' && cancel.abort());
      const hooks = { signal: cancel.signal, onProgress };
      const result = await bench.flash({}, { override: ['snapshot-failed'] }, hooks);
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      assert.deepEqual([result.unpaid, result.snapshotPath], [undefined, undefined]);
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('does not take a full disk for one: that cannot be overridden', async () => {
      start();
      const write = bench.files.write.bind(bench.files);
      bench.files.write = (path, text) =>
        path.startsWith('snapshots') ? Promise.reject(new Error('ENOSPC')) : write(path, text);
      const result = await bench.flash({}, { override: ['snapshot-failed', 'data-unwritable'] });
      assert.deepEqual([result.verdict, result.error?.code], ['refused', 'data-unwritable']);
    });
  });
});
