import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { stampImage } from '../../../src/image/buildStamp';
import { CommandId } from '../../../src/protocol/commandId';
import { type UpdateResult, verdictExitStatus } from '../../../src/update/verdict';
import { readCode, writeCode } from '../../../src/settings/storedCode';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { syntheticImage } from '../../support/syntheticImage';

const OLD = { major: 6, minor: 6 };
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

describe('an update that does not go well', () => {
  let bench: UpdateBench;
  const start = (...options: ConstructorParameters<typeof UpdateBench>): UpdateBench =>
    (bench = new UpdateBench(...options));
  afterEach(() => bench.dispose());

  /** What runs on the controller, as itself says. */
  const running = () => bench.controller.firmware?.identity;

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
