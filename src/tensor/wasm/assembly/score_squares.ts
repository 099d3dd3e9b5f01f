import { loadPart, storePart, sumLanes } from './lanes';

/**
 * Squared differences of two models' attention scores at pairs of real tokens, summed by query, and their gradient.
 *
 *   L[b, h, i] = mask[b, i]·Σ_j mask[b, j]·(s − t)²;  ds = 2·dL[b, h, i]·mask[b, i]·mask[b, j]·(s − t);  s, t [B, H, T, T]
 *
 * Scores below −10000 count as −10000. Reads 8·B·H·T² bytes either way, backward writes 4·B·H·T²; 5 operations a score.
 */

const LOWEST: f32 = -10000;

export function scoreSquares(batch: i32, heads: i32, length: i32, student: usize, teacher: usize, mask: usize, losses: usize): void {
  const row = <usize>length << 2;
  for (let b = 0; b < batch; b++, mask += row) {
    for (let n = 0; n < heads * length; n++, student += row, teacher += row, losses += 4) {
      let sum = f32x4.splat(0);
      for (let j = 0; j < length; j += 4) {
        const difference = differenceAt(<usize>j << 2, length - j, student, teacher, mask);
        sum = f32x4.add(sum, f32x4.mul(difference, difference));
      }
      store<f32>(losses, sumLanes(sum) * load<f32>(mask + (<usize>(n % length) << 2)));
    }
  }
}

export function scoreSquaresGradient(batch: i32, heads: i32, length: i32, dy: usize, student: usize, teacher: usize, mask: usize, gradient: usize): void {
  const row = <usize>length << 2;
  for (let b = 0; b < batch; b++, mask += row) {
    for (let n = 0; n < heads * length; n++, student += row, teacher += row, gradient += row, dy += 4) {
      const factor = f32x4.splat(2 * load<f32>(dy) * load<f32>(mask + (<usize>(n % length) << 2)));
      for (let j = 0; j < length; j += 4) {
        const at = <usize>j << 2;
        storePart(gradient + at, f32x4.mul(differenceAt(at, length - j, student, teacher, mask), factor), length - j);
      }
    }
  }
}

/** mask·(s − t) of some lanes; mask is 0 or 1. */
@inline
function differenceAt(at: usize, lanes: i32, student: usize, teacher: usize, mask: usize): v128 {
  const lowest = f32x4.splat(LOWEST);
  const difference = f32x4.sub(f32x4.max(loadPart(student + at, lanes), lowest), f32x4.max(loadPart(teacher + at, lanes), lowest));
  return f32x4.mul(difference, loadPart(mask + at, lanes));
}
