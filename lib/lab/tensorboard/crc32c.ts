/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) and the mask under which event files
 * hold it.
 *
 * @module
 */

/** The polynomial 0x1EDC6F41, its bits in reverse. */
const POLYNOMIAL = 0x82f63b78;

/** What each byte does to the register. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = (value >>> 1) ^ (value & 1 ? POLYNOMIAL : 0);
  }
  return value;
});

/**
 * CRC-32C of some bytes, an integer below 2^32.
 *
 * @param bytes The bytes.
 */
export function crc32c(bytes: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of bytes) {
    register = (register >>> 8) ^ TABLE[(register ^ byte) & 0xff]!;
  }
  return (register ^ 0xffffffff) >>> 0;
}

/**
 * The same, rotated and moved, so that a CRC of bytes that hold CRCs is not one of
 * what these were taken of: tensorflow/core/lib/hash/crc32c.h, `Mask`.
 *
 * @param bytes The bytes.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  const rotated = ((crc >>> 15) | (crc << 17)) >>> 0;
  return (rotated + 0xa282ead8) >>> 0;
}
