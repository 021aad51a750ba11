import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { takeSnapshot } from '../../../src/settings/settingsReader';
import { syntheticBootloader } from '../../support/syntheticImage';
import { DEAD, RecoveryBench } from '../../support/recoveryBench';

const BOOTLOADER = { bytes: syntheticBootloader(), name: 'generic.bin' };

describe('a recovery of a controller that is owed something', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** A controller that answers, whose settings were lost in an earlier update. */
  async function leaveOwed(snapshot = true): Promise<string> {
    bench = new RecoveryBench({ canId: 99 });
    const saved = await bench.clock.run(
      (async () => {
        const lease = await bench.pool.acquire(DEAD);
        const version = await lease.session.request(fwVersion());
        const { session } = lease;
        const access = { endpoint: session, node: (canId: number) => session.node(canId) };
        const taken = await takeSnapshot(access, version, { clock: bench.clock, secondMotor: 'none' });
        lease.dispose();
        return taken;
      })(),
    );
    const path = snapshot ? await bench.snapshots.save(saved) : '/data/gone.json';
    await bench.journal.write({
      uuid: bench.uuid,
      hardware: '60',
      state: 'restoring',
      since: '2026-01-01T00:00:00.000Z',
      image: '60.bin',
      snapshotPath: path,
      address: 'sim:dead',
    });
    return path;
  }

  it('gives it back, also when what is there cannot be read', async () => {
    const path = await leaveOwed();
    let readable = false;
    bench.dead.interference = ({ payload }) =>
      !readable && payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined;
    const result = await bench.recover(
      { override: ['snapshot-failed'], reflash: true },
      {},
      { onProgress: ({ stage }) => (readable ||= stage === 'erase') },
    );
    assert.deepEqual([result.verdict, result.snapshotPath], ['updated', path]);
    assert.equal(bench.dead.firmware?.canIds[0], 99);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('ends an installation of a bootloader that was left half-way', async () => {
    bench = new RecoveryBench();
    await bench.journal.write({
      uuid: bench.uuid,
      hardware: '60',
      state: 'bootloader',
      since: '2026-01-01T00:00:00.000Z',
      image: 'generic.bin',
      address: 'sim:dead',
    });
    assert.equal((await bench.recover({ bootloader: BOOTLOADER })).verdict, 'updated');
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('tells that the snapshot is gone, and goes on', async () => {
    await leaveOwed(false);
    const result = await bench.recover({ reflash: true });
    assert.deepEqual([result.verdict, result.unpaid?.code], ['updated', 'settings-owed']);
    assert.equal(bench.dead.firmware?.canIds[0], 99, 'what is there goes back all the same');
    assert.deepEqual(await bench.journal.pending(), []);
  });
});
