import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { stampImage } from '../../../src/image/buildStamp';
import { CommandId } from '../../../src/protocol/commandId';
import type { UpdateProgress } from '../../../src/update/updater';
import { UPDATE_STAGES, type UpdateResult, verdictExitStatus } from '../../../src/update/verdict';
import { readCode, writeCode } from '../../../src/settings/storedCode';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { syntheticImage } from '../../support/syntheticImage';

const OLD = { major: 6, minor: 6 };
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
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

    it('does not take a full disk for one: that cannot be overridden', async () => {
      start();
      const write = bench.files.write.bind(bench.files);
      bench.files.write = (path, text) =>
        path.startsWith('snapshots') ? Promise.reject(new Error('ENOSPC')) : write(path, text);
      const result = await bench.flash({}, { override: ['snapshot-failed', 'data-unwritable'] });
      assert.deepEqual([result.verdict, result.error?.code], ['refused', 'data-unwritable']);
    });
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
      assert.equal((await bench.flash({}, {}, { onProgress })).verdict, 'updated');
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
      const { verdict, restored } = await bench.flash();
      assert.deepEqual([verdict, restored], ['already-running', []]);
      assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
    });

    it('does not hide a bug of ours while it reads what is there', async () => {
      await owing();
      const onProgress = ({ stage }: UpdateProgress): void => {
        if (stage === 'snapshot') throw new TypeError('a bug');
      };
      await assert.rejects(bench.flash({}, {}, { onProgress }), TypeError);
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

  describe('that is refused', () => {
    const untouched = async (flash: () => Promise<UpdateResult>, code: string): Promise<void> => {
      const operations = bench.controller.flash.operations;
      const result = await flash();
      assert.equal(result.verdict, 'refused');
      assert.equal(verdictExitStatus(result.verdict), 4);
      assert.equal(result.error?.code, code);
      assert.deepEqual(
        result.refusals?.map((refusal) => refusal.code),
        [code],
      );
      assert.equal(bench.controller.flash.operations, operations, 'the flash was not touched');
    };

    it('for other hardware', async () => {
      start({ hardware: '75_300' });
      await untouched(() => bench.flash(), 'wrong-hardware');
      const forced = await bench.flash({}, { overrideHardware: '75_300' });
      assert.equal(forced.verdict, 'updated');
    });

    it('when it was changed after it was stamped, because its identity is not its own any more', async () => {
      start();
      const stamped = stampImage(syntheticImage({ hardware: '60' }), sha256);
      stamped.bytes[0x2_0000]! ^= 1;
      await untouched(() => bench.flash(stamped.bytes), 'image-altered');
    });

    it('while the motor turns', async () => {
      start();
      bench.controller.firmware!.motor(0).command('duty', 0.3);
      await bench.clock.advance(500);
      await untouched(() => bench.flash(), 'motor-turning');
    });

    it('for a BMS and a module', async () => {
      for (const hardwareType of ['bms', 'custom-module'] as const) {
        bench?.dispose();
        start({ hardwareType });
        await untouched(() => bench.flash(), 'not-a-vesc');
      }
    });
  });

  describe('while this computer fails', () => {
    const full = (path: RegExp) => {
      const write = bench.files.write.bind(bench.files);
      bench.files.write = (name, text) =>
        path.test(name) ? Promise.reject(new Error('ENOSPC: no space left on device')) : write(name, text);
    };

    it('does not begin when the settings cannot be kept', async () => {
      start();
      full(/^snapshots/);
      const operations = bench.controller.flash.operations;
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['refused', 'data-unwritable']);
      assert.equal(bench.controller.flash.operations, operations);
    });

    it('does not begin when the journal cannot be written', async () => {
      start();
      full(/^journal/);
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['refused', 'data-unwritable']);
    });

    it('keeps the verdict when what was learned cannot be kept', async () => {
      start();
      await bench.trustBootloader();
      full(/^controllers/);
      assert.equal((await bench.flash()).verdict, 'updated');
    });
  });

  it('keeps its verdict when the cable is pulled while the settings go back, and the journal owes them', async () => {
    start();
    let proving = false;
    const flashing = bench.flash(
      {},
      {},
      {
        onProgress: ({ stage }) => {
          if (stage === 'restore' && !proving) {
            proving = true;
            bench.controller.unplug();
          }
        },
      },
    );
    const result = await flashing;
    assert.deepEqual([result.verdict, result.proof], ['updated', 'build-identity']);
    assert.equal((await bench.journal.pending())[0]?.state, 'restoring');
  });

  it('can be cancelled before anybody has answered', async () => {
    start();
    const cancel = new AbortController();
    bench.controller.interference = ({ direction }) => (direction === 'from-controller' ? 'drop' : undefined);
    bench.clock.schedule(100, () => cancel.abort());
    await assert.rejects(bench.flash({}, {}, { signal: cancel.signal }), { code: 'cancelled' });
  });

  it('does not keep the port open when somebody else has claimed it', async () => {
    start();
    const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
    const claim = lease.session.claim('another update');
    await assert.rejects(bench.flash(), { code: 'link-in-use' });
    claim.dispose();
    lease.dispose();
    assert.equal(bench.pool.find(ADDRESS), undefined);
  });

  it('does not take what cannot be read after the return for something else', async () => {
    start();
    await bench.trustBootloader();
    let jumped = false;
    bench.controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller' && payload[0] === CommandId.JUMP_TO_BOOTLOADER) jumped = true;
      return jumped && direction === 'from-controller' && payload[0] === CommandId.FW_INFO
        ? 'drop'
        : undefined;
    };
    const { verdict } = await bench.flash();
    assert.equal(verdict, 'lost', 'it never says what it did not see');
  });

  it('gives the code back even when the disk fills up after the erase', async () => {
    start();
    await bench.trustBootloader();
    const code = new TextEncoder().encode('(print "hi")\0');
    const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
    await bench.clock.run(writeCode(lease.session, 'lisp', code, 0));
    const write = bench.files.write.bind(bench.files);
    let full = false;
    bench.files.write = (path, text) => (full ? Promise.reject(new Error('ENOSPC')) : write(path, text));
    const result = await bench.flash(
      {},
      {},
      { onProgress: ({ stage }) => void (full ||= stage === 'upload') },
    );
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'data-unwritable']);
    assert.deepEqual(await bench.clock.run(readCode(lease.session, 'lisp')), code);
  });

  describe('that is not taken', () => {
    it('because there is no bootloader, which is found out before anything is uploaded', async () => {
      start({ bootloader: 'none' });
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'bootloader-missing']);
      assert.equal(verdictExitStatus(result.verdict), 6);
      assert.ok(!result.stages.some(({ stage }) => stage === 'upload'));
      assert.equal(running()?.userCommit, '');
      assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'missing');
      assert.deepEqual(await bench.journal.pending(), []);
    });

    it('because the bootloader that was there is gone', async () => {
      start({ bootloader: 'none' });
      await bench.trustBootloader();
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'not-taken']);
      assert.match(result.error!.message, /no bootloader/);
      assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'suspect');
    });

    it('and the missing bootloader is seen before 7.01 too, where no reset flags tell', async () => {
      start({ bootloader: 'none', version: OLD });
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'bootloader-missing']);
    });

    it('because the bootloader cannot unpack it', async () => {
      start({ bootloader: 'old' });
      const result = await bench.flash();
      assert.equal(result.verdict, 'not-taken');
      assert.match(result.error!.message, /older than 2022/);
    });

    it('because what was staged is damaged', async () => {
      start();
      const area = bench.controller.flash;
      const flashing = bench.flash(
        {},
        {},
        {
          onProgress: ({ stage, fraction }) => {
            if (stage === 'commit' && fraction === 0) area.content[0x80000 + 1000]! ^= 0x55;
          },
        },
      );
      const result = await flashing;
      assert.equal(result.verdict, 'not-taken');
      assert.match(result.error!.message, /damaged/);
    });
  });

  describe('that is interrupted', () => {
    it('by a cancel before the erase leaves everything as it was', async () => {
      start();
      const cancel = new AbortController();
      const operations = bench.controller.flash.operations;
      const result = await bench.flash(
        {},
        {},
        {
          signal: cancel.signal,
          onProgress: ({ stage }) => stage === 'snapshot' && cancel.abort(),
        },
      );
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      assert.equal(bench.controller.flash.operations, operations);
    });

    it('by a cancel in the middle of the upload keeps the old firmware and the settings', async () => {
      start();
      const cancel = new AbortController();
      const result = await bench.flash(
        {},
        {},
        {
          signal: cancel.signal,
          onProgress: ({ stage, fraction }) => stage === 'upload' && fraction > 0.5 && cancel.abort(),
        },
      );
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
      assert.equal(verdictExitStatus(result.verdict), 5);
      assert.equal(running()?.userCommit, '');
      assert.deepEqual(await bench.journal.pending(), []);
      assert.equal((await bench.flash()).verdict, 'updated', 'and it can be flashed again');
    });

    it('by a cable that is pulled keeps a note for the next start', async () => {
      start();
      let writes = 0;
      bench.controller.interference = ({ payload }) =>
        payload[0] === CommandId.WRITE_NEW_APP_DATA && ++writes === 10 ? 'unplug' : undefined;
      const result = await bench.flash();
      assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'link-lost']);
      const [entry] = await bench.journal.pending();
      assert.equal(entry?.state, 'staging');
      assert.equal(entry?.snapshotPath, result.snapshotPath);
      bench.controller.interference = undefined;
      assert.equal((await bench.flash()).verdict, 'updated');
      assert.deepEqual(await bench.journal.pending(), []);
    });
  });

  it('that never comes back is lost, and the journal keeps it', async () => {
    start();
    await bench.trustBootloader();
    bench.controller.onPhase((phase) => {
      if (phase === 'bootloader') bench.controller.flash.cutPower = ({ kind }) => kind === 'program';
    });
    const result = await bench.flash();
    assert.equal(result.verdict, 'lost');
    assert.equal(verdictExitStatus(result.verdict), 7);
    const [entry] = await bench.journal.pending();
    assert.equal(entry?.state, 'committed');
  });

  it('sends the jump again when it was lost on the way', async () => {
    start();
    await bench.trustBootloader();
    let jumps = 0;
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'to-controller' && payload[0] === CommandId.JUMP_TO_BOOTLOADER && ++jumps === 1
        ? 'drop'
        : undefined;
    const result = await bench.flash();
    assert.equal(result.verdict, 'updated');
    assert.equal(jumps, 2);
  });

  it('says so when the controller ignores every jump', async () => {
    start();
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'to-controller' && payload[0] === CommandId.JUMP_TO_BOOTLOADER ? 'drop' : undefined;
    const result = await bench.flash();
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'jump-ignored']);
  });

  it('fails with the link when nobody answers in the first place', async () => {
    start();
    bench.controller.cutPower();
    await assert.rejects(bench.flash(), { code: 'port-not-found' });
  });

  it('does not let others in between', async () => {
    start();
    await bench.trustBootloader();
    const lease = await bench.clock.run(bench.pool.acquire({ kind: 'simulated', name: '' }));
    let refused: unknown;
    await bench.flash(
      syntheticImage({ hardware: '60' }),
      {},
      {
        onProgress: ({ stage }) => {
          if (stage === 'erase')
            lease.session.send(Uint8Array.of(CommandId.REBOOT)).catch((error: unknown) => (refused = error));
        },
      },
    );
    assert.equal((refused as { code?: string }).code, 'link-in-use');
  });
});
