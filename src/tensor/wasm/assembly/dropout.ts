import { loadPart, storePart } from './lanes';
import { drawsFrom, keepOrDrop4, nextDraws } from './random';

/**
 * Inverted dropout: y_i = x_i·[bits(key, index + i) ≥ threshold]·factor.
 *
 * Reads 4·n bytes and writes as many, about 6 operations a value; `to` may be `from`. The mask is drawn, never stored.
 */
export function dropout(size: i32, key: i32, index: u32, threshold: u32, factor: f32, from: usize, to: usize): void {
  const keys = i32x4.splat(key);
  const thresholds = i32x4.splat(threshold);
  const factors = f32x4.splat(factor);
  let draws = drawsFrom(index);
  let left = size;
  for (; left >= 4; left -= 4) {
    v128.store(to, f32x4.mul(v128.load(from), keepOrDrop4(keys, draws, thresholds, factors)));
    draws = nextDraws(draws);
    from += 16;
    to += 16;
  }
  if (left > 0) storePart(to, f32x4.mul(loadPart(from, left), keepOrDrop4(keys, draws, thresholds, factors)), left);
}
