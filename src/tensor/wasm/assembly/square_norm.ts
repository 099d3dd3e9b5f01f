import { loadPart, sumLanes } from './lanes';

/** Values that are squared and added in float32 before the float64 sum takes over. */
const GROUP: i32 = 1024;

/** Σ x²; reads 4·n bytes, 2·n operations. */
export function squareNorm(size: i32, x: usize): f64 {
  let total: f64 = 0;
  for (let from = 0; from < size; from += GROUP) {
    const end = min(size, from + GROUP);
    let sum = f32x4.splat(0);
    for (let i = from; i < end; i += 4) {
      const value = loadPart(x + (<usize>i << 2), end - i);
      sum = f32x4.add(sum, f32x4.mul(value, value));
    }
    total += sumLanes(sum);
  }
  return total;
}
