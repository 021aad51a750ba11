import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fromHex, toHex } from '../../../src/protocol/bytes';
import { crc16 } from '../../../src/protocol/crc16';
import { encodeFrame, FrameDecoder, MAX_PAYLOAD } from '../../../src/protocol/frame';
import vectors from '../../data/vesc-vectors.json';

function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function hex(payloads: readonly Uint8Array[]): string[] {
  return payloads.map(toHex);
}

function patterned(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 0xff);
}

/** Feeds `stream` in pieces of the given lengths, again and again. */
function split(stream: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < stream.length; i++) {
    const length = Math.max(1, lengths[i % lengths.length] ?? stream.length);
    pieces.push(stream.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** The same rules written down as simply as possible: at every byte, try every possible start. */
class Oracle {
  private readonly stream: number[] = [];
  private readonly covered: boolean[] = [];
  private from = 0;

  constructor(private readonly maxPayload = MAX_PAYLOAD) {}

  push(chunk: Uint8Array): string[] {
    let found: { start: number; payload: string }[] = [];
    for (const byte of chunk) {
      const end = this.stream.push(byte) - 1;
      for (let start = this.from; start < end; start++) {
        const payload = this.covered[start] ? undefined : this.frame(start, end);
        if (payload === undefined) continue;
        found = [...found.filter((inner) => inner.start < start), { start, payload }];
        for (let at = start; at <= end; at++) this.covered[at] = true;
        break;
      }
    }
    return found.map(({ payload }) => payload);
  }

  reset(): void {
    this.from = this.stream.length;
  }

  private frame(start: number, end: number): string | undefined {
    const bytes = this.stream;
    const header = bytes[start]!;
    if ((header !== 2 && header !== 3) || bytes[end] !== 3 || end - start < header + 3) return undefined;
    const length = header === 2 ? bytes[start + 1]! : (bytes[start + 1]! << 8) | bytes[start + 2]!;
    if (length < (header === 2 ? 1 : 255) || length > this.maxPayload) return undefined;
    if (end - start + 1 !== header + length + 3) return undefined;
    const payload = Uint8Array.from(bytes.slice(start + header, end - 2));
    return crc16(payload) === ((bytes[end - 2]! << 8) | bytes[end - 1]!) ? toHex(payload) : undefined;
  }
}

describe('encodeFrame', () => {
  for (const { name, payload, frame } of vectors.frames) {
    it(`frames ${name} as the reference does`, () => {
      assert.equal(toHex(encodeFrame(fromHex(payload))), frame);
    });
  }

  it('uses the short form up to 255 bytes and the long form above', () => {
    assert.deepEqual([...encodeFrame(patterned(255)).subarray(0, 2)], [2, 255]);
    assert.deepEqual([...encodeFrame(patterned(256)).subarray(0, 3)], [3, 1, 0]);
    assert.deepEqual([...encodeFrame(patterned(10_000)).subarray(0, 3)], [3, 0x27, 0x10]);
    assert.equal(encodeFrame(patterned(10_000)).length, 10_006);
  });

  it('refuses what cannot be framed', () => {
    assert.throws(() => encodeFrame(new Uint8Array(0)), /cannot carry 0 bytes/);
    assert.throws(() => encodeFrame(new Uint8Array(10_001)), RangeError);
  });
});

describe('FrameDecoder', () => {
  for (const { stream, packets, note } of vectors.parser) {
    if (stream === undefined || packets === undefined) continue;
    it(`finds what the reference parser finds: ${note}`, () => {
      assert.deepEqual(hex(new FrameDecoder().push(fromHex(stream))), packets);
    });
  }

  for (const { name, payload, frame } of vectors.frames) {
    it(`finds ${name} byte by byte, with its last byte`, () => {
      const decoder = new FrameDecoder();
      const bytes = fromHex(frame);
      bytes.forEach((byte, i) => {
        assert.deepEqual(hex(decoder.push(Uint8Array.of(byte))), i === bytes.length - 1 ? [payload] : []);
      });
    });
  }

  it('accepts the long form from 255 bytes on, as the firmware does', () => {
    const long = (length: number): Uint8Array => {
      const payload = patterned(length);
      const crc = crc16(payload);
      return Uint8Array.of(3, length >> 8, length & 0xff, ...payload, crc >> 8, crc & 0xff, 3);
    };
    assert.deepEqual(hex(new FrameDecoder().push(long(254))), []);
    assert.deepEqual(hex(new FrameDecoder().push(long(255))), [toHex(patterned(255))]);
    assert.deepEqual(hex(new FrameDecoder().push(long(10_000))), [toHex(patterned(10_000))]);
    assert.deepEqual(hex(new FrameDecoder().push(long(10_001))), []);
  });

  it('believes no payload longer than it was told', () => {
    const decoder = new FrameDecoder(512);
    assert.equal(decoder.push(encodeFrame(patterned(512))).length, 1);
    assert.equal(decoder.push(encodeFrame(patterned(513))).length, 0);
    const short = new FrameDecoder(100);
    assert.equal(short.push(encodeFrame(patterned(100))).length, 1);
    assert.equal(short.push(encodeFrame(patterned(101))).length, 0);
  });

  it('skips zero lengths', () => {
    assert.deepEqual(hex(new FrameDecoder().push(fromHex('0200000003030000000003020100000003'))), ['00']);
  });

  it('delivers the frame behind a frame cut short at once', () => {
    const decoder = new FrameDecoder();
    const long = encodeFrame(patterned(500));
    assert.deepEqual(decoder.push(long.subarray(0, 200)), []);
    for (let i = 0; i < 20; i++) {
      const payload = patterned(3 + i, i);
      assert.deepEqual(hex(decoder.push(encodeFrame(payload))), [toHex(payload)]);
    }
    assert.deepEqual(hex(decoder.push(long)), [toHex(patterned(500))]);
  });

  it('takes up again with the next byte after damage of any kind', () => {
    const good = Uint8Array.of(4, 1, 2, 3);
    const victims = [encodeFrame(patterned(40)), encodeFrame(patterned(300))];
    for (const victim of victims) {
      for (let at = 0; at < victim.length; at++) {
        const changed = victim.slice();
        changed[at] = changed[at]! ^ 0x5a;
        const cut = victim.slice(0, at);
        const lost = concat(victim.subarray(0, at), victim.subarray(at + 1));
        const extra = concat(victim.subarray(0, at), Uint8Array.of(2), victim.subarray(at));
        for (const damaged of [changed, cut, lost, extra]) {
          const decoder = new FrameDecoder();
          decoder.push(damaged);
          assert.deepEqual(hex(decoder.push(encodeFrame(good))), [toHex(good)]);
        }
      }
    }
  });

  it('delivers a frame that holds a whole frame once, as the outer one, when it comes in one piece', () => {
    const inner = encodeFrame(Uint8Array.of(4, 5, 6));
    const middle = concat(Uint8Array.of(36), inner, inner);
    const outer = concat(Uint8Array.of(119), encodeFrame(middle), patterned(300));
    assert.deepEqual(hex(new FrameDecoder().push(encodeFrame(outer))), [toHex(outer)]);
    const around = concat(inner, encodeFrame(outer), inner);
    assert.deepEqual(hex(new FrameDecoder().push(around)), ['040506', toHex(outer), '040506']);
  });

  it('takes the outer of two frames that share their CRC and stop byte', () => {
    // Behind two bytes whose CRC is the inner frame's header, that header brings the running CRC back to zero.
    const pair = Array.from({ length: 0x10000 }, (_, i) => Uint8Array.of(i >> 8, i & 0xff));
    const prefix = pair.find((bytes) => crc16(bytes) === 0x0203)!;
    const payload = concat(prefix, Uint8Array.of(2, 3), Uint8Array.of(7, 8, 9));
    const frame = encodeFrame(payload);
    assert.deepEqual(hex(new FrameDecoder().push(frame.subarray(4))), ['070809'], 'its tail is a frame, too');
    assert.deepEqual(hex(new FrameDecoder().push(frame)), [toHex(payload)]);
    assert.deepEqual(new Oracle().push(frame), [toHex(payload)]);
  });

  it('delivers no frame that begins inside another one and ends behind it', () => {
    // The outer payload ends with the header of a frame that holds the outer's trailer.
    const outer = encodeFrame(Uint8Array.of(9, 9, 9, 2, 5));
    const tail = concat(outer.subarray(-3), Uint8Array.of(7, 7));
    const crossing = encodeFrame(tail);
    const bytes = concat(outer, Uint8Array.of(7, 7), crossing.subarray(-3));
    assert.deepEqual(hex(new FrameDecoder().push(bytes.subarray(5))), [toHex(tail)], 'alone it is a frame');
    for (let offset = 16_384 - 20; offset < 16_384 + 5; offset++) {
      for (const step of [bytes.length, 1]) {
        const decoder = new FrameDecoder();
        decoder.push(new Uint8Array(offset));
        const found = split(bytes, [step]).flatMap((piece) => decoder.push(piece));
        assert.deepEqual(hex(found), ['0909090205']);
      }
    }
  });

  it('forgets what was half received when it is reset', () => {
    const frame = encodeFrame(patterned(300));
    for (const at of [0, 1, 2, 3, 150, frame.length - 1]) {
      const decoder = new FrameDecoder();
      decoder.push(frame.subarray(0, at));
      decoder.reset();
      assert.equal(decoder.push(frame.subarray(at)).length, at === 0 ? 1 : 0);
      assert.equal(decoder.push(frame).length, 1);
    }
  });

  it('counts bytes and frames', () => {
    const decoder = new FrameDecoder();
    assert.deepEqual(decoder.statistics, { bytes: 0, frames: 0 });
    decoder.push(patterned(100));
    const inner = encodeFrame(Uint8Array.of(1));
    decoder.push(concat(encodeFrame(inner), inner));
    assert.deepEqual(decoder.statistics, { bytes: 100 + 11 + 6, frames: 2 });
  });

  it('goes round its ring at any offset and for many megabytes', () => {
    const decoder = new FrameDecoder();
    const payloads = [1, 255, 256, 300, 4000, 10_000].map((length) => patterned(length, length));
    const frames = payloads.map(encodeFrame);
    const expected = payloads.map(toHex);
    for (let bytes = 0, round = 0; bytes < 6_000_000; round++) {
      const piece = concat(...frames, patterned(round % 97));
      bytes += piece.length;
      const found = split(piece, [4096, 1000 + (round % 61)]).flatMap((chunk) => decoder.push(chunk));
      assert.deepEqual(hex(found), expected);
    }
  });

  it('holds at every offset of its ring', () => {
    const payload = patterned(400);
    const frame = encodeFrame(payload);
    for (let offset = 16_384 - 420; offset < 16_384 + 5; offset++) {
      const decoder = new FrameDecoder();
      decoder.push(new Uint8Array(offset));
      assert.deepEqual(hex(decoder.push(frame)), [toHex(payload)]);
    }
  });

  it('keeps its hands off memory that was handed out or belongs to the feed', () => {
    const payloads = Array.from({ length: 300 }, (_, i) => patterned(1 + ((i * 37) % 400), i));
    const stream = concat(...payloads.map(encodeFrame));
    for (const step of [stream.length, 4096, 100, 1]) {
      const decoder = new FrameDecoder();
      const feed = new Uint8Array(step);
      const found: Uint8Array[] = [];
      for (const piece of split(stream, [step])) {
        // The owner of the memory of a feed may use it again at once.
        feed.set(piece);
        found.push(...decoder.push(feed.subarray(0, piece.length)));
        feed.fill(0xaa);
      }
      assert.deepEqual(hex(found), hex(payloads));
    }
  });

  it('takes a frame that follows at once only where no earlier candidate reaches into it', () => {
    // A frame cut short announces an end within the next frame, or behind it.
    for (const announced of [20, 60, 300]) {
      const outer = concat(patterned(8), encodeFrame(patterned(30)), patterned(400));
      const held = encodeFrame(outer.subarray(0, announced));
      const decoder = new FrameDecoder();
      const oracle = new Oracle();
      for (const piece of [
        held.subarray(0, 7),
        held.subarray(7),
        encodeFrame(outer),
        held,
        encodeFrame(outer),
      ]) {
        assert.deepEqual(hex(decoder.push(piece)), oracle.push(piece));
      }
    }
  });

  it('does not go over a feed again for headers that promise long frames', () => {
    // Each is preceded by a good frame, and ends with a stop byte where it says: only the CRC is wrong.
    const block = concat(encodeFrame(Uint8Array.of(4)), Uint8Array.of(3, 0x27, 0x10, 3, 3));
    const bytes = concat(...Array.from({ length: 20_000 }, () => block));
    const decoder = new FrameDecoder();
    let reads = 0;
    const inner = decoder as unknown as { take: (feed: Uint8Array, at: number) => number };
    const take = inner.take.bind(decoder);
    inner.take = (feed, at) => {
      reads += 10_000;
      return take(feed, at);
    };
    assert.equal(decoder.push(bytes).length, 20_000);
    assert.ok(reads <= 2 * bytes.length, `${reads} for ${bytes.length} bytes`);
  });

  const alphabet = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 3, 4, 5) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
  );
  const noise = fc.array(alphabet, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));
  const payload = fc
    .oneof(
      fc.array(alphabet, { minLength: 1, maxLength: 60 }),
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 250, maxLength: 270 }),
    )
    .map((bytes) => Uint8Array.from(bytes));
  const frame = payload.map((bytes) => encodeFrame(bytes));
  const nested = payload.map((bytes) => encodeFrame(concat(bytes, encodeFrame(bytes), bytes)));
  const cut = fc
    .tuple(frame, fc.nat(), fc.nat(255))
    .map(([bytes, at, value]) =>
      value < 128 ? bytes.slice(0, at % bytes.length) : bytes.with(at % bytes.length, value),
    );
  const stream = fc
    .array(fc.oneof(noise, frame, nested, cut), { maxLength: 6 })
    .map((pieces) => concat(...pieces));
  const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

  it('agrees with the oracle on any stream in any split', () => {
    fc.assert(
      fc.property(stream, lengths, fc.integer({ min: 0, max: 20_000 }), (bytes, by, before) => {
        const decoder = new FrameDecoder(600);
        decoder.push(new Uint8Array(before));
        const oracle = new Oracle(600);
        for (const piece of split(bytes, by)) assert.deepEqual(hex(decoder.push(piece)), oracle.push(piece));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with the oracle when it is reset in between', () => {
    fc.assert(
      fc.property(stream, lengths, fc.nat(4), (bytes, by, every) => {
        const decoder = new FrameDecoder();
        const oracle = new Oracle();
        split(bytes, by).forEach((piece, i) => {
          if (i % (every + 1) === every) {
            decoder.reset();
            oracle.reset();
          }
          assert.deepEqual(hex(decoder.push(piece)), oracle.push(piece));
        });
      }),
      { numRuns: 200 },
    );
  });

  it('delivers exactly the payloads of any frames that come in one piece', () => {
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 8 }), (payloads) => {
        const found = new FrameDecoder().push(concat(...payloads.map(encodeFrame)));
        assert.deepEqual(hex(found), hex(payloads));
      }),
    );
  });

  const adversarial: [string, Uint8Array][] = [2, 3, 4].map((byte) => [
    `only ${byte}`,
    new Uint8Array(200_000).fill(byte),
  ]);
  adversarial.push(
    ['02 and 03 in turn', Uint8Array.from({ length: 200_000 }, (_, i) => 2 + (i % 2))],
    ['many frames that would end together', endingTogether()],
    ['frames nested 1500 deep', nestedDeep(1500)],
  );
  for (const [name, bytes] of adversarial) {
    it(`does at most one CRC comparison a byte: ${name}`, () => {
      for (const step of [bytes.length, 1000, 1]) {
        const decoder = new FrameDecoder();
        let work = 0;
        const inner = decoder as unknown as { holds: (start: number, end: number) => boolean };
        const holds = inner.holds.bind(decoder);
        inner.holds = (start, end) => {
          work++;
          return holds(start, end);
        };
        for (const piece of split(bytes, [step])) decoder.push(piece);
        assert.ok(work <= bytes.length, `${work} comparisons for ${bytes.length} bytes`);
        assert.equal(decoder.statistics.bytes, bytes.length);
      }
    });
  }
});

/** Short frames begin at every second byte and all of them end at the same stop byte. */
function endingTogether(): Uint8Array {
  const block = new Uint8Array(256).fill(3);
  for (let at = 0; at < 250; at += 2) block.set([2, 256 - at - 5], at);
  return concat(...Array.from({ length: 200 }, () => block));
}

function nestedDeep(depth: number): Uint8Array {
  let frame = encodeFrame(Uint8Array.of(1));
  for (let i = 0; i < depth && frame.length <= MAX_PAYLOAD; i++) frame = encodeFrame(frame);
  return frame;
}
