import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { ByteWriter } from '../../../src/protocol/bytes';
import { releaseMotors } from '../../../src/update/motorRelease';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { VirtualClock } from '../../support/virtualClock';

/** A motor that needs `coasts` reads after its release to come to rest. */
function motor(coasts: number) {
  let released = false;
  const endpoint = fakeEndpoint((payload) => {
    if (payload[0] === CommandId.SET_CURRENT) released = true;
    if (payload[0] !== CommandId.GET_VALUES_SELECTIVE) return undefined;
    if (released) coasts--;
    const erpm = coasts >= 0 ? 3000 : 0;
    return new ByteWriter().bytes(payload.subarray(0, 5)).i16(0).i32(erpm).finish();
  });
  return endpoint;
}

const commands = (endpoint: { sent: Uint8Array[] }): number[] => endpoint.sent.map((payload) => payload[0]!);

describe('motor release', () => {
  it('switches inputs off, releases each motor and waits until it is at rest', async () => {
    const clock = new VirtualClock();
    const [first, second] = [motor(0), motor(5)];
    await clock.run(releaseMotors([first, second], clock));
    for (const endpoint of [first, second]) {
      assert.equal(commands(endpoint)[0], CommandId.APP_DISABLE_OUTPUT);
      assert.ok(commands(endpoint).includes(CommandId.SET_CURRENT));
    }
    assert.ok(clock.now() >= 400, 'it waited for the second motor');
  });

  it('refuses when a motor does not come to rest, and gives the inputs back', async () => {
    const clock = new VirtualClock();
    const [first, second] = [motor(0), motor(1e6)];
    await assert.rejects(clock.run(releaseMotors([first, second], clock)), { code: 'motor-turning' });
    for (const endpoint of [first, second]) {
      const last = endpoint.sent.at(-1)!;
      assert.deepEqual([...last], [CommandId.APP_DISABLE_OUTPUT, 0, 0, 0, 0, 0]);
    }
  });
});
