import { firstLanes, sumLanes } from './lanes';

/**
 * Moments of vectors of two models' attention probabilities, and what follows from them; `attention_correlation.ts` says
 * which vectors there are.
 */

/** Of four vectors: means of x and y, then Σ a², Σ b² and Σ a·b, the first two of which the factors of a gradient replace. */
export const MOMENTS: usize = 5 * 16;

/** What every part of one run shares; lies at the beginning of the workspace. */
@unmanaged
export class Run {
  batch: i32;
  heads: i32;
  length: i32;
  /** Values of a row in the workspace: the length, rounded up to whole vectors. */
  width: i32;
  threshold: f32;
  floor: f32;
  added: f32;
  /** Probabilities of some matrices [T, width] of either model, masks [B, width], penalties [width], moments. */
  x: usize;
  y: usize;
  mask: usize;
  penalties: usize;
  moments: usize;
  /** Forward: sum and number by axis, [4, 2] in f64. */
  totals: usize;
  /** Backward: factors [4], and the gradient [B, H, T, T]; 0 forward. */
  factors: usize;
  gradient: usize;
}

/** Four vectors side by side: element k lies `stride` bytes behind element k − 1, its weight is row·column. */
@unmanaged
export class Vectors {
  axis: i32;
  count: i32;
  stride: usize;
  /** Where the row's weights begin, and how far they are apart; those of the four columns have as many strides. */
  row: usize;
  rowStride: usize;
  columnStride: usize;
  gradientStride: usize;
}

/** The moments of four vectors, one a lane; two passes, since deviations are small beside means. */
export function momentsOfFour(run: Run, all: Vectors, at: usize, column: usize): void {
  let n = f32x4.splat(0);
  let sumX = n;
  let sumY = n;
  for (let k = 0, row = all.row, from = at, to = column; k < all.count; k++, row += all.rowStride, from += all.stride, to += all.columnStride) {
    const weight = f32x4.mul(v128.load32_splat(row), v128.load(to));
    n = f32x4.add(n, weight);
    sumX = f32x4.add(sumX, f32x4.mul(weight, v128.load(run.x + from)));
    sumY = f32x4.add(sumY, f32x4.mul(weight, v128.load(run.y + from)));
  }
  const share = f32x4.div(f32x4.splat(1), f32x4.max(n, f32x4.splat(1)));
  const meanX = f32x4.mul(sumX, share);
  const meanY = f32x4.mul(sumY, share);
  let xx = f32x4.splat(0);
  let yy = xx;
  let xy = xx;
  for (let k = 0, row = all.row, from = at, to = column; k < all.count; k++, row += all.rowStride, from += all.stride, to += all.columnStride) {
    const weight = f32x4.mul(v128.load32_splat(row), v128.load(to));
    const a = f32x4.mul(weight, f32x4.sub(v128.load(run.x + from), meanX));
    const b = f32x4.mul(weight, f32x4.sub(v128.load(run.y + from), meanY));
    xx = f32x4.add(xx, f32x4.mul(a, a));
    yy = f32x4.add(yy, f32x4.mul(b, b));
    xy = f32x4.add(xy, f32x4.mul(a, b));
  }
  keep(run, meanX, meanY, xx, yy, xy);
}

