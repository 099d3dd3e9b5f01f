/**
 * The innermost product: a tile of 4 rows × 8 columns held in eight vector registers.
 *
 *   C[i, j] = start[i, j] + Σ_k a[k, i]·b[k, j];  a [K, 4] and b [K, 8] packed
 *
 * Each step of depth reads 48 bytes from the first-level cache and does 64 operations. Eight sums, two vectors of b and
 * one of a fit the sixteen registers of x86-64 with room for the products; 6 × 8 and 4 × 12 tiles spill and run slower, and
 * so does a loop that takes two or four steps of depth a turn (26 instead of 35 GFLOP a second in V8 11.3).
 */

/** Rows and columns of a tile. */
export const TILE_ROWS: i32 = 4;
export const TILE_COLUMNS: i32 = 8;

/** A whole tile; row strides in bytes, `startStride` 0 repeats one row of start values (a bias). */
export function tile(depth: i32, a: usize, b: usize, start: usize, startStride: usize, c: usize, cStride: usize): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  for (let k = 0; k < depth; k++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a);
    c00 = f32x4.add(c00, f32x4.mul(a0, b0));
    c01 = f32x4.add(c01, f32x4.mul(a0, b1));
    const a1 = v128.load32_splat(a, 4);
    c10 = f32x4.add(c10, f32x4.mul(a1, b0));
    c11 = f32x4.add(c11, f32x4.mul(a1, b1));
    const a2 = v128.load32_splat(a, 8);
    c20 = f32x4.add(c20, f32x4.mul(a2, b0));
    c21 = f32x4.add(c21, f32x4.mul(a2, b1));
    const a3 = v128.load32_splat(a, 12);
    c30 = f32x4.add(c30, f32x4.mul(a3, b0));
    c31 = f32x4.add(c31, f32x4.mul(a3, b1));
    a += 16;
    b += 32;
  }
  finishRow(c00, c01, start, c);
  finishRow(c10, c11, start + startStride, c + cStride);
  finishRow(c20, c21, start + 2 * startStride, c + 2 * cStride);
  finishRow(c30, c31, start + 3 * startStride, c + 3 * cStride);
}

@inline
function finishRow(left: v128, right: v128, start: usize, c: usize): void {
  v128.store(c, f32x4.add(left, v128.load(start)));
  v128.store(c, f32x4.add(right, v128.load(start, 16)), 16);
}

/** A tile of which only `rows` × `columns` exist: computed on the side in `spare` (256 bytes), then copied. */
export function edgeTile(depth: i32, a: usize, b: usize, start: usize, startStride: usize, c: usize, cStride: usize, rows: i32, columns: i32, spare: usize): void {
  const result = spare + 128;
  for (let i = 0; i < rows; i++) memory.copy(spare + <usize>i * 32, start + <usize>i * startStride, columns << 2);
  tile(depth, a, b, spare, 32, result, 32);
  for (let i = 0; i < rows; i++) memory.copy(c + <usize>i * cStride, result + <usize>i * 32, columns << 2);
}
