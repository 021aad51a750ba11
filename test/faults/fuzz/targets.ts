import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { readBootloader } from '../../../src/image/bootloaderFile';
import { stampImage } from '../../../src/image/buildStamp';
import { IMAGE_LENGTH } from '../../../src/image/flashMap';
import { compress, decompress } from '../../../src/image/heatshrink';
import { checkImage, readImage } from '../../../src/image/imageFile';
import { stage } from '../../../src/image/stagingHeader';
import { parseLinkAddress } from '../../../src/links/linkAddress';
import { parseResetFlags } from '../../../src/protocol/crashDiag';
import { parseFaultListing } from '../../../src/protocol/faultListing';
import { encodeFrame, FrameDecoder } from '../../../src/protocol/frame';
import * as can from '../../../src/protocol/messages/can';
import * as codeStorage from '../../../src/protocol/messages/codeStorage';
import * as configuration from '../../../src/protocol/messages/configuration';
import * as files from '../../../src/protocol/messages/files';
import * as identity from '../../../src/protocol/messages/identity';
import * as plots from '../../../src/protocol/messages/plots';
import * as swd from '../../../src/protocol/messages/swd';
import * as telemetry from '../../../src/protocol/messages/telemetry';
import * as terminal from '../../../src/protocol/messages/terminal';
import * as update from '../../../src/protocol/messages/update';
import { decodeReply, type Request } from '../../../src/protocol/request';
import { parseSnapshot, serializeSnapshot } from '../../../src/settings/snapshot';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';
import { sparseImage } from '../sparseImage';
import { concat, type Random } from './random';

/** Something that takes whatever comes from outside. */
export interface Target {
  readonly name: string;
  /** Inputs in a full run, and in the sample of `npm test`. */
  readonly full: number;
  readonly sample: number;
  /** Makes one input and tries it; throws when it is not met as it has to be. */
  readonly attempt: (random: Random) => void;
}

const decoder = new FrameDecoder();

/** A piece of a stream: noise, frames whole, cut off, damaged, announced and never sent. */
function streamPiece(random: Random): Uint8Array {
  const payload = random.bytes(1 + random.below(random.chance(0.05) ? 600 : 24));
  switch (random.below(5)) {
    case 0:
      return payload;
    case 1:
      return encodeFrame(payload);
    case 2:
      return random.mutate(encodeFrame(payload), 3);
    case 3:
      return encodeFrame(payload).slice(0, 1 + random.below(payload.length + 4));
    default:
      return Uint8Array.of(random.pick([2, 3]), random.next() & 0xff, random.next() & 0xff);
  }
}

/**
 * What is delivered was in the stream, and whatever was before it, a good frame is delivered when it is there, unless
 * one that began earlier ends in it by chance.
 */
function frames(random: Random): void {
  decoder.reset();
  const pieces = Array.from({ length: random.below(4) }, () => streamPiece(random));
  const wanted = encodeFrame(random.bytes(1 + random.below(16)));
  const found = [...pieces, wanted].map((piece) => decoder.push(piece));
  const stream = Buffer.concat([...pieces, wanted]);
  for (const payload of found.flat()) {
    const short = encodeFrame(payload);
    const long = concat(Uint8Array.of(3, payload.length >> 8, payload.length & 0xff), short.subarray(2));
    assert.ok(
      stream.includes(Buffer.from(short)) || stream.includes(Buffer.from(long)),
      'it was in the stream',
    );
  }
  assert.equal(found.at(-1)!.length, 1, 'the frame behind is delivered');
}

const BLOB = Uint8Array.of(1, 2, 3, 4);
const REQUESTS: readonly Request<unknown>[] = [
  ...[identity.fwVersion(), identity.fwInfo(), telemetry.getValues(), telemetry.getValuesSetup()],
  ...[
    telemetry.getValuesSelective(['erpm', 'duty', 'fault']),
    telemetry.getValuesSetupSelective(['uptime_ms']),
  ],
  ...[telemetry.getBatteryCut(), telemetry.getMcconfTemp(), telemetry.resetStats()],
  ...[telemetry.getDecodedPpm(), telemetry.getDecodedAdc(), telemetry.getDecodedChuk()],
  ...[can.pingCan(), can.ioBoardGetAll(3), telemetry.bmsGetValues()],
  ...[codeStorage.lispReadCode(400, 0), codeStorage.qmlReadCode(400, 800), codeStorage.lispGetStats(true)],
  ...[codeStorage.lispEraseCode(10), codeStorage.lispWriteCode(384, BLOB), codeStorage.qmlWrite(0, BLOB)],
  ...[configuration.getConfiguration('mcconf'), configuration.getConfiguration('appconf')],
  ...[configuration.getCustomConfig(0), configuration.getCustomConfigXml(0, 400, 0)],
  ...[configuration.setConfiguration('appconf', BLOB), files.fileList('/', ''), files.fileRead('/a', 0)],
  ...[update.eraseNewApp(1000), update.writeStaging(384, BLOB), update.writeBootloader(0, BLOB)],
  ...[swd.swdReadMemory(0x0800_0000, 16), swd.swdConnect()],
] as readonly Request<unknown>[];
const STREAMED: readonly ((payload: Uint8Array) => unknown)[] = [
  terminal.decodePrint,
  codeStorage.decodeLispPrint,
  can.decodeCanFwdFrame,
  plots.decodePlotStep,
  plots.decodeRotorPosition,
  plots.decodeExperimentSample,
];
const VERSION_REPLY = identity.encodeFwVersion({
  ...{ major: 7, minor: 1, test: 0, hardware: '60', uuid: '00112233445566778899aabb', paired: false },
  ...{ hardwareType: 'vesc', customConfigs: 1, firmwareName: '' },
});

