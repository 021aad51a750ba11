import assert from 'node:assert/strict';
import { fwVersion } from '../../../src/protocol/messages/identity';
import type { FrameFate, LineFrame } from '../../../src/simulator/interference';
import { bench } from './upload';

/** How many answers come to three requests when the frame `number` of a direction meets `fate`. */
async function answers(
  direction: LineFrame['direction'],
  fate: FrameFate,
  wait_ms = 0,
): Promise<{ counts: number[]; closed: boolean }> {
  const { controller, host } = bench();
  controller.interference = (frame) =>
    frame.direction === direction && frame.index === 1 ? fate : undefined;
  const counts: number[] = [];
  for (let request = 0; request < 3 && !host.closed; request++) {
    counts.push((await host.exchange(fwVersion().payload, wait_ms)).length);
  }
  return { counts, closed: host.closed };
}

describe('a bad cable at the simulated controller', () => {
  for (const direction of ['to-controller', 'from-controller'] as const) {
    it(`loses, damages or doubles one frame ${direction}`, async () => {
      assert.deepEqual((await answers(direction, 'drop')).counts, [1, 0, 1]);
      assert.deepEqual((await answers(direction, 'corrupt')).counts, [1, 0, 1]);
      assert.deepEqual((await answers(direction, 'duplicate')).counts, [1, 2, 1]);
    });

    it(`delays one frame ${direction}`, async () => {
      assert.deepEqual((await answers(direction, { delay_ms: 50 }, 49)).counts, [1, 0, 2]);
    });

    it(`breaks at one frame ${direction}`, async () => {
      const { counts, closed } = await answers(direction, 'unplug');
      assert.deepEqual([counts, closed], [[1, 0], true]);
    });

    it(`changes one frame ${direction} into another`, async () => {
      const { counts } = await answers(direction, { replace: Uint8Array.of(0xff, 1) });
      assert.deepEqual(counts, [1, direction === 'to-controller' ? 0 : 1, 1]);
    });
  }

  it('counts frames in each direction, with what they carry', async () => {
    const { controller, host } = bench();
    const seen: string[] = [];
    controller.interference = ({ direction, index, payload }) => {
      seen.push(`${direction} ${index} ${payload[0]}`);
      return undefined;
    };
    await host.exchange(fwVersion().payload);
    await host.exchange(Uint8Array.of(30));
    assert.deepEqual(seen, ['to-controller 0 0', 'from-controller 0 0', 'to-controller 1 30']);
  });
});
