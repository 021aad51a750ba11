import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { CommandId } from '../../../src/protocol/commandId';
import type { UpdateProgress } from '../../../src/update/updater';
import { UPDATE_STAGES, verdictExitStatus } from '../../../src/update/verdict';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const OLD = { major: 6, minor: 6 };
const OTHER_COMMIT = 'e'.repeat(40);

describe('an update', () => {
  let bench: UpdateBench;
  const start = (...options: ConstructorParameters<typeof UpdateBench>): UpdateBench =>
    (bench = new UpdateBench(...options));
  afterEach(() => bench.dispose());

  /** What runs on the controller, as itself says. */
  const running = () => bench.controller.firmware?.identity;

  describe('that goes well', () => {
    it('is proven by the identity stamped into the image', async () => {
      start({ version: OLD });
      const result = await bench.flash();
      assert.equal(result.verdict, 'updated');
      assert.equal(result.proof, 'build-identity');
      assert.equal(verdictExitStatus(result.verdict), 0);
      assert.match(result.buildId ?? '', /^vb1-[0-9a-f]{40}$/);
      assert.notEqual(result.buildId, `vb1-${'0'.repeat(40)}`);
      assert.equal(result.after?.firmware.buildId, result.buildId);
      assert.equal(running()?.userCommit, result.buildId);
      assert.deepEqual([result.before?.firmware.major, result.after?.firmware.major], [6, 7]);
      assert.deepEqual(
        result.stages.map(({ stage }) => stage),
        UPDATE_STAGES,
      );
      assert.ok(result.payload_B > 0 && result.payload_B < result.raw_B);
      assert.equal(result.error, undefined);
    });

    it('leaves no journal, and knows that the bootloader works', async () => {
      start();
      const { before } = await bench.flash();
      assert.deepEqual(await bench.journal.pending(), []);
      const { bootloader } = await bench.memory.recall(before!.uuid);
      assert.equal(bootloader?.state, 'proven');
      assert.equal(bootloader?.decompresses, true);
    });

    it('does not write what runs already, unless told to', async () => {
      start();
      assert.equal((await bench.flash()).verdict, 'updated');
      const again = await bench.flash();
      assert.equal(again.verdict, 'already-running');
      assert.equal(again.proof, 'build-identity');
      assert.deepEqual(
        again.stages.map(({ stage }) => stage),
        ['identify'],
      );
      assert.equal((await bench.flash({}, { reflash: true })).verdict, 'updated');
    });

    it('tells how far it is, and from when on the power must stay', async () => {
      start();
      const seen: UpdateProgress[] = [];
      await bench.flash({}, {}, { onProgress: (progress) => seen.push(progress) });
      assert.ok(seen.some(({ stage }) => stage === 'probe'));
      const stages = [...new Set(seen.map(({ stage }) => stage))];
      assert.deepEqual(stages, UPDATE_STAGES);
      assert.ok(seen.every(({ fraction }) => fraction >= 0 && fraction <= 1));
      const uploads = seen.filter(({ stage }) => stage === 'upload').map(({ fraction }) => fraction);
      assert.deepEqual(uploads, [...uploads].sort());
      assert.equal(uploads.at(-1), 1);
      const firstFixed = seen.findIndex(({ cancellable }) => !cancellable);
      assert.equal(seen[firstFixed]?.stage, 'commit');
      assert.ok(seen.slice(firstFixed).every(({ cancellable }) => !cancellable));
    });

    it('is proven by the commit when the image cannot be stamped', async () => {
      start();
      const result = await bench.flash({ userCommit: '', commit: OTHER_COMMIT });
      assert.deepEqual([result.verdict, result.proof, result.buildId], ['updated', 'commit', undefined]);
    });

    it('is proven by the terminal where FW_INFO does not exist yet', async () => {
      start({ version: { major: 6, minor: 2 } });
      const result = await bench.flash({ version: { major: 6, minor: 5 } });
      assert.deepEqual([result.verdict, result.proof], ['updated', 'build-identity']);
    });

    it('is unproven when old and new read the same', async () => {
      start({ commit: OTHER_COMMIT });
      const result = await bench.flash({ userCommit: '', commit: OTHER_COMMIT });
      assert.equal(result.verdict, 'unproven');
      assert.equal(verdictExitStatus(result.verdict), 8);
      assert.equal(result.error?.code, 'unproven');
    });

    for (const speedFactor of [0, 3, 10, 100]) {
      it(`is unproven, too, on a simulated controller that lives ${speedFactor} times as fast`, async () => {
        const version = { major: 6, minor: 6 };
        start({ commit: OTHER_COMMIT, version, speedFactor });
        const result = await bench.flash({ userCommit: '', commit: OTHER_COMMIT, version });
        assert.equal(result.verdict, 'unproven');
      });
    }

    it('is proven by the CRC of what runs when that is asked for', async () => {
      start({ commit: OTHER_COMMIT });
      const same = { userCommit: '', commit: OTHER_COMMIT };
      const result = await bench.flash(same, { proveByCrc: true });
      assert.deepEqual([result.verdict, result.proof], ['updated', 'app-crc']);
    });

    it('works with several writes in flight', async () => {
      start();
      assert.equal((await bench.flash({}, { window: 3 })).verdict, 'updated');
    });
  });

  it('looks for the bootloader once, and not again when it is known to work', async () => {
    start();
    const stages = async () => (await bench.flash({}, { reflash: true })).stages.map(({ stage }) => stage);
    assert.ok((await stages()).includes('probe'));
    assert.ok(!(await stages()).includes('probe'));
  });

  it('says so when the controller does not come back from the probe: its firmware is untouched', async () => {
    start();
    const watching = bench.controller.onPhase((phase) => {
      if (phase === 'starting') bench.clock.schedule(100, () => bench.controller.cutPower());
    });
    const result = await bench.flash();
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'probe-silent']);
    assert.equal((await bench.journal.pending())[0]?.state, 'staging');
    watching.dispose();
    bench.controller.powerOn();
    await bench.clock.advance(10_000);
    assert.equal(running()?.userCommit, '');
  });

  it('can be cancelled while the bootloader is looked for', async () => {
    start({ bootloader: 'none' });
    const cancel = new AbortController();
    const result = await bench.flash(
      {},
      {},
      {
        signal: cancel.signal,
        onProgress: ({ stage, fraction }) => {
          if (stage === 'probe' && fraction > 0.3) cancel.abort();
        },
      },
    );
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
  });

  describe('to what runs already', () => {
    /** An update that went well, but for the settings: the cable was pulled before they went back. */
    async function owing(): Promise<void> {
      start();
      let pulled = false;
      const onProgress = ({ stage }: UpdateProgress): void => {
        if (stage === 'restore' && !pulled) bench.controller.unplug();
        pulled ||= stage === 'restore';
      };
      const { verdict, restored, unpaid } = await bench.flash({}, {}, { onProgress });
      assert.equal(verdict, 'updated');
      assert.ok(unpaid ?? restored.some(({ outcome }) => outcome === 'failed'), 'that is told');
      assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
    }

    it('gives back what the one before owes', async () => {
      await owing();
      const { verdict, restored } = await bench.flash();
      assert.equal(verdict, 'already-running');
      assert.ok(restored.length > 0 && restored.every(({ outcome }) => outcome === 'restored'));
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('goes on owing it when what is there now cannot be read', async () => {
      await owing();
      bench.controller.interference = ({ payload }) =>
        payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined;
      const { verdict, restored, unpaid } = await bench.flash();
      assert.deepEqual([verdict, restored], ['already-running', []]);
      assert.match(
        unpaid?.message ?? '',
        /was not given back: .*could not be read.* restore \/data\/snapshots/,
      );
      assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
    });

    it('stores nothing while a motor turns, and goes on owing it', async () => {
      await owing();
      const owed = (await bench.journal.pending())[0]?.snapshotPath;
      const stores: readonly number[] = [
        CommandId.SET_MCCONF,
        CommandId.SET_APPCONF,
        CommandId.LISP_ERASE_CODE,
      ];
      let stored = 0;
      bench.controller.interference = ({ direction, payload }) =>
        void (stored += direction === 'to-controller' && stores.includes(payload[0]!) ? 1 : 0);
      bench.controller.firmware!.motor(0).command('duty', 0.3);
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.restored, stored], ['already-running', [], 0]);
      assert.ok(isVescError(result.unpaid?.cause, 'motor-turning'));
      assert.equal(result.snapshotPath, owed);
      assert.equal((await bench.journal.pending())[0]?.snapshotPath, owed);
    });

    it('goes on owing it when that is cancelled', async () => {
      await owing();
      const cancel = new AbortController();
      const onProgress = ({ stage }: UpdateProgress): void => void (stage === 'snapshot' && cancel.abort());
      const { verdict, unpaid } = await bench.flash({}, {}, { signal: cancel.signal, onProgress });
      assert.equal(verdict, 'already-running');
      assert.ok(isVescError(unpaid?.cause, 'cancelled'));
      assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
    });

    it('tells once of a snapshot that is gone with what it owes', async () => {
      await owing();
      const { snapshotPath } = (await bench.journal.pending())[0]!;
      for (const path of await bench.files.list(`snapshots/${bench.uuid}`))
        await bench.files.remove(`snapshots/${bench.uuid}/${path}`);
      const { verdict, unpaid } = await bench.flash();
      assert.equal(verdict, 'already-running');
      assert.ok(unpaid?.message.includes(snapshotPath!), unpaid?.message);
      assert.equal((await bench.flash()).unpaid, undefined);
    });

    it('does not hide a bug of ours while it reads what is there', async () => {
      await owing();
      const onProgress = ({ stage }: UpdateProgress): void => {
        if (stage === 'snapshot') throw new TypeError('a bug');
      };
      await assert.rejects(bench.flash({}, {}, { onProgress }), TypeError);
    });

    it('does not hide one while it looks for what is owed', async () => {
      await owing();
      bench.snapshots.list = () => Promise.reject(new TypeError('a bug'));
      await assert.rejects(bench.flash(), TypeError);
    });

    it('ends one that was given up as lost and took nothing', async () => {
      start();
      assert.equal((await bench.flash()).verdict, 'updated');
      await bench.journal.write({
        uuid: bench.uuid,
        hardware: '60',
        state: 'committed',
        since: '2026-01-01T00:00:00.000Z',
        image: 'test.bin',
        address: 'sim:',
      });
      assert.equal((await bench.flash()).verdict, 'already-running');
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('does not say that it was written again where nothing was, nor that a bootloader did it', async () => {
      start();
      assert.equal((await bench.flash()).verdict, 'updated');
      const area = bench.controller.flash;
      const onProgress = ({ stage, fraction }: UpdateProgress): void => {
        if (stage === 'commit' && fraction === 0) area.content[0x80000 + 1000]! ^= 0x55;
      };
      const result = await bench.flash({}, { reflash: true }, { onProgress });
      assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'not-taken']);
      assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'suspect');
    });

    it('learns nothing of the bootloader where the time it was away cannot be told', async () => {
      start({ speedFactor: 0, version: { major: 7, minor: 1 } });
      assert.equal((await bench.flash()).verdict, 'updated');
      await bench.memory.remember(bench.uuid, { bootloader: { state: 'answers' } });
      assert.equal((await bench.flash({}, { reflash: true })).verdict, 'updated');
      assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'answers');
    });
  });

  it('does not hide a bug of ours behind a verdict', async () => {
    for (const at of ['snapshot', 'prove', 'restore'] as const) {
      bench?.dispose();
      start();
      await bench.trustBootloader();
      const onProgress = ({ stage }: UpdateProgress): void => {
        if (stage === at) throw new TypeError('a bug');
      };
      await assert.rejects(bench.flash({}, {}, { onProgress }), TypeError, at);
    }
  });

  it('remembers no bootloader where nothing tells whether one answered the probe', async () => {
    start({ version: OLD, speedFactor: 0 });
    const result = await bench.flash({ version: OLD, userCommit: '' });
    assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, undefined);
    assert.equal(result.verdict, 'unproven');
  });

  it('knows no more of a bootloader than before by an image that was not compressed', async () => {
    for (const decompresses of [true, false]) {
      bench?.dispose();
      start({ version: { major: 5, minor: 2 } });
      await bench.memory.remember(bench.uuid, { bootloader: { state: 'answers', decompresses } });
      const result = await bench.flash({ version: { major: 5, minor: 3 } });
      assert.deepEqual([result.verdict, result.proof], ['updated', 'version'], result.error?.message);
      const { bootloader } = await bench.memory.recall(bench.uuid);
      assert.deepEqual([bootloader?.state, bootloader?.decompresses], ['proven', decompresses]);
    }
  });

  it('stays unproven where the CRC of what runs is not told', async () => {
    const version = { major: 6, minor: 5 };
    const same = { userCommit: '', commit: OTHER_COMMIT };
    start({ commit: OTHER_COMMIT, version });
    assert.equal((await bench.flash({ ...same, version }, { proveByCrc: true })).verdict, 'unproven');
    bench.dispose();
    start({ commit: OTHER_COMMIT });
    bench.controller.interference = ({ payload }) =>
      payload[0] === CommandId.LISP_PRINT ? 'drop' : undefined;
    assert.equal((await bench.flash(same, { proveByCrc: true })).verdict, 'unproven');
  });

  describe('on CAN', () => {
    it('reaches a node through its neighbour, which stays as it is', async () => {
      start({ canNodes: 2 });
      const [node] = bench.controller.nodes;
      const canId = node!.firmware!.canIds[0]!;
      const result = await bench.flash({}, { target: { address: { kind: 'simulated', name: '' }, canId } });
      assert.deepEqual([result.verdict, result.proof], ['updated', 'build-identity']);
      assert.equal(node!.firmware?.identity.userCommit, result.buildId);
      assert.equal(running()?.userCommit, '');
    });

    it('is interrupted by a node that goes silent, which still owes what the erase took', async () => {
      start({ canNodes: [{ canId: 90 }] });
      const [node] = bench.controller.nodes;
      await bench.memory.remember(node!.firmware!.board.traits.uuid, { bootloader: { state: 'proven' } });
      const onProgress = ({ stage, fraction }: UpdateProgress): void => {
        if (stage === 'upload' && fraction > 0.1) node!.cutPower();
      };
      const result = await bench.flash({}, { target: { address: ADDRESS, canId: 90 } }, { onProgress });
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'link-lost']);
      assert.equal((await bench.journal.pending())[0]?.state, 'staging');
    });
  });
});
