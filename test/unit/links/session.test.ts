import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { CommandId } from '../../../src/protocol/commandId';
import { FrameDecoder, encodeFrame } from '../../../src/protocol/frame';
import type { Request } from '../../../src/protocol/request';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import { VirtualClock } from '../../support/virtualClock';

const ADDRESS = { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 } as const;

/** A request that is answered with `[id, value]`. */
function ask(id: number, ...rest: number[]): Request<number> {
  return {
    payload: Uint8Array.of(id, ...rest),
    replyId: id as CommandId,
    decode: (payload) => payload[1],
  };
}

describe('a session', () => {
  it('asks and gets the answer', async () => {
    const clock = new VirtualClock();
    const { link, device } = createMemoryDuplex(ADDRESS, clock);
    const decoder = new FrameDecoder();
    device.onData((bytes) => {
      for (const payload of decoder.push(bytes)) device.send(encodeFrame(Uint8Array.of(payload[0]!, 42)));
    });
    const session = new Session(link, clock);
    assert.equal(await clock.run(session.request(ask(CommandId.GET_VALUES))), 42);
    session.dispose();
    await assert.rejects(session.request(ask(CommandId.GET_VALUES)), (error) =>
      isVescError(error, 'link-closed'),
    );
  });
});
