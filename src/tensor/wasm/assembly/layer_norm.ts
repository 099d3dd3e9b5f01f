import { loadPart, storePart, sumLanes } from './lanes';

/**
 * Layer normalisation over rows, x [N, d].
 *
 *   x̂ = (x − mean)·r, r = 1/√(var + ε), biased variance;  y = γ·x̂ + β
 *   dx = (g − mean(g) − x̂·mean(g·x̂))·r, g = dy·γ;  dγ = Σ_n dy·x̂;  dβ = Σ_n dy
 *
 * Forward reads and writes 4·N·d bytes, some 9 operations a value; backward reads 8·N·d and writes 4·N·d, some 22. A row
 * is read several times but stays in the first-level cache. dγ and dβ are summed in groups of 64 rows.
 */

const GROUP: i32 = 64;

export function layerNorm(rows: i32, columns: i32, eps: f32, x: usize, gamma: usize, beta: usize, y: usize): void {
  const stride = <usize>columns << 2;
  for (let row = 0; row < rows; row++, x += stride, y += stride) {
    const mean = rowMean(x, columns);
    const rstd = rowRstd(x, columns, mean, eps);
    for (let j = 0; j < columns; j += 4) {
      const lanes = columns - j;
      const at = <usize>j << 2;
      const xHat = normalised(loadPart(x + at, lanes), mean, rstd);
      storePart(y + at, f32x4.add(f32x4.mul(xHat, loadPart(gamma + at, lanes)), loadPart(beta + at, lanes)), lanes);
    }
  }
}

/** `workspace` holds 2·d values: the sums of one group of rows. */
export function layerNormGradient(
  rows: i32, columns: i32, eps: f32,
  dy: usize, x: usize, gamma: usize,
  dx: usize, dGamma: usize, dBeta: usize,
  workspace: usize,
): void {
  const stride = <usize>columns << 2;
  const groupBeta = workspace + stride;
  memory.fill(dGamma, 0, stride);
  memory.fill(dBeta, 0, stride);
  for (let row = 0; row < rows; row++) {
    if (row % GROUP == 0) memory.fill(workspace, 0, 2 * stride);
    rowGradient(columns, eps, dy, x, gamma, dx, workspace, groupBeta);
    if (row % GROUP == GROUP - 1 || row == rows - 1) {
      accumulate(columns, workspace, dGamma);
      accumulate(columns, groupBeta, dBeta);
    }
    dy += stride;
    x += stride;
    dx += stride;
  }
}

function rowGradient(columns: i32, eps: f32, dy: usize, x: usize, gamma: usize, dx: usize, groupGamma: usize, groupBeta: usize): void {
  const mean = rowMean(x, columns);
  const rstd = rowRstd(x, columns, mean, eps);
  let sum = f32x4.splat(0);
  let dot = f32x4.splat(0);
  for (let j = 0; j < columns; j += 4) {
    const lanes = columns - j;
    const at = <usize>j << 2;
    const d = loadPart(dy + at, lanes);
    const xHat = normalised(loadPart(x + at, lanes), mean, rstd);
    const weighted = f32x4.mul(d, xHat);
    const g = loadPart(gamma + at, lanes);
    sum = f32x4.add(sum, f32x4.mul(d, g));
    dot = f32x4.add(dot, f32x4.mul(weighted, g));
    storePart(groupGamma + at, f32x4.add(loadPart(groupGamma + at, lanes), weighted), lanes);
    storePart(groupBeta + at, f32x4.add(loadPart(groupBeta + at, lanes), d), lanes);
  }
  const meanG = f32x4.splat(sumLanes(sum) / <f32>columns);
  const meanDot = f32x4.splat(sumLanes(dot) / <f32>columns);
  for (let j = 0; j < columns; j += 4) {
    const lanes = columns - j;
    const at = <usize>j << 2;
    const g = f32x4.mul(loadPart(dy + at, lanes), loadPart(gamma + at, lanes));
    const xHat = normalised(loadPart(x + at, lanes), mean, rstd);
    const centred = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(xHat, meanDot));
    storePart(dx + at, f32x4.mul(centred, f32x4.splat(rstd)), lanes);
  }
}

/** The lanes of a part that do not exist come out as −mean·rstd: they must be multiplied by a zero lane or not stored. */
@inline
function normalised(x: v128, mean: f32, rstd: f32): v128 {
  return f32x4.mul(f32x4.sub(x, f32x4.splat(mean)), f32x4.splat(rstd));
}

@inline
function rowMean(x: usize, columns: i32): f32 {
  let sum = f32x4.splat(0);
  for (let j = 0; j < columns; j += 4) sum = f32x4.add(sum, loadPart(x + (<usize>j << 2), columns - j));
  return sumLanes(sum) / <f32>columns;
}

/** 1/√(var + ε). */
@inline
function rowRstd(x: usize, columns: i32, mean: f32, eps: f32): f32 {
  const centre = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const d = f32x4.sub(v128.load(x + (<usize>j << 2)), centre);
    sum = f32x4.add(sum, f32x4.mul(d, d));
  }
  let tail: f32 = 0;
  for (; j < columns; j++) {
    const d = load<f32>(x + (<usize>j << 2)) - mean;
    tail += d * d;
  }
  return 1 / sqrt<f32>((sumLanes(sum) + tail) / <f32>columns + eps);
}

function accumulate(columns: i32, from: usize, to: usize): void {
  for (let j = 0; j < columns; j += 4) {
    const lanes = columns - j;
    const at = <usize>j << 2;
    storePart(to + at, f32x4.add(loadPart(to + at, lanes), loadPart(from + at, lanes)), lanes);
  }
}
