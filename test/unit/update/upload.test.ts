import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { ByteReader, ByteWriter } from '../../../src/protocol/bytes';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import { CommandId } from '../../../src/protocol/commandId';
import { encodeFrame, FrameDecoder } from '../../../src/protocol/frame';
import { writeStaging } from '../../../src/protocol/messages/update';
import { eraseStaging, isUnreachable, type UploadOptions, writeFlash } from '../../../src/update/upload';
import { UploadWindow } from '../../../src/update/uploadWindow';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { VirtualClock } from '../../support/virtualClock';

const window = (size: number): UploadWindow => new UploadWindow({ first: size, most: size });
const SIGNAL = new AbortController().signal;
/** How long a write takes; of those that are there already, one is programmed after the other. */
const PROGRAM_MS = 8;

/** What becomes of a write, counted from 0; `undefined`: it is done and acknowledged. */
type Fate = 'lost' | 'answer lost' | 'refused';

/**
 * A controller with nothing but a staging area behind a link: takes writes one after the other, acknowledges them,
 * and remembers how many were open at the same time.
 */
function stagingArea(
  options: { canId?: number; fate?: (write: number, offset: number) => Fate | undefined } = {},
) {
  const clock = new VirtualClock();
  const flash = new Uint8Array(5000).fill(0xff);
  const state = { flash, open: 0, mostOpen: 0, offsets: [] as number[] };
  const { link, device } = createMemoryDuplex({ kind: 'simulated', name: '' }, clock);
  const session = new Session(link, clock);
  const decoder = new FrameDecoder();
  let free_ms = 0;
  device.onData((bytes) => {
    for (const frame of decoder.push(bytes)) {
      const payload = frame[0] === CommandId.FORWARD_CAN ? frame.subarray(2) : frame;
      if (payload[0] !== CommandId.WRITE_NEW_APP_DATA) continue;
      const reader = new ByteReader(payload, 1);
      const offset = reader.u32();
      const fate = options.fate?.(state.offsets.length, offset);
      state.offsets.push(offset);
      if (fate === 'lost') continue;
      const data = reader.take().slice();
      state.mostOpen = Math.max(state.mostOpen, ++state.open);
      free_ms = Math.max(free_ms, clock.now()) + PROGRAM_MS;
      clock.schedule(free_ms - clock.now(), () => {
        state.open--;
        flash.set(data, offset);
        if (fate === 'answer lost') return;
        const ok = fate === 'refused' ? 0 : 1;
        device.send(
          encodeFrame(new ByteWriter().u8(CommandId.WRITE_NEW_APP_DATA).u8(ok).u32(offset).finish()),
        );
      });
    }
  });
  const endpoint = options.canId === undefined ? session : session.node(options.canId);
  const upload = (
    content: Uint8Array,
    more: Partial<UploadOptions> & { window: UploadWindow },
  ): Promise<number> =>
    clock.run(writeFlash(endpoint, writeStaging, content, { clock, signal: SIGNAL, ...more }));
  return { state, upload, clock, session };
}

const STAGED = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) & 0x7f);
const CHUNKS = Math.ceil(3000 / 507);

