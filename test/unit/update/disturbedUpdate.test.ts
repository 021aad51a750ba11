import assert from 'node:assert/strict';
import { APP_ADDRESS, EEPROM_END_OFFSET, EEPROM_OFFSET, IMAGE_LENGTH } from '../../../src/image/flashMap';
import { CommandId } from '../../../src/protocol/commandId';
import type { FrameFate, LineFrame } from '../../../src/simulator/interference';
import type { UpdateResult } from '../../../src/update/verdict';
import { syntheticImage } from '../../support/syntheticImage';
import { UpdateBench } from '../../support/updateBench';

/** An image that packs into few frames, so that an update can be disturbed at each of them. */
function smallImage(): Uint8Array {
  const image = syntheticImage({ hardware: '60' });
  image.fill(0, 0x1000, EEPROM_OFFSET);
  image.fill(0, EEPROM_END_OFFSET, 0x1_0000);
  image.fill(0, 0x2_0000, 0x4_f000);
  image.fill(0, 0x6_0000, IMAGE_LENGTH - 8);
  return image;
}

const IMAGE = smallImage();
/** Of the many writes that look all alike, these stand for the others. */
const WRITES = new Set([0, 1, 40]);

/** The frames of an undisturbed update, without the writes that look like others. */
async function frames(): Promise<LineFrame[]> {
  const bench = new UpdateBench();
  const seen: LineFrame[] = [];
  const writes = { 'to-controller': 0, 'from-controller': 0 };
  bench.controller.interference = (frame) => {
    const isWrite = frame.payload[0] === CommandId.WRITE_NEW_APP_DATA;
    if (!isWrite || WRITES.has(writes[frame.direction]++)) seen.push(frame);
    return undefined;
  };
  assert.equal((await bench.flash(IMAGE)).verdict, 'updated');
  bench.dispose();
  return seen;
}

/** Whether what a result claims is what the controller holds. */
function holds(result: UpdateResult, bench: UpdateBench): void {
  const { firmware } = bench.controller;
  assert.ok(firmware, 'the controller runs');
  const isNew = firmware.identity.userCommit === result.buildId;
  if (result.verdict === 'updated') assert.ok(isNew, 'it says updated and runs the old firmware');
  else assert.ok(!isNew, `it says ${result.verdict} and runs the new firmware`);
  const app = bench.controller.flash.read(APP_ADDRESS, 0x100);
  assert.ok(
    app.some((byte) => byte !== 0xff),
    'the app is there',
  );
}

describe('an update that is disturbed at any frame', () => {
  const fates: readonly FrameFate[] = ['drop', 'corrupt', 'duplicate', 'unplug', { delay_ms: 700 }];
  for (const fate of fates) {
    const name = typeof fate === 'string' ? fate : 'delay';
    it(`(${name}) ends in one verdict, and that is true`, async function () {
      this.timeout(240_000);
      const verdicts = new Map<string, string[]>();
      for (const target of await frames()) {
        const bench = new UpdateBench();
        let struck = false;
        bench.controller.interference = ({ direction, index }) => {
          if (struck || direction !== target.direction || index !== target.index) return undefined;
          struck = true;
          return fate;
        };
        const where = `${target.direction} frame ${target.index} (command ${target.payload[0]})`;
        const result = await bench.flash(IMAGE).catch((error: unknown) => {
          // Only who answers at all may fail without a verdict: nothing was touched then.
          assert.ok(target.index < 3, `${where}: ${String(error)}`);
          return undefined;
        });
        assert.ok(struck, where);
        bench.controller.interference = undefined;
        if (result) {
          verdicts.set(result.verdict, [...(verdicts.get(result.verdict) ?? []), where]);
          try {
            holds(result, bench);
            // Whatever happened, the way out is to flash again.
            const again = await bench.flash(IMAGE);
            assert.ok(['updated', 'already-running'].includes(again.verdict), `again: ${again.verdict}`);
          } catch (error) {
            throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
          }
        }
        bench.dispose();
      }
      assert.ok(verdicts.has('updated'));
      if (fate === 'unplug') assert.ok(verdicts.has('interrupted'));
      else
        assert.deepEqual(verdicts.get('interrupted'), undefined, 'a single bad frame is no reason to fail');
    });
  }
});
