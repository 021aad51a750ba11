import assert from 'node:assert/strict';
import { FLASH_ADDRESS, STAGING_ADDRESS } from '../../../src/image/flashMap';
import { UploadWindow } from '../../../src/update/uploadWindow';
import { flashFloor_ms, LINK_MODELS, uartLimit_ms } from '../../support/linkModels';
import { payloadOf, SpeedBench } from '../../support/uploadSpeed';

/** As a real image compresses to (facts 3.2). */
const PAYLOAD = payloadOf(353_509);
const FLOOR = flashFloor_ms(PAYLOAD.length);

/** Ratios of virtual times: the chip programs 16 µs a byte, and nothing depends on the computer this runs on. */
describe('the speed of an upload', function () {
  this.timeout(60_000);
  let bench: SpeedBench;
  afterEach(() => bench.dispose());

  const staged = (of = bench.controller): Uint8Array => {
    const start = STAGING_ADDRESS - FLASH_ADDRESS;
    return of.flash.content.subarray(start, start + PAYLOAD.length);
  };
  const compare = async (model: keyof typeof LINK_MODELS) => {
    bench = new SpeedBench(LINK_MODELS[model]);
    await bench.erase_ms(PAYLOAD.length);
    const ours_ms = await bench.upload_ms(PAYLOAD);
    assert.deepEqual(staged(), PAYLOAD);
    await bench.erase_ms(PAYLOAD.length);
    return { ours_ms, reference_ms: await bench.reference_ms(PAYLOAD) };
  };

  it('over USB is that of the flash', async () => {
    const { ours_ms, reference_ms } = await compare('usb');
    assert.ok(ours_ms <= 1.1 * FLOOR.program, `${ours_ms / FLOOR.program} times the floor`);
    assert.ok(reference_ms >= 1.3 * FLOOR.program, 'the link does cost one write at a time something');
  });

  it('over a network is four times that of the reference tool at 10 ms, and more than five times at 50 ms', async () => {
    const near = await compare('tcp10');
    assert.ok(near.ours_ms * 4 <= near.reference_ms, `${near.reference_ms / near.ours_ms} times as fast`);
    bench.dispose();
    const far = await compare('tcp50');
    assert.ok(far.ours_ms * 5 <= far.reference_ms, `${far.reference_ms / far.ours_ms} times as fast`);
  });

  it('over a UART is that of the wire', async () => {
    const { ours_ms } = await compare('uart');
    const limit_ms = uartLimit_ms(PAYLOAD.length, 507, LINK_MODELS.uart.byte_ms);
    assert.ok(ours_ms <= 1.03 * limit_ms, `${ours_ms / limit_ms} times the limit`);
  });

  it('to four CAN nodes side by side is half as fast again as one after the other', async () => {
    bench = new SpeedBench(LINK_MODELS.usb, { canId: 10, canNodes: 4 });
    const inTurn_ms = await bench.nodes_ms(PAYLOAD, 'in turn');
    const interleaved_ms = await bench.nodes_ms(PAYLOAD, 'interleaved');
    assert.ok(inTurn_ms >= 1.5 * interleaved_ms, `${inTurn_ms / interleaved_ms} times as fast`);
    for (const node of bench.controller.nodes) assert.deepEqual(staged(node), PAYLOAD);
  });

  it('suffers from more than the ring holds: that is lost, and everything arrives all the same', async () => {
    bench = new SpeedBench(LINK_MODELS.usb);
    await bench.erase_ms(PAYLOAD.length);
    const window = new UploadWindow({ first: 6, most: 6 });
    const wide_ms = await bench.upload_ms(PAYLOAD, window);
    assert.ok(window.hasLost, 'the sixth finds no room');
    assert.equal(window.limit, 1);
    assert.deepEqual(staged(), PAYLOAD);
    await bench.erase_ms(PAYLOAD.length);
    const narrow_ms = await bench.upload_ms(PAYLOAD, new UploadWindow({ first: 1, most: 1 }));
    assert.ok(wide_ms <= 1.05 * narrow_ms, `${wide_ms / narrow_ms} times as long as one at a time`);
  });

  it('never loses anything over USB, nor over a network whose window grows', async () => {
    for (const model of ['usb', 'tcp10', 'tcp50'] as const) {
      bench = new SpeedBench(LINK_MODELS[model]);
      await bench.erase_ms(PAYLOAD.length);
      const window = bench.window();
      await bench.upload_ms(PAYLOAD, window);
      assert.ok(!window.hasLost, model);
      if (model !== 'usb') assert.ok(window.limit > 3, model);
      bench.dispose();
    }
  });
});
