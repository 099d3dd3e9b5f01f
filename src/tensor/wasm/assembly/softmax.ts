import { exp4 } from './exp';
import { maxLanes, sumLanes } from './lanes';

/** The largest of `columns` values; NaN if any is. */
export function rowMax(x: usize, columns: i32): f32 {
  let largest = f32x4.splat(-Infinity);
  let j = 0;
  for (; j + 4 <= columns; j += 4) largest = f32x4.max(largest, v128.load(x + (<usize>j << 2)));
  let best = maxLanes(largest);
  for (; j < columns; j++) best = max(best, load<f32>(x + (<usize>j << 2)));
  return best;
}

/**
 * p = softmax(scale·s + penalty) of each row, in place.
 *
 * `columns` is a multiple of 4; a column that does not exist has the penalty −∞ and a finite score, and comes out as 0.
 * Reads and writes 4 bytes a value three times, within the first-level cache; some 20 operations a value.
 */
export function softmaxRows(rows: i32, columns: i32, stride: usize, scale: f32, penalty: usize, s: usize): void {
  const end = <usize>columns << 2;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++, s += stride) {
    let largest = f32x4.splat(-Infinity);
    for (let at: usize = 0; at < end; at += 16) {
      const x = f32x4.add(f32x4.mul(v128.load(s + at), factor), v128.load(penalty + at));
      v128.store(s + at, x);
      largest = f32x4.max(largest, x);
    }
    const sum = expRow(columns, f32x4.splat(maxLanes(largest)), s, s);
    const share = f32x4.splat(1 / sum);
    for (let at: usize = 0; at < end; at += 16) v128.store(s + at, f32x4.mul(v128.load(s + at), share));
  }
}

/**
 * to = e^(from − largest) of `columns` values, a multiple of 4; their sum comes back. `to` may be `from`.
 *
 * Two vectors a turn share the constants of the exponential.
 */
export function expRow(columns: i32, largest: v128, from: usize, to: usize): f32 {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let left = columns;
  for (; left >= 8; left -= 8, from += 32, to += 32) {
    const first = exp4(f32x4.sub(v128.load(from), largest));
    const second = exp4(f32x4.sub(v128.load(from, 16), largest));
    v128.store(to, first);
    v128.store(to, second, 16);
    even = f32x4.add(even, first);
    odd = f32x4.add(odd, second);
  }
  if (left > 0) {
    const last = exp4(f32x4.sub(v128.load(from), largest));
    v128.store(to, last);
    even = f32x4.add(even, last);
  }
  return sumLanes(f32x4.add(even, odd));
}

/** dA = scale·P∘(dP − Σ_j dP∘P) of each row, written over dP; reads 8 bytes a value and writes 4, some 5 operations. */
export function softmaxGradientRows(rows: i32, columns: i32, stride: usize, scale: f32, p: usize, dp: usize): void {
  const end = <usize>columns << 2;
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++, p += stride, dp += stride) {
    let dot = f32x4.splat(0);
    for (let at: usize = 0; at < end; at += 16) dot = f32x4.add(dot, f32x4.mul(v128.load(p + at), v128.load(dp + at)));
    const mean = f32x4.splat(sumLanes(dot));
    for (let at: usize = 0; at < end; at += 16) {
      const centred = f32x4.sub(v128.load(dp + at), mean);
      v128.store(dp + at, f32x4.mul(f32x4.mul(v128.load(p + at), centred), factor));
    }
  }
}
