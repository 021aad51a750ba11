import { fromLatin1, toHex } from '../protocol/bytes';

/**
 * The identity of a build is its content (design 4.2): builds carry a placeholder where the firmware reports a commit
 * of the user's, and whoever sends the image fills in the hash of the image as it was built.
 */
const MARK = 'vb1-';
const DIGITS = 40;

/** What a build passes as its user commit, to be replaced by the build identity. */
export const PLACEHOLDER = MARK + '0'.repeat(DIGITS);

/** Length of a placeholder and of a build identity, characters. */
export const STAMP_LENGTH = PLACEHOLDER.length;

const MARK_BYTES = fromLatin1(MARK);

/** SHA-256 of `bytes`, 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/**
 * `new`: the placeholder was filled in now; `intact`: the image had been stamped and is what was stamped; `altered`:
 * it was changed after it was stamped; `none`: not made to be stamped.
 */
export type StampState = 'new' | 'intact' | 'altered' | 'none';

/** An image whose identity is settled. */
export interface StampedImage {
  readonly bytes: Uint8Array;
  readonly buildId?: string;
  readonly stamp: StampState;
}

/** Every place where the mark and 40 lower-case hex digits stand, and what stands there. */
function stamps(bytes: Uint8Array): { offset: number; text: string }[] {
  const found: { offset: number; text: string }[] = [];
  for (let offset = bytes.indexOf(MARK_BYTES[0]!); offset >= 0;) {
    const text = String.fromCharCode(...bytes.subarray(offset, offset + STAMP_LENGTH));
    const hit = /^vb1-[0-9a-f]{40}$/.test(text);
    if (hit) found.push({ offset, text });
    offset = bytes.indexOf(MARK_BYTES[0]!, offset + (hit ? STAMP_LENGTH : 1));
  }
  return found;
}

/** True when `text` is a build identity: `vb1-` and 40 hex digits, but not the placeholder. */
export function isBuildId(text: string): boolean {
  return /^vb1-[0-9a-f]{40}$/.test(text) && text !== PLACEHOLDER;
}

/** True while the image still carries the placeholder. */
export function hasPlaceholder(bytes: Uint8Array): boolean {
  return stamps(bytes).some((stamp) => stamp.text === PLACEHOLDER);
}

/** The build identity an image was stamped with; `undefined` for the placeholder and for foreign images. */
export function findBuildId(bytes: Uint8Array): string | undefined {
  return stamps(bytes).find((stamp) => stamp.text !== PLACEHOLDER)?.text;
}

/** A copy of `bytes` with every `from` replaced by `to`, both stamps. */
function replaceStamps(bytes: Uint8Array, from: string, to: string): Uint8Array {
  // Not slice(): that of a Buffer shares its memory.
  const copy = new Uint8Array(bytes);
  for (const stamp of stamps(bytes)) if (stamp.text === from) copy.set(fromLatin1(to), stamp.offset);
  return copy;
}

/** The identity of an image that carries the placeholder. */
function deriveBuildId(bytes: Uint8Array, sha256: Sha256): string {
  return MARK + toHex(sha256(bytes)).slice(0, DIGITS);
}

/**
 * Fills in the build identity wherever the placeholder stands. An image that was stamped before keeps its identity,
 * and is checked against it; a foreign one stays as it is. The input is not changed.
 */
export function stampImage(bytes: Uint8Array, sha256: Sha256): StampedImage {
  if (hasPlaceholder(bytes)) {
    const buildId = deriveBuildId(bytes, sha256);
    return { bytes: replaceStamps(bytes, PLACEHOLDER, buildId), buildId, stamp: 'new' };
  }
  const buildId = findBuildId(bytes);
  if (buildId === undefined) return { bytes, stamp: 'none' };
  const derived = deriveBuildId(replaceStamps(bytes, buildId, PLACEHOLDER), sha256);
  return { bytes, buildId, stamp: derived === buildId ? 'intact' : 'altered' };
}
