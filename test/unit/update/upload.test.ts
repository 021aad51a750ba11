import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { ByteReader, ByteWriter } from '../../../src/protocol/bytes';
import { CommandId } from '../../../src/protocol/commandId';
import { writeStaging } from '../../../src/protocol/messages/update';
import { eraseStaging, isUnreachable, writeFlash } from '../../../src/update/upload';
import { fakeEndpoint } from '../../support/fakeEndpoint';

const SIGNAL = new AbortController().signal;

/** A staging area: takes writes, acknowledges them, and remembers how many were open at the same time. */
function stagingArea(options: { canId?: number; refuseAt?: number } = {}) {
  const flash = new Uint8Array(5000).fill(0xff);
  const state = { flash, open: 0, mostOpen: 0, writes: 0 };
  const endpoint = fakeEndpoint(async (payload) => {
    const reader = new ByteReader(payload, 1);
    const offset = reader.u32();
    const data = reader.take();
    state.writes++;
    state.mostOpen = Math.max(state.mostOpen, ++state.open);
    await Promise.resolve();
    state.open--;
    flash.set(data, offset);
    const ok = offset === options.refuseAt ? 0 : 1;
    return new ByteWriter().u8(CommandId.WRITE_NEW_APP_DATA).u8(ok).u32(offset).finish();
  }, options);
  return { endpoint, state };
}

const STAGED = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7) & 0x7f);

describe('upload', () => {
  it('writes every byte once, in the largest writes the protocol has', async () => {
    const { endpoint, state } = stagingArea();
    const progress: number[] = [];
    const sent = await writeFlash(endpoint, writeStaging, STAGED, {
      window: 1,
      signal: SIGNAL,
      onProgress: (sent_B) => progress.push(sent_B),
    });
    assert.equal(sent, STAGED.length);
    assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
    assert.equal(state.writes, Math.ceil(3000 / 507));
    assert.equal(state.mostOpen, 1);
    assert.equal(progress.at(-1), STAGED.length);
  });

  it('leaves room for the wrapping of CAN forwarding', async () => {
    const { endpoint, state } = stagingArea({ canId: 7 });
    await writeFlash(endpoint, writeStaging, STAGED, { window: 1, signal: SIGNAL });
    assert.equal(state.writes, Math.ceil(3000 / 505));
    assert.ok(endpoint.sent.every((payload) => payload.length <= 510));
  });

  it('keeps as many writes open as the window allows', async () => {
    const { endpoint, state } = stagingArea();
    await writeFlash(endpoint, writeStaging, STAGED, { window: 3, signal: SIGNAL });
    assert.equal(state.mostOpen, 3);
    assert.deepEqual(state.flash.subarray(0, STAGED.length), STAGED);
  });

  it('leaves out what erased flash holds anyway', async () => {
    const { endpoint, state } = stagingArea();
    const gap = STAGED.slice();
    gap.fill(0xff, 507, 2 * 507);
    const sent = await writeFlash(endpoint, writeStaging, gap, { window: 1, signal: SIGNAL });
    assert.equal(sent, 3000 - 507);
    assert.deepEqual(state.flash.subarray(0, 3000), gap);
  });

  it('stops at the first refusal, with the other writers', async () => {
    const { endpoint, state } = stagingArea({ refuseAt: 507 });
    await assert.rejects(
      writeFlash(endpoint, writeStaging, STAGED, { window: 1, signal: SIGNAL }),
      (error: VescError) => error.code === 'write-refused' && error.message.includes('offset 507'),
    );
    assert.equal(state.writes, 2);
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
