import { ByteReader } from '../bytes';
import { CommandId } from '../commandId';
import type { Request } from '../request';
import type { Version } from '../version';
import { acknowledged, contents, message } from './message';

/** Motor configuration and app configuration, by the firmware's own short names. */
export type ConfigurationKind = 'mcconf' | 'appconf';

const GET = { mcconf: CommandId.GET_MCCONF, appconf: CommandId.GET_APPCONF } as const;
const GET_DEFAULT = {
  mcconf: CommandId.GET_MCCONF_DEFAULT,
  appconf: CommandId.GET_APPCONF_DEFAULT,
} as const;
const SET = { mcconf: CommandId.SET_MCCONF, appconf: CommandId.SET_APPCONF } as const;
const SIGNATURE_LENGTH = 4;

/** Reads a configuration: the blob with its four signature bytes, which {@link setConfiguration} takes back. */
export function getConfiguration(kind: ConfigurationKind): Request<Uint8Array> {
  return readBlob(GET[kind]);
}

/** Reads what the configuration would be without anything stored; measured offsets stay as they are. */
export function getDefaultConfiguration(kind: ConfigurationKind): Request<Uint8Array> {
  return readBlob(GET_DEFAULT[kind]);
}

function readBlob(id: CommandId): Request<Uint8Array> {
  return {
    payload: message(id).finish(),
    replyId: id,
    decode: (reply) => withSignature(contents(reply)),
  };
}

function withSignature(reader: ByteReader): Uint8Array {
  return new Uint8Array([...reader.take(SIGNATURE_LENGTH), ...reader.take()]);
}

/**
 * Stores a configuration. A blob with another firmware's signature is dropped without an answer, and values
 * beyond the limits of the hardware are clamped without a word.
 */
export function setConfiguration(kind: ConfigurationKind, blob: Uint8Array): Request<true> {
  return acknowledged(SET[kind], message(SET[kind]).bytes(blob).finish());
}

/** Uses an app configuration until the next start, without storing it (6.00 or newer). */
export function setAppconfNoStore(blob: Uint8Array): Request<true> {
  const id = CommandId.SET_APPCONF_NO_STORE;
  return acknowledged(id, message(id).bytes(blob).finish());
}

/**
 * The signature a blob begins with.
 * @throws EndOfPayload when it is shorter than that
 */
export function configurationSignature(blob: Uint8Array): number {
  return new ByteReader(blob).u32();
}

/** Signature and length (signature included) of a configuration. */
export interface ConfigurationLayout {
  readonly signature: number;
  readonly size_B: number;
}
export interface ConfigurationSignatures extends Version, Record<ConfigurationKind, ConfigurationLayout> {}

const layout = (signature: number, size_B: number): ConfigurationLayout => ({ signature, size_B });

/** Which release has which layout (facts 2.6), oldest first. */
export const configurationSignatures: readonly ConfigurationSignatures[] = [
  { major: 5, minor: 3, mcconf: layout(2525666056, 484), appconf: layout(3733512279, 476) },
  { major: 6, minor: 0, mcconf: layout(776184161, 481), appconf: layout(486554156, 493) },
  { major: 6, minor: 2, mcconf: layout(776184161, 481), appconf: layout(486554156, 493) },
  { major: 6, minor: 5, mcconf: layout(1065524471, 477), appconf: layout(2099347128, 278) },
  { major: 6, minor: 6, mcconf: layout(788332866, 483), appconf: layout(2099347128, 278) },
  { major: 7, minor: 0, mcconf: layout(1470992211, 488), appconf: layout(2384027283, 284) },
  { major: 7, minor: 1, mcconf: layout(2466726157, 488), appconf: layout(982638166, 284) },
];

/** A piece of a custom configuration's description, as stored: size and zlib stream. */
export interface XmlChunk {
  readonly index: number;
  /** Length of the whole. */
  readonly total: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

/** Reads a piece of the description of custom configuration `index`; no answer outside of it. */
export function getCustomConfigXml(index: number, length: number, offset: number): Request<XmlChunk> {
  return {
    payload: message(CommandId.GET_CUSTOM_CONFIG_XML).i8(index).i32(length).i32(offset).finish(),
    replyId: CommandId.GET_CUSTOM_CONFIG_XML,
    decode(reply) {
      const reader = contents(reply);
      const chunk = { index: reader.i8(), total: reader.i32(), offset: reader.i32(), data: reader.take() };
      return chunk.index === index && chunk.offset === offset ? chunk : undefined;
    },
  };
}

/** Reads custom configuration `index`, signature first. */
export function getCustomConfig(index: number): Request<Uint8Array> {
  return readCustom(CommandId.GET_CUSTOM_CONFIG, index);
}

/** Reads what custom configuration `index` would be without anything stored. */
export function getDefaultCustomConfig(index: number): Request<Uint8Array> {
  return readCustom(CommandId.GET_CUSTOM_CONFIG_DEFAULT, index);
}

function readCustom(id: CommandId, index: number): Request<Uint8Array> {
  return {
    payload: message(id).i8(index).finish(),
    replyId: id,
    decode(reply) {
      const reader = contents(reply);
      return reader.i8() === index ? withSignature(reader) : undefined;
    },
  };
}

/** Stores custom configuration `index`. The answer does not repeat the index. */
export function setCustomConfig(index: number, blob: Uint8Array): Request<true> {
  return acknowledged(
    CommandId.SET_CUSTOM_CONFIG,
    message(CommandId.SET_CUSTOM_CONFIG).i8(index).bytes(blob).finish(),
  );
}