/** The moments of one row, in every lane. */
export function momentsOfRow(run: Run, at: usize, mask: usize, rowWeight: v128): void {
  const end = <usize>run.width << 2;
  let n = f32x4.splat(0);
  let sumX = n;
  let sumY = n;
  for (let j: usize = 0; j < end; j += 16) {
    const weight = f32x4.mul(rowWeight, v128.load(mask + j));
    n = f32x4.add(n, weight);
    sumX = f32x4.add(sumX, f32x4.mul(weight, v128.load(run.x + at + j)));
    sumY = f32x4.add(sumY, f32x4.mul(weight, v128.load(run.y + at + j)));
  }
  const share: f32 = 1 / max<f32>(sumLanes(n), 1);
  const meanX = f32x4.splat(sumLanes(sumX) * share);
  const meanY = f32x4.splat(sumLanes(sumY) * share);
  let xx = f32x4.splat(0);
  let yy = xx;
  let xy = xx;
  for (let j: usize = 0; j < end; j += 16) {
    const weight = f32x4.mul(rowWeight, v128.load(mask + j));
    const a = f32x4.mul(weight, f32x4.sub(v128.load(run.x + at + j), meanX));
    const b = f32x4.mul(weight, f32x4.sub(v128.load(run.y + at + j), meanY));
    xx = f32x4.add(xx, f32x4.mul(a, a));
    yy = f32x4.add(yy, f32x4.mul(b, b));
    xy = f32x4.add(xy, f32x4.mul(a, b));
  }
  keep(run, meanX, meanY, f32x4.splat(sumLanes(xx)), f32x4.splat(sumLanes(yy)), f32x4.splat(sumLanes(xy)));
}

@inline
function keep(run: Run, meanX: v128, meanY: v128, xx: v128, yy: v128, xy: v128): void {
  v128.store(run.moments, meanX);
  v128.store(run.moments, meanY, 16);
  v128.store(run.moments, xx, 32);
  v128.store(run.moments, yy, 48);
  v128.store(run.moments, xy, 64);
}

/** Adds 1 − ρ of the first `lanes` vectors, and their number, as far as they count. */
export function addUp(run: Run, axis: i32, lanes: i32): void {
  const yy = v128.load(run.moments, 48);
  const counted = v128.and(f32x4.gt(yy, f32x4.splat(run.threshold)), firstLanes(lanes));
  const one = f32x4.splat(1);
  const similarity = f32x4.div(v128.load(run.moments, 64), f32x4.add(f32x4.mul(norm(run, v128.load(run.moments, 32)), norm(run, yy)), f32x4.splat(run.added)));
  const totals = run.totals + (<usize>axis << 4);
  store<f64>(totals, load<f64>(totals) + <f64>sumLanes(v128.and(counted, f32x4.sub(one, similarity))));
  store<f64>(totals + 8, load<f64>(totals + 8) + <f64>sumLanes(v128.and(counted, one)));
}

/** Puts what b and a are multiplied by in a gradient in the places of Σ a² and Σ b². */
export function makeFactors(run: Run, axis: i32): void {
  const xx = v128.load(run.moments, 32);
  const yy = v128.load(run.moments, 48);
  const factor = v128.and(f32x4.gt(yy, f32x4.splat(run.threshold)), v128.load32_splat(run.factors + (<usize>axis << 2)));
  const ofX = norm(run, xx);
  const ofY = norm(run, yy);
  const whole = f32x4.add(f32x4.mul(ofX, ofY), f32x4.splat(run.added));
  const forB = f32x4.div(factor, whole);
  const forA = f32x4.div(f32x4.mul(f32x4.mul(forB, v128.load(run.moments, 64)), ofY), f32x4.mul(whole, ofX));
  v128.store(run.moments, v128.and(forA, f32x4.ge(xx, f32x4.splat(run.floor))), 32);
  v128.store(run.moments, f32x4.neg(forB), 48);
}

@inline
function norm(run: Run, square: v128): v128 {
  return f32x4.sqrt(f32x4.max(square, f32x4.splat(run.floor)));
}

/** dx of four elements at `at` in the workspace. */
@inline
export function slope(run: Run, at: usize, weight: v128): v128 {
  const a = f32x4.sub(v128.load(run.x + at), v128.load(run.moments));
  const b = f32x4.sub(v128.load(run.y + at), v128.load(run.moments, 16));
  return f32x4.mul(weight, f32x4.add(f32x4.mul(a, v128.load(run.moments, 32)), f32x4.mul(b, v128.load(run.moments, 48))));
}
