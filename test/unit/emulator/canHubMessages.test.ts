import { strict as assert } from 'node:assert';
import { encodeHubMessage, HubDecoder, type HubMessage } from '../../../src/emulator/can/hubMessages';

const UUID = '0123456789abcdef01234567';
const MESSAGES: readonly HubMessage[] = [
  { kind: 'hello', version: 7 },
  { kind: 'welcome', version: 1, uuids: [UUID, 'ff'.repeat(12)] },
  { kind: 'welcome', version: 1, uuids: [] },
  { kind: 'join', uuid: UUID },
  { kind: 'joined' },
  { kind: 'ready', isReady: true },
  { kind: 'report', report: { epoch: 3, time_ns: 123_456_789_012_345, records: Uint8Array.of(1, 2, 3) } },
  { kind: 'attach', epoch: 4 },
  { kind: 'attach', epoch: undefined },
  { kind: 'grant', until_ns: 5_000_000_000_000, records: new Uint8Array() },
];

describe('Messages between processes on a CAN bus', () => {
  it('arrive as they were sent, however the stream is cut', () => {
    const stream = Buffer.concat(MESSAGES.map(encodeHubMessage));
    for (const size of [1, 3, 17, stream.length]) {
      const decoder = new HubDecoder();
      const arrived: HubMessage[] = [];
      for (let at = 0; at < stream.length; at += size) {
        arrived.push(...decoder.push(stream.subarray(at, at + size)));
      }
      assert.deepEqual(arrived, MESSAGES);
    }
  });

  it('are told from those of another program', () => {
    const hello = encodeHubMessage({ kind: 'hello', version: 1 });
    for (const [what, bytes] of [
      ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      ['nothing', new Uint8Array(8)],
      ['an unknown kind', Uint8Array.of(1, 0, 0, 0, 99)],
      ['another word for hello', hello.map((byte, index) => (index === 6 ? 0x20 : byte))],
      ['a message that is too short', Uint8Array.of(3, 0, 0, 0, 5, 1, 2)],
      ['half a UUID', Uint8Array.of(3, 0, 0, 0, 3, 1, 2)],
      ['no UUID', Uint8Array.of(1, 0, 0, 0, 3)],
    ] as const) {
      assert.throws(() => new HubDecoder().push(bytes), /not understood/, what);
    }
  });
});
