/** Vectors at ragged ends, and sums and maxima across the four lanes of one. */

/** The first `lanes` values at `from`, the other lanes 0; nothing beyond them is read. */
@inline
export function loadPart(from: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(from);
  let x = v128.load32_zero(from);
  if (lanes > 1) x = v128.load_lane<f32>(from + 4, x, 1);
  if (lanes > 2) x = v128.load_lane<f32>(from + 8, x, 2);
  return x;
}

/** Writes the first `lanes` values, and nothing beyond them. */
@inline
export function storePart(to: usize, x: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(to, x);
    return;
  }
  v128.store_lane<f32>(to, x, 0);
  if (lanes > 1) v128.store_lane<f32>(to + 4, x, 1);
  if (lanes > 2) v128.store_lane<f32>(to + 8, x, 2);
}

/** All bits set in the first `lanes` lanes, none in the others. */
@inline
export function firstLanes(lanes: i32): v128 {
  return i32x4.gt_s(i32x4.splat(lanes), i32x4(0, 1, 2, 3));
}

/** (x₀ + x₂) + (x₁ + x₃). */
@inline
export function sumLanes(x: v128): f32 {
  const pairs = f32x4.add(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The largest lane; NaN if any lane is. */
@inline
export function maxLanes(x: v128): f32 {
  const pairs = f32x4.max(x, v128.shuffle<i32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
}
