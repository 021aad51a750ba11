import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { Programmer } from '../../../src/recovery/programmer';
import type { UpdateProgress } from '../../../src/update/updater';
import { RecoveryBench } from '../../support/recoveryBench';

describe('a recovery of a chip that has to be unlocked', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** A programmer that can: as an adapter does, it leaves a blank chip. */
  function unlocking(unlock: () => unknown): Programmer {
    return {
      name: 'an adapter',
      connect: async (signal) => {
        const chip = await bench.programmer.connect(signal);
        return {
          facts: { ...chip.facts, protection: 'level-1' },
          erasesAll: false,
          readFlash: () => Promise.reject(new Error('there is nothing to be read')),
          unlock: () => Promise.resolve(unlock()).then(() => undefined),
          program: (parts, hooks) => chip.program(parts, hooks),
          restart: () => chip.restart(),
          release: () => chip.release(),
        };
      },
    };
  }

  it('goes on to the end, whatever was cancelled meanwhile, and reads no blank flash', async () => {
    bench = new RecoveryBench();
    const cancel = new AbortController();
    const programmer = unlocking(() => cancel.abort());
    const result = await bench.recover(
      { programmer, unlock: true, backup: true },
      {},
      { signal: cancel.signal },
    );
    assert.deepEqual([result.verdict, result.error, bench.backups.size], ['updated', undefined, 0]);
  });

  it('can be cancelled before', async () => {
    bench = new RecoveryBench();
    const cancel = new AbortController();
    const programmer = unlocking(() => assert.fail('it was unlocked'));
    const onProgress = ({ stage, fraction }: UpdateProgress): void =>
      void (stage === 'identify' && fraction === 0.5 && cancel.abort());
    const options = { signal: cancel.signal, onProgress };
    const result = await bench.recover({ programmer, unlock: true }, {}, options);
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
  });

  it('owes the settings of one that answers from then on, and is lost where it fails', async () => {
    bench = new RecoveryBench({ canId: 99 });
    const programmer = unlocking(() => Promise.reject(new VescError('swd-unlock-failed', { reason: 'x' })));
    const result = await bench.recover({ programmer, unlock: true });
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'swd-unlock-failed']);
    assert.equal((await bench.journal.pending())[0]?.snapshotPath, result.snapshotPath);
  });
});
