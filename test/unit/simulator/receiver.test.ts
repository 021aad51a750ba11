import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeFrame } from '../../../src/protocol/frame';
import { ByteRing, FrameReceiver } from '../../../src/simulator/receiver';

function receive(receiver: FrameReceiver, ...pieces: readonly ArrayLike<number>[]): number[][] {
  const payloads: number[][] = [];
  for (const byte of pieces.flatMap((piece) => Array.from(piece))) {
    receiver.push(byte, ({ bytes, length }) => payloads.push([...bytes.subarray(0, length)]));
  }
  return payloads;
}

const frame = (...payload: readonly number[]): Uint8Array => encodeFrame(Uint8Array.from(payload));

describe("the firmware's frame parser", () => {
  it('takes what we send, in any order of sizes', () => {
    const payload = fc.uint8Array({ minLength: 1, maxLength: 512 });
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 8 }), (payloads) => {
        const receiver = new FrameReceiver();
        assert.deepEqual(
          receive(receiver, ...payloads.map(encodeFrame)),
          payloads.map((one) => [...one]),
        );
      }),
    );
  });

  it('drops one byte and goes on when a start proves false', () => {
    assert.deepEqual(receive(new FrameReceiver(), [0x00, 0x99, 0x02, 0x00], frame(0)), [[0]]);
    // A damaged frame hides nothing behind it.
    const damaged = frame(4, 5, 6);
    damaged[3] = 0x99;
    assert.deepEqual(receive(new FrameReceiver(), damaged, frame(7)), [[7]]);
  });

  it('waits for as many bytes as a false start announces, and finds what was hidden then', () => {
    const receiver = new FrameReceiver();
    // 02 FF announces 260 bytes.
    assert.deepEqual(receive(receiver, [0x02, 0xff], frame(1), frame(2)), []);
    assert.deepEqual(receive(receiver, new Uint8Array(245)), []);
    assert.deepEqual(receive(receiver, [0]), [[1], [2]]);
  });

  it('accepts the long form from 255 bytes on, and no more than 512', () => {
    const long = (length: number): Uint8Array => {
      const short = encodeFrame(new Uint8Array(length));
      return length < 256 ? Uint8Array.from([3, 0, ...short.subarray(1)]) : short;
    };
    assert.equal(receive(new FrameReceiver(), long(255)).length, 1);
    assert.equal(receive(new FrameReceiver(), long(254)).length, 0);
    assert.equal(receive(new FrameReceiver(), long(512)).length, 1);
    assert.equal(receive(new FrameReceiver(), long(513)).length, 0);
  });

  it('hands over what lies behind the payload in its buffer', () => {
    const receiver = new FrameReceiver();
    receive(receiver, frame(0x32, 1, 2, 3, 4));
    let behind: number[] = [];
    for (const byte of frame(0x32)) {
      receiver.push(byte, ({ bytes, length }) => (behind = [...bytes.subarray(length, length + 4)]));
    }
    // Its own CRC and stop byte, then the older frame's fourth data byte.
    assert.deepEqual(behind, [0x16, 0x11, 0x03, 0x04]);
  });

  it('never loses its footing, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (noise) => {
        const receiver = new FrameReceiver();
        receive(receiver, noise);
        // More than the longest wait, then a frame.
        assert.deepEqual(receive(receiver, new Uint8Array(600), frame(42)).at(-1), [42]);
      }),
    );
  });
});

describe('the receive ring', () => {
  it('holds 2047 bytes and loses what comes on top', () => {
    const ring = new ByteRing();
    for (let i = 0; i < 3000; i++) ring.put(i & 0xff);
    assert.equal(ring.length, 2047);
    for (let i = 0; i < 2047; i++) assert.equal(ring.take(), i & 0xff);
    assert.equal(ring.take(), undefined);
  });

  it('goes on in order when it wraps, and can be emptied', () => {
    const ring = new ByteRing(4);
    for (let i = 0; i < 20; i++) {
      ring.put(i);
      ring.put(i + 100);
      assert.deepEqual([ring.take(), ring.take()], [i, i + 100]);
    }
    ring.put(1);
    ring.clear();
    assert.equal(ring.length, 0);
  });
});
