import { CRC16_TABLE } from '../../src/protocol/crc16';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import { type Bench, type Family, rounded, shortest_ms } from './figure';

const STREAM_B = 1 << 18;
/** Of bytes that are fed one by one: more would measure how fast memory hands out so many arrays. */
const BYTES_B = 1 << 16;

/** What a decoder is held against: nothing but a table step for each byte. */
function plainCrc(bytes: Uint8Array): number {
  const table = CRC16_TABLE;
  let crc = 0;
  // Nearly twice as fast as for…of.
  for (let i = 0, end = bytes.length; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ bytes[i]!]!;
  }
  return crc;
}

/** Bytes without a pattern, the same in every run. */
function noise(length: number): Uint8Array {
  let state = 0x9e3779b9;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** A stream of frames whose payloads have these lengths in turn. */
function stream(lengths: readonly number[], content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(STREAM_B);
  for (let at = 0, i = 0; ; i++) {
    const length = lengths[i % lengths.length]!;
    const frame = encodeFrame(content.subarray(at, at + length));
    if (at + frame.length > bytes.length) return bytes.subarray(0, at);
    bytes.set(frame, at);
    at += frame.length;
  }
}

function megabytesPerSecond(bytes: number, time_ms: number): number {
  return rounded(bytes / 1000 / time_ms);
}

/** Replies to the questions asked most: all values, a selection of them, the version, an acknowledged write. */
const TYPICAL = [73, 29, 41, 6];
const FULL = [512];

const ONE_BYTE = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

function pieces(bytes: Uint8Array, step: number): readonly Uint8Array[] {
  if (step === 1) return Array.from(bytes, (byte) => ONE_BYTE[byte]!);
  const count = Math.ceil(bytes.length / step);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * step, (i + 1) * step));
}

function measureDecoder(bench: Bench): void {
  const content = noise(STREAM_B + 1000);
  const cases = [
    { name: 'decoder: full frames, 4 KB feeds', bytes: stream(FULL, content), step: 4096, limit_MBps: 150 },
    {
      name: 'decoder: typical frames, 4 KB feeds',
      bytes: stream(TYPICAL, content),
      step: 4096,
      limit_MBps: 150,
    },
    { name: 'decoder: full frames, byte by byte', bytes: stream(FULL, content), step: 1, limit_MBps: 20 },
    {
      name: 'decoder: typical frames, byte by byte',
      bytes: stream(TYPICAL, content),
      step: 1,
      limit_MBps: 20,
    },
    { name: 'decoder: noise, 4 KB feeds', bytes: content.subarray(0, STREAM_B), step: 4096, limit_MBps: 50 },
  ];
  for (const { name, bytes: all, step, limit_MBps } of cases) {
    const bytes = step === 1 ? all.subarray(0, BYTES_B) : all;
    // Cut beforehand: making an array of one byte takes longer than decoding it.
    const feed = pieces(bytes, step);
    const [plain, decoding] = shortest_ms(
      () => plainCrc(bytes),
      () => {
        const decoder = new FrameDecoder();
        for (const piece of feed) decoder.push(piece);
      },
    );
    const value = megabytesPerSecond(bytes.length, decoding!);
    bench.report({
      figure: name,
      value,
      unit: 'MB/s',
      ratio: rounded(plain! / decoding!),
      against: `plain CRC pass, ${megabytesPerSecond(bytes.length, plain!)} MB/s`,
      limit: `≥ ${limit_MBps}`,
      ok: value >= limit_MBps,
    });
  }
}

function measureEncoder(bench: Bench): void {
  const content = noise(STREAM_B);
  for (const [name, lengths] of [
    ['full', FULL],
    ['typical', TYPICAL],
  ] as const) {
    const payloads: Uint8Array[] = [];
    for (let at = 0; at < content.length;) {
      const length = lengths[payloads.length % lengths.length]!;
      payloads.push(content.subarray(at, at + length));
      at += length;
    }
    const [plain, encoding] = shortest_ms(
      () => plainCrc(content),
      () => payloads.forEach((payload) => encodeFrame(payload)),
    );
    bench.report({
      figure: `encoder: ${name} frames`,
      value: megabytesPerSecond(content.length, encoding!),
      unit: 'MB/s',
      ratio: rounded(plain! / encoding!),
      against: `plain CRC pass, ${megabytesPerSecond(content.length, plain!)} MB/s`,
    });
  }
}

export const frames: Family = {
  name: 'decoder',
  run: (bench) => {
    measureDecoder(bench);
    measureEncoder(bench);
  },
};
