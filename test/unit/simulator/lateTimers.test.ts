import assert from 'node:assert/strict';
import type { Clock } from '../../../src/base/clock';
import { readImage } from '../../../src/image/imageFile';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { syntheticImage } from '../../support/syntheticImage';
import { SimulatedController } from '../../../src/simulator/simulatedController';

describe('a simulated controller that lives a hundred times as fast on a busy computer', () => {
  it('is not reset by its watchdog in the middle of an update: late timers are not its own', async () => {
    const bench: UpdateBench = new UpdateBench({}, { open: (address) => fast.connect(address) });
    const { clock } = bench;
    const late: Clock = {
      now: () => clock.now(),
      date: () => clock.date(),
      schedule: (delay_ms, action) => clock.schedule(delay_ms + 5, action),
    };
    const fast = new SimulatedController({ speedFactor: 100 }, late);
    const image = readImage(syntheticImage({ hardware: '60' }), '60.bin');
    const result = await clock.run(bench.updater.run({ target: { address: ADDRESS }, image }));
    assert.equal(fast.lastBootloaderOutcome, 'installed');
    assert.equal(result.verdict, 'updated');
    fast.dispose();
    bench.dispose();
  });
});
