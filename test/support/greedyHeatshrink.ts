const WINDOW = 8192;
const MAX_COUNT = 32;
const LITERAL_BITS = 9;
const COPY_BITS = 19;
/** The reference encoder copies when that is shorter than literals of whole bytes: from three bytes on. */
const MIN_COUNT = 3;

/**
 * How many bytes the reference tool's heatshrink encoder makes of `input`: at every place it takes the longest copy
 * there is, whatever that means for what follows. It may copy the zeros its window begins with.
 */
export function greedySize_B(input: Uint8Array): number {
  const bytes = new Uint8Array(WINDOW + input.length);
  bytes.set(input, WINDOW);
  // All places with the same three bytes, newest first.
  const newest = new Map<number, number>();
  const older = new Int32Array(bytes.length).fill(-1);
  const remember = (at: number): void => {
    const key = keyAt(bytes, at);
    older[at] = newest.get(key) ?? -1;
    newest.set(key, at);
  };
  for (let at = 0; at < WINDOW; at++) remember(at);
  let bits = 0;
  for (let at = WINDOW; at < bytes.length;) {
    let count = 0;
    const limit = Math.min(MAX_COUNT, bytes.length - at);
    let from = newest.get(keyAt(bytes, at)) ?? -1;
    while (from >= at - WINDOW && from >= 0 && count < limit) {
      let same = 0;
      while (same < limit && bytes[from + same] === bytes[at + same]) same++;
      if (same > count) count = same;
      from = older[from]!;
    }
    const copied = count >= MIN_COUNT;
    bits += copied ? COPY_BITS : LITERAL_BITS;
    for (let end = at + (copied ? count : 1); at < end; at++) remember(at);
  }
  return Math.ceil(bits / 8);
}

/** The three bytes at a place; behind the end there are none, which is no byte either. */
function keyAt(bytes: Uint8Array, at: number): number {
  if (at + 2 >= bytes.length) return -1 - at;
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}
