import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { getValues } from '../../../src/protocol/messages/telemetry';
import { decodeReply, type Request } from '../../../src/protocol/request';

describe('decodeReply', () => {
  it('takes only payloads with the id of the answer', () => {
    const request: Request<number> = {
      payload: Uint8Array.of(2),
      replyId: 3,
      decode: (reply) => reply.length,
    };
    assert.equal(decodeReply(request, Uint8Array.of(3, 0, 0)), 3);
    assert.equal(decodeReply(request, Uint8Array.of(2, 0, 0)), undefined);
    assert.equal(decodeReply(request, new Uint8Array(0)), undefined);
  });

  it('does not take a payload that ends too early', () => {
    for (let length = 1; length < 74; length++) {
      const payload = new Uint8Array(length);
      payload[0] = CommandId.GET_VALUES;
      assert.equal(decodeReply(getValues(), payload), undefined);
    }
  });

  it('does not hide a programming error', () => {
    const decode = (): never => {
      throw new TypeError('mine');
    };
    assert.throws(
      () => decodeReply({ payload: Uint8Array.of(2), replyId: 3, decode }, Uint8Array.of(3)),
      /mine/,
    );
  });
});
