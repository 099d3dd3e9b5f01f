/** IEEE 754 half precision and bfloat16, by integer operations on the bits, so that widening is exact. */

/** How many halves there are; above that many values a table of all is quicker than the arithmetic. */
const PATTERNS = 65_536;

/** The float32 bits of one half: sign 1, exponent 5 (bias 15), fraction 10; NaN payloads are kept. */
function halfToWord(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | ((fraction << (shift + 13)) & 0x7fffff);
}

/** Widens halves to float32, [n] → [n]; exact for every bit pattern. */
export function widenF16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length);
  const words = new Uint32Array(out.buffer);
  if (halves.length < PATTERNS) {
    for (let i = 0; i < halves.length; i++) words[i] = halfToWord(halves[i] ?? 0);
  } else {
    const table = new Uint32Array(PATTERNS);
    for (let half = 0; half < PATTERNS; half++) table[half] = halfToWord(half);
    for (let i = 0; i < halves.length; i++) words[i] = table[halves[i] ?? 0] ?? 0;
  }
  return out;
}

/** Widens bfloat16 to float32, [n] → [n]; the bits become the upper half of the word, so it is exact. */
export function widenBF16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length);
  const words = new Uint32Array(out.buffer);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
  return out;
}

/** Rounds `value / 2^bits` to the nearest integer, ties to even, for an unsigned value below 2^31. */
function roundShift(value: number, bits: number): number {
  const kept = value >>> bits;
  const rest = value & ((1 << bits) - 1);
  const half = 1 << (bits - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The half nearest to one float32 (given as bits); beyond 65504 + 1/2 unit it is infinity. */
function wordToHalf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200 | (fraction >>> 13));
  if (exponent > 142) return sign | 0x7c00;
  if (exponent > 112) return sign | roundShift(((exponent - 112) << 23) | fraction, 13);
  if (exponent < 102) return sign;
  return sign | roundShift(fraction | 0x800000, 126 - exponent);
}

/** Narrows float32 to halves, [n] → [n], to nearest with ties to even; a finite value above 65504 may become infinity. */
export function narrowF16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) out[i] = wordToHalf(words[i] ?? 0);
  return out;
}

/** How many of the values are NaN or infinite. */
export function countNonFinite(values: Float32Array): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) count++;
  return count;
}

/** How many halves are NaN or infinite. */
export function countNonFiniteF16(halves: Uint16Array): number {
  let count = 0;
  for (let i = 0; i < halves.length; i++) if (((halves[i] ?? 0) & 0x7c00) === 0x7c00) count++;
  return count;
}