describe('upload', () => {
  it('writes every byte once, in the largest writes the protocol has', async () => {
    const { upload, state } = stagingArea();
    const progress: number[] = [];
    const sent = await upload(STAGED, { window: window(1), onProgress: (sent_B) => progress.push(sent_B) });
    assert.equal(sent, STAGED.length);
    assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
    assert.equal(state.offsets.length, CHUNKS);
    assert.equal(state.mostOpen, 1);
    assert.equal(progress.at(-1), STAGED.length);
  });

  it('leaves room for the wrapping of CAN forwarding, and sends a node one write at a time', async () => {
    const { upload, state } = stagingArea({ canId: 7 });
    await upload(STAGED, { window: window(3) });
    assert.deepEqual(state.offsets, [0, 505, 1010, 1515, 2020, 2525]);
    assert.equal(state.mostOpen, 1);
  });

  it('keeps as many writes open as the window allows', async () => {
    const { upload, state } = stagingArea();
    await upload(STAGED, { window: window(3) });
    assert.equal(state.mostOpen, 3);
    assert.equal(state.offsets.length, CHUNKS);
    assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
  });

  it('leaves out what erased flash holds anyway', async () => {
    const { upload, state } = stagingArea();
    const gap = STAGED.slice();
    gap.fill(0xff, 507, 2 * 507);
    assert.equal(await upload(gap, { window: window(1) }), 3000 - 507);
    assert.deepEqual(state.flash.subarray(0, 3000), gap);
  });

  it('begins where it is told to, and goes round', async () => {
    const { upload, state } = stagingArea();
    await upload(STAGED, { window: window(1), begin: 0.5 });
    assert.deepEqual(state.offsets, [1521, 2028, 2535, 0, 507, 1014]);
    assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
  });

  it('stops at the first refusal, with the other writers', async () => {
    for (const size of [1, 3]) {
      const { upload, state } = stagingArea({ fate: (write) => (write === 1 ? 'refused' : undefined) });
      await assert.rejects(
        upload(STAGED, { window: window(size) }),
        (error: VescError) => error.code === 'write-refused' && error.message.includes('offset 507'),
      );
      assert.ok(state.offsets.length <= 1 + size, 'nothing is begun after it');
    }
  });

  it('can be given up, while it waits for a place as well', async () => {
    const { upload, clock } = stagingArea();
    const cancel = new AbortController();
    const reason = new Error('enough');
    clock.schedule(12, () => cancel.abort(reason));
    await assert.rejects(upload(STAGED, { window: window(2), signal: cancel.signal }), reason);
  });

  describe('on a link that loses', () => {
    it('sends again at once, and only that, what a later acknowledgement has overtaken', async () => {
      for (const lost of ['lost', 'answer lost'] as const) {
        const { upload, state, clock } = stagingArea({ fate: (write) => (write === 2 ? lost : undefined) });
        const lossy = window(3);
        await upload(STAGED, { window: lossy });
        assert.deepEqual(
          state.offsets.toSorted((a, b) => a - b),
          [0, 507, 1014, 1014, 1521, 2028, 2535],
        );
        assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
        assert.ok(clock.now() < 100, 'nobody waited for it');
        assert.equal(lossy.limit, 1);
      }
    });

    it('sends again soon what nothing has overtaken, once it is known how long answers take', async () => {
      const { upload, state, clock } = stagingArea({
        fate: (write) => (write >= 5 && write < 7 ? 'lost' : undefined),
      });
      await upload(STAGED, { window: window(1) });
      assert.deepEqual(state.offsets.slice(5), [2535, 2535, 2535]);
      assert.ok(clock.now() >= 750 && clock.now() < 1000, 'a quarter of a second, then half of one');
    });

    it('is patient when it knows nothing yet, and does not take the late answer for a quick one', async () => {
      const { upload, state, clock } = stagingArea({ fate: (write) => (write === 0 ? 'lost' : undefined) });
      const lossy = new UploadWindow({ first: 1, most: 24 });
      await upload(STAGED, { window: lossy });
      assert.deepEqual(state.offsets.slice(0, 3), [0, 0, 507]);
      assert.ok(clock.now() > 3000 && clock.now() < 3200);
      assert.ok(lossy.hasLost);
    });

    it('gives up when nothing helps', async () => {
      const { upload, state } = stagingArea({ fate: (_, offset) => (offset === 1014 ? 'lost' : undefined) });
      await assert.rejects(upload(STAGED, { window: window(1) }), { code: 'no-answer' });
      assert.equal(state.offsets.filter((offset) => offset === 1014).length, 6);
    });

    it('goes on one at a time where more than one is lost whenever two are under way', async () => {
      const upload_ms = async (size: number): Promise<number> => {
        const area = stagingArea({ fate: () => (area.state.open > 0 ? 'lost' : undefined) });
        await area.upload(STAGED, { window: window(size) });
        assert.deepEqual(area.state.flash.subarray(0, STAGED.length), STAGED);
        return area.clock.now();
      };
      const [narrow, wide] = [await upload_ms(1), await upload_ms(3)];
      assert.ok(wide <= narrow + 250 + PROGRAM_MS, 'it costs being noticed once');
    });
  });

  it('erases what header and payload need, and takes no for an answer', async () => {
    const answer = (ok: number) => fakeEndpoint(() => Uint8Array.of(CommandId.ERASE_NEW_APP, ok));
    const willing = answer(1);
    await eraseStaging(willing, 0x1234, SIGNAL);
    assert.deepEqual(willing.sent, [Uint8Array.of(2, 0, 0, 0x12, 0x34)]);
    await assert.rejects(eraseStaging(answer(0), 100, SIGNAL), { code: 'erase-refused' });
  });

  it('knows which errors mean that nobody is there', () => {
    const silent = new VescError('no-answer', { address: 'x', command: 'y', waited_ms: 1 });
    const strange = new VescError('not-a-controller', { address: 'x', bytes: 3 });
    assert.ok(isUnreachable(silent) && isUnreachable(strange));
    assert.ok(isUnreachable(new VescError('link-closed', { address: 'x' })));
    assert.ok(isUnreachable(new VescError('can-node-silent', { canId: 1, address: 'x' })));
    assert.ok(!isUnreachable(new VescError('write-refused', { offset: 0 })));
  });
});
