/**
 * Counter-based random bits for four indices at once: the same integers as `bits(key, index)` of src/random/counter.ts.
 *
 *   bits = mix(mix(key ^ index·0x9e3779b9) + 0x6d2b79f5)
 */

const GOLDEN: i32 = 0x9e3779b9;

/** index·0x9e3779b9 for index, index + 1, index + 2, index + 3: where a run of draws begins. */
@inline
export function drawsFrom(index: u32): v128 {
  return i32x4.mul(i32x4.add(i32x4.splat(index), i32x4(0, 1, 2, 3)), i32x4.splat(GOLDEN));
}

/** The four draws after `draws`. */
@inline
export function nextDraws(draws: v128): v128 {
  return i32x4.add(draws, i32x4.splat(4 * GOLDEN));
}

/** `factor` in the lanes that are kept, 0 in those whose bits are below `threshold`. */
@inline
export function keepOrDrop4(key: v128, draws: v128, threshold: v128, factor: v128): v128 {
  const bits = mix4(i32x4.add(mix4(v128.xor(key, draws)), i32x4.splat(0x6d2b79f5)));
  return v128.andnot(factor, i32x4.lt_u(bits, threshold));
}

@inline
function mix4(x: v128): v128 {
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x21f0aaad));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x735a2d97));
  return v128.xor(x, i32x4.shr_u(x, 15));
}
