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

/** CRC of `bytes[start, end)`, going on from `crc` (0 at the beginning). */
export function crc16(bytes: Uint8Array, start = 0, end = bytes.length, crc = 0): number {
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ CRC16_TABLE[(crc >> 8) ^ bytes[i]!]!;
  }
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

/** `SHIFTS[n]` moves a CRC over n zero bytes when multiplied; 10001 entries, for payloads up to 10000. */
const SHIFTS = Uint16Array.from({ length: 10_001 });
SHIFTS[0] = 1;
for (let n = 1; n < SHIFTS.length; n++) {
  const previous = SHIFTS[n - 1]!;
  SHIFTS[n] = ((previous << 8) & 0xffff) ^ CRC16_TABLE[previous >> 8]!;
}

/**
 * The CRC of a stretch of a stream from the running CRCs `before` and `after` it, in constant time: the CRC is
 * linear, so what came before the stretch can be taken out again. `length` is at most 10000 bytes.
 */
export function crc16Between(before: number, after: number, length: number): number {
  return after ^ multiply(before, SHIFTS[length]!);
}
