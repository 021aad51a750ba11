/**
 * CRC-16/XMODEM: polynomial 0x1021, start 0, no reflection, no final XOR; "123456789" gives 0x31C3.
 * Used by frames, the staging header and the LispBM and QML storage (facts 1.1, 3.3, 9.1).
 */
const POLYNOMIAL = 0x1021;

/** The CRC of each single byte: one step is `(crc << 8) ^ CRC16_TABLE[(crc >> 8) ^ byte]`, kept to 16 bits. */
export const CRC16_TABLE: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  return crc & 0xffff;
});

/** `SLICES[256 * n + byte]`: the CRC of a byte with n zero bytes behind it; eight bytes are then one step. */
const SLICES = new Uint16Array(8 * 256);
SLICES.set(CRC16_TABLE);
for (let at = 256; at < SLICES.length; at++) {
  const crc = SLICES[at - 256]!;
  SLICES[at] = ((crc << 8) & 0xffff) ^ CRC16_TABLE[crc >> 8]!;
}

/** CRC of `bytes[start, end)`, going on from `crc` (0 at the beginning). */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  let at = start;
  for (const last = end - 8; at <= last; at += 8) {
    crc =
      SLICES[0x700 | (bytes[at]! ^ (crc >> 8))]! ^
      SLICES[0x600 | (bytes[at + 1]! ^ (crc & 0xff))]! ^
      SLICES[0x500 | bytes[at + 2]!]! ^
      SLICES[0x400 | bytes[at + 3]!]! ^
      SLICES[0x300 | bytes[at + 4]!]! ^
      SLICES[0x200 | bytes[at + 5]!]! ^
      SLICES[0x100 | bytes[at + 6]!]! ^
      SLICES[bytes[at + 7]!]!;
  }
  for (; at < end; at++) crc = ((crc << 8) & 0xffff) ^ CRC16_TABLE[(crc >> 8) ^ bytes[at]!]!;
  return crc;
}

/** The product of two polynomials over GF(2), modulo the CRC polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 15; bit >= 0; bit--) {
    product = product & 0x8000 ? ((product << 1) ^ POLYNOMIAL) & 0xffff : product << 1;
    if (b & (1 << bit)) product ^= a;
  }
  return product;
}

const MAX_STRETCH = 10_000;
let shifts: Uint16Array | undefined;

/** By n: what moves a CRC over n zero bytes when multiplied. Not made before it is needed: that takes a while. */
function shiftsTable(): Uint16Array {
  const table = new Uint16Array(MAX_STRETCH + 1);
  table[0] = 1;
  for (let n = 1; n < table.length; n++) {
    const previous = table[n - 1]!;
    table[n] = ((previous << 8) & 0xffff) ^ CRC16_TABLE[previous >> 8]!;
  }
  return table;
}

/**
 * The CRC of a stretch of a stream from the running CRCs `before` and `after` it, in constant time: the CRC is
 * linear, so what came before the stretch can be taken out again. `length` is at most 10000 bytes.
 */
export function crc16Between(before: number, after: number, length: number): number {
  shifts ??= shiftsTable();
  return after ^ multiply(before, shifts[length]!);
}
