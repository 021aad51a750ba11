import type { CanReport } from './bus';

// How processes share a CAN bus over TCP: messages of a length (u32, of all that follows), a kind (u8) and what belongs to
// it, little-endian. A member says hello, the hub answers with who is there, the member says who it is, and the hub that it
// has joined, or, when another has that UUID by now, again who is there; then both go on like a controller and its bus (bus.ts).

/** Grows with every change that programs of different age would misunderstand. */
export const HUB_VERSION = 2;
const MAGIC = 'VESC-CAN';
const UUID_BYTES = 12;
/** Nothing that belongs here is longer. */
const MOST_BYTES = 0x10_0000;
const HEADER_BYTES = 5;
const NOT_UNDERSTOOD = 'what it says is not understood';

const KINDS = ['hello', 'welcome', 'join', 'ready', 'report', 'attach', 'grant', 'joined'] as const;

export type HubMessage =
  | { readonly kind: 'hello'; readonly version: number }
  | { readonly kind: 'welcome'; readonly version: number; readonly uuids: readonly string[] }
  | { readonly kind: 'join'; readonly uuid: string }
  | { readonly kind: 'joined' }
  | { readonly kind: 'ready'; readonly isReady: boolean }
  | { readonly kind: 'report'; readonly report: CanReport }
  | { readonly kind: 'attach'; readonly epoch: number | undefined }
  | { readonly kind: 'grant'; readonly until_ns: number; readonly records: Uint8Array };

export function encodeHubMessage(message: HubMessage): Uint8Array {
  const content = encodeContent(message);
  const bytes = new Uint8Array(HEADER_BYTES + content.length);
  new DataView(bytes.buffer).setUint32(0, content.length + 1, true);
  bytes[4] = KINDS.indexOf(message.kind) + 1;
  bytes.set(content, HEADER_BYTES);
  return bytes;
}

function encodeContent(message: HubMessage): Uint8Array {
  switch (message.kind) {
    case 'hello':
      return Buffer.concat([Buffer.from(MAGIC), word(message.version)]);
    case 'welcome':
      return Buffer.concat([
        Buffer.from(MAGIC),
        word(message.version),
        Buffer.from(message.uuids.join(''), 'hex'),
      ]);
    case 'join':
      return Buffer.from(message.uuid, 'hex');
    case 'joined':
      return new Uint8Array();
    case 'ready':
      return Uint8Array.of(message.isReady ? 1 : 0);
    case 'report': {
      const { epoch, time_ns, records } = message.report;
      return Buffer.concat([word(epoch), time(time_ns), records]);
    }
    case 'attach':
      return word(message.epoch ?? 0);
    case 'grant':
      return Buffer.concat([time(message.until_ns), message.records]);
  }
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Whole nanoseconds. */
function time(value_ns: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(Math.round(value_ns)));
  return bytes;
}

/** Takes a stream of bytes apart into messages. */
export class HubDecoder {
  private rest: Buffer = Buffer.alloc(0);

  /** @throws Error when the bytes are of another kind of program */
  push(bytes: Uint8Array): HubMessage[] {
    this.rest = this.rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.rest, bytes]);
    const messages: HubMessage[] = [];
    while (this.rest.length >= HEADER_BYTES) {
      const length = this.rest.readUInt32LE(0);
      if (length < 1 || length > MOST_BYTES) misunderstood();
      if (this.rest.length < 4 + length) break;
      messages.push(decodeContent(this.rest[4]!, this.rest.subarray(HEADER_BYTES, 4 + length)));
      this.rest = this.rest.subarray(4 + length);
    }
    return messages;
  }
}

function decodeContent(kind: number, content: Buffer): HubMessage {
  const name = KINDS[kind - 1];
  try {
    switch (name) {
      case 'hello':
        return { kind: name, version: readVersion(content) };
      case 'welcome':
        return {
          kind: name,
          version: readVersion(content),
          uuids: readUuids(content.subarray(MAGIC.length + 4)),
        };
      case 'join':
        return { kind: name, uuid: readUuids(content.subarray(0, UUID_BYTES))[0] ?? misunderstood() };
      case 'joined':
        return { kind: name };
      case 'ready':
        return { kind: name, isReady: content.readUInt8(0) !== 0 };
      case 'report': {
        const time_ns = Number(content.readBigInt64LE(4));
        return {
          kind: name,
          report: { epoch: content.readUInt32LE(0), time_ns, records: Uint8Array.from(content.subarray(12)) },
        };
      }
      case 'attach': {
        const epoch = content.readUInt32LE(0);
        return { kind: name, epoch: epoch === 0 ? undefined : epoch };
      }
      case 'grant':
        return {
          kind: name,
          until_ns: Number(content.readBigInt64LE(0)),
          records: Uint8Array.from(content.subarray(8)),
        };
      case undefined:
    }
  } catch (error) {
    throw new Error(NOT_UNDERSTOOD, { cause: error });
  }
  return misunderstood();
}

function misunderstood(): never {
  throw new Error(NOT_UNDERSTOOD);
}

function readVersion(content: Buffer): number {
  if (content.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new RangeError('another program');
  return content.readUInt32LE(MAGIC.length);
}

function readUuids(content: Buffer): string[] {
  if (content.length % UUID_BYTES !== 0) throw new RangeError('no UUIDs');
  const text = content.toString('hex');
  return text.match(/.{24}/g) ?? [];
}