/** A payload that may be an answer is one, or is not; nothing is thrown. */
function replies(random: Random): void {
  const request = random.pick(REQUESTS);
  const body = random.chance(0.1) ? random.mutate(VERSION_REPLY) : random.bytes(random.below(96));
  const payload = concat(Uint8Array.of(request.replyId), body);
  // An answer to an offset repeats it.
  if (random.chance(0.5)) payload.set(request.payload.subarray(1, 1 + random.below(payload.length)), 1);
  decodeReply(request, payload);
  for (const decode of STREAMED) decode(payload);
}

const WORDS = [
  'The following faults were registered',
  'Fault            : FAULT_CODE_',
  'Current          :',
];
const MORE = [
  'Reset flags: ',
  'PIN WWDG',
  'No faults registered since startup',
  '\n',
  ' : -1e999',
  'NaN',
  '\0',
];

/** Text from a terminal, an address that was typed, a snapshot from the disk. */
function texts(random: Random): void {
  const lines = Array.from({ length: random.below(12) }, () =>
    random.chance(0.5)
      ? random.pick([...WORDS, ...MORE])
      : Buffer.from(random.bytes(random.below(40))).toString('latin1'),
  );
  parseFaultListing(lines);
  parseResetFlags(lines);
  tolerate(() => parseLinkAddress(random.pick(['tcp://', 'sim:', '/dev/', '', 'COM']) + lines.join('')));
  tolerate(() => parseSnapshot(Buffer.from(random.mutate(SNAPSHOT, 4)).toString(), 'fuzz'));
}

const SNAPSHOT = new TextEncoder().encode(
  serializeSnapshot({
    uuid: '00112233445566778899aabb',
    hardware: '60',
    firmware: { major: 7, minor: 1, test: 0 },
    takenAt: '2026-01-01T00:00:00.000Z',
    motors: [{ uuid: '00112233445566778899aabb', canId: undefined, mcconf: BLOB, appconf: BLOB }],
    lispCode: BLOB,
  }),
);

/** Only our own errors may come of what is outside. */
function tolerate(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!isVescError(error)) throw error;
    assert.ok(error.happened !== '' && error.next !== '');
  }
}

function intelHexOf(bytes: Uint8Array): Uint8Array {
  const record = (type: number, address: number, data: Uint8Array): string => {
    const body = concat(Uint8Array.of(data.length, address >> 8, address & 0xff, type), data);
    const sum = body.reduce((total, byte) => total + byte, 0);
    return `:${Buffer.from(concat(body, Uint8Array.of(-sum & 0xff))).toString('hex')}\n`;
  };
  const lines = [record(4, 0, Uint8Array.of(0x08, 0x00))];
  for (let at = 0; at < bytes.length; at += 32) lines.push(record(0, at, bytes.slice(at, at + 32)));
  return new TextEncoder().encode([...lines, record(1, 0, new Uint8Array())].join(''));
}

let seeds: readonly Uint8Array[] | undefined;

/** What files are made from: made once, and only when they are wanted. */
function imageSeeds(): readonly Uint8Array[] {
  if (seeds) return seeds;
  const image = sparseImage();
  const elf = new Uint8Array(256);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0x28, 0, 1, 0, 0, 0]);
  elf.set([0x34, 0, 0, 0], 28);
  elf.set([0x34, 0, 0x20, 0, 1, 0, 0x28, 0], 40);
  return (seeds = [
    image,
    syntheticImage({ version: { major: 5, minor: 3 } }),
    stage(image).bytes,
    syntheticBootloader(),
    intelHexOf(syntheticBootloader()),
    elf,
    new Uint8Array(IMAGE_LENGTH),
  ]);
}

/** A file that somebody chose. */
function images(random: Random): void {
  const bytes = random.chance(0.2)
    ? random.bytes(random.below(4096))
    : random.mutate(random.pick(imageSeeds()), 4);
  tolerate(() => {
    const image = readImage(bytes, 'fuzz.bin');
    for (const problem of checkImage(image)) assert.ok(isVescError(problem));
    const { bytes: stamped } = stampImage(image.bytes, () => new Uint8Array(32));
    assert.equal(stamped.length, image.bytes.length);
  });
  tolerate(() => readBootloader(bytes, 'fuzz.bin'));
}

/** What was packed comes back; what was never packed ends, and no longer than expected. */
function heatshrink(random: Random): void {
  const alphabet = 1 + random.below(random.chance(0.5) ? 4 : 256);
  const plain = random.bytes(random.below(400)).map((byte) => byte % alphabet);
  const packed = compress(plain);
  assert.deepEqual(decompress(packed, plain.length), plain);
  const limit = random.below(2000);
  assert.ok(decompress(random.mutate(packed), limit).length <= limit);
  assert.ok(decompress(random.bytes(random.below(200)), limit).length <= limit);
}

export const TARGETS: readonly Target[] = [
  { name: 'frames', full: 10_000_000, sample: 100_000, attempt: frames },
  { name: 'replies', full: 5_000_000, sample: 50_000, attempt: replies },
  { name: 'texts', full: 500_000, sample: 5_000, attempt: texts },
  { name: 'images', full: 10_000, sample: 150, attempt: images },
  { name: 'heatshrink', full: 100_000, sample: 1_000, attempt: heatshrink },
];
