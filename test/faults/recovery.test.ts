import assert from 'node:assert/strict';
import { IMAGE_LENGTH } from '../../src/image/flashMap';
import { RecoveryBench } from '../support/recoveryBench';

/** Erases of the twelve sectors, and writes of 400 bytes: some of each, both ends among them. */
const WRITES = Math.ceil(IMAGE_LENGTH / 400);
const SITES: readonly { readonly kind: 'erase' | 'program'; readonly nth: number }[] = [
  ...[0, 1, 5, 11].map((nth) => ({ kind: 'erase' as const, nth })),
  ...[0, 1, Math.floor(WRITES / 3), WRITES - 2].map((nth) => ({ kind: 'program' as const, nth })),
];

describe('a power cut while a controller is programmed over SWD', () => {
  for (const { kind, nth } of SITES) {
    it(`in ${kind} ${nth} ends as lost, and the next run brings it back`, async () => {
      const bench = new RecoveryBench();
      try {
        let seen = 0;
        bench.dead.flash.cutPower = (operation) => operation.kind === kind && seen++ === nth;
        const broken = await bench.recover();
        assert.equal(broken.verdict, 'lost');
        assert.equal(broken.error?.exitStatus, 7);
        assert.equal(bench.dead.phase, 'off');
        bench.dead.flash.cutPower = undefined;
        bench.dead.powerOn();
        await bench.clock.advance(60_000);
        assert.equal(bench.dead.phase, 'broken', 'half a firmware does not start');
        const again = await bench.recover();
        assert.deepEqual([again.verdict, again.proof], ['updated', 'build-identity']);
        assert.equal(bench.dead.phase, 'running');
      } finally {
        bench.dispose();
      }
    });
  }

  it('of the programmer leaves the other one without firmware, and it is brought back as well', async () => {
    const bench = new RecoveryBench();
    try {
      let writes = 0;
      bench.dead.flash.onOperation(({ kind }) => {
        if (kind === 'program' && ++writes === 300) bench.healthy.cutPower();
      });
      const broken = await bench.recover();
      assert.deepEqual([broken.verdict, broken.error?.code], ['lost', 'swd-interrupted']);
      bench.healthy.powerOn();
      await bench.clock.advance(60_000);
      assert.equal((await bench.recover()).verdict, 'updated');
    } finally {
      bench.dispose();
    }
  });
});
