/** The CRC-32 of two texts behind each other from the checksums of both, without the texts. */

/** The polynomial of gzip and zip, its highest power in the lowest bit. */
const POLYNOMIAL = 0xedb88320;
/** The polynomials 1 and x⁸, in the same order of bits. */
const ONE = 0x8000_0000;
const BYTE = 0x0080_0000;

/** a·b modulo the polynomial. */
function product(a: number, b: number): number {
  let sum = 0;
  for (let bit = 0; bit < 32; bit++) {
    if (a & (ONE >>> bit)) sum ^= b;
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1;
  }
  return sum >>> 0;
}

/**
 * CRC-32(AB) = CRC-32(A)·x^(8·|B|) + CRC-32(B) modulo the polynomial.
 *
 * `bytes`: the length of B. Source: zlib, `crc32_combine`.
 */
export function crc32Combine(first: number, second: number, bytes: number): number {
  let shift = ONE;
  let power = BYTE;
  for (let left = bytes; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = product(shift, power);
    power = product(power, power);
  }
  return (product(shift, first) ^ second) >>> 0;
}
