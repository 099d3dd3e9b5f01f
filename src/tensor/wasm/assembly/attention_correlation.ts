import { addUp, makeFactors, MOMENTS, momentsOfFour, momentsOfRow, Run, slope, Vectors } from './correlation_moments';
import { firstLanes, loadPart, storePart, sumLanes } from './lanes';
import { softmaxRows } from './softmax';

/**
 * Pearson correlation of two models' attention probabilities along keys, queries, sentences and heads, and its gradient.
 *
 *   x = softmax(s), y = softmax(t), s, t [B, H, T, T];  ρ = Σ a·b / (‖a‖·‖b‖ + added), a, b the deviations from the mean
 *   L = Σ over vectors of 1 − ρ, and their number;  dx = g·w·(a·(Σ ab)·‖b‖/(D²·‖a‖) − b/D), D = ‖a‖·‖b‖ + added
 *
 * Elements of weight 0 (padded queries and keys) take no part; a vector with ‖b‖² ≤ threshold does not count; squared
 * norms are at least `floor`. One head of all texts at a time for keys, queries and sentences, then one text with all
 * heads: probabilities lie in a workspace, nothing of size B·H·T² is written but the gradient. 4·B·H·T² exponentials and
 * some 60 operations an element forward, 90 backward; reads 16·B·H·T² bytes, backward writes 16.
 */

const LOWEST: f32 = -10000;
const KEYS = 0;
const QUERIES = 1;
const HEADS = 2;
const SENTENCES = 3;

/** Bytes of workspace. */
export function attentionCorrelationWorkspaceBytes(batch: i32, heads: i32, length: i32): usize {
  const rows = 2 * max(batch, heads) * length + batch + 1;
  return HEAD + MOMENTS + 64 + ((<usize>rows * roundUp(length)) << 2);
}

/** Room for a `Run` and, behind it, for `Vectors`. */
const HEAD: usize = 128;
const VECTORS: usize = 64;

export function attentionCorrelation(batch: i32, heads: i32, length: i32, threshold: f32, floor: f32, added: f32, student: usize, teacher: usize, mask: usize, losses: usize, counts: usize, workspace: usize): void {
  const run = begin(batch, heads, length, threshold, floor, added, mask, workspace);
  for (let i: usize = 0; i < 64; i += 8) store<f64>(run.totals + i, 0);
  visit(run, student, teacher);
  for (let axis: usize = 0; axis < 4; axis++) {
    const count = load<f64>(run.totals + 16 * axis + 8);
    store<f32>(losses + 4 * axis, <f32>(load<f64>(run.totals + 16 * axis) / max(count, 1)));
    store<f32>(counts + 4 * axis, <f32>count);
  }
}

/** `dy` and `counts` [4]; `dy` is by mean, so that a vector's share of it is dy/count. */
export function attentionCorrelationGradient(batch: i32, heads: i32, length: i32, threshold: f32, floor: f32, added: f32, dy: usize, counts: usize, student: usize, teacher: usize, mask: usize, gradient: usize, workspace: usize): void {
  const run = begin(batch, heads, length, threshold, floor, added, mask, workspace);
  for (let i: usize = 0; i < 16; i += 4) store<f32>(run.totals + i, load<f32>(dy + i) / max<f32>(load<f32>(counts + i), 1));
  run.factors = run.totals;
  run.gradient = gradient;
  visit(run, student, teacher);
}

function begin(batch: i32, heads: i32, length: i32, threshold: f32, floor: f32, added: f32, mask: usize, workspace: usize): Run {
  const run = changetype<Run>(workspace);
  run.batch = batch;
  run.heads = heads;
  run.length = length;
  run.width = roundUp(length);
  run.threshold = threshold;
  run.floor = floor;
  run.added = added;
  run.gradient = 0;
  run.moments = workspace + HEAD;
  run.totals = run.moments + MOMENTS;
  run.mask = run.totals + 64;
  const row = <usize>run.width << 2;
  run.penalties = run.mask + row * batch;
  run.x = run.penalties + row;
  run.y = run.x + row * max(batch, heads) * length;
  for (let b = 0; b < batch; b++) copyRow(run, mask + ((<usize>b * length) << 2), run.mask + row * b, 0);
  for (let j = 0; j < run.width; j++) store<f32>(run.penalties + (<usize>j << 2), j < length ? 0 : -Infinity);
  return run;
}

/** One row of `length` values, none below `lowest`, with 0 behind its end. */
function copyRow(run: Run, from: usize, to: usize, lowest: f32): void {
  for (let j = 0; j < run.width; j += 4) {
    const at = <usize>j << 2;
    const values = f32x4.max(loadPart(from + at, run.length - j), f32x4.splat(lowest));
    v128.store(to + at, v128.and(values, firstLanes(run.length - j)));
  }
}

/** One head of all texts at a time, then one text with all of its heads. */
function visit(run: Run, student: usize, teacher: usize): void {
  const scores = (<usize>run.length * run.length) << 2;
  for (let h = 0; h < run.heads; h++) {
    probabilities(run, run.batch, scores * run.heads, student + scores * h, run.x);
    probabilities(run, run.batch, scores * run.heads, teacher + scores * h, run.y);
    for (let b = 0; b < run.batch; b++) {
      alongKeys(run, b, b * run.heads + h);
      alongQueries(run, b, b * run.heads + h);
    }
    alongSentences(run, h);
  }
  for (let b = 0; b < run.batch; b++) {
    const own = scores * run.heads * b;
    probabilities(run, run.heads, scores, student + own, run.x);
    probabilities(run, run.heads, scores, teacher + own, run.y);
    alongHeads(run, b);
    if (run.gradient != 0) throughSoftmax(run, run.gradient + own);
  }
}

/** Softmaxes of `count` matrices of scores, `stride` bytes apart. */
function probabilities(run: Run, count: i32, stride: usize, scores: usize, to: usize): void {
  const row = <usize>run.width << 2;
  for (let n = 0; n < count; n++, scores += stride) {
    for (let i = 0; i < run.length; i++) copyRow(run, scores + ((<usize>i * run.length) << 2), to + row * (n * run.length + i), LOWEST);
  }
  softmaxRows(count * run.length, run.width, row, 1, run.penalties, to);
}

/** The rows of matrix `matrix`, which is that of text b in the workspace. */
function alongKeys(run: Run, b: i32, matrix: i32): void {
  const row = <usize>run.width << 2;
  const mask = run.mask + row * b;
  for (let i = 0; i < run.length; i++) {
    const at = row * (b * run.length + i);
    const weight = f32x4.splat(load<f32>(mask + (<usize>i << 2)));
    momentsOfRow(run, at, mask, weight);
    if (run.gradient == 0) {
      addUp(run, KEYS, 1);
      continue;
    }
    makeFactors(run, KEYS);
    const to = run.gradient + (((<usize>matrix * run.length + i) * run.length) << 2);
    for (let j = 0; j < run.length; j += 4) {
      const offset = <usize>j << 2;
      storePart(to + offset, slope(run, at + offset, f32x4.mul(weight, v128.load(mask + offset))), run.length - j);
    }
  }
}

function alongQueries(run: Run, b: i32, matrix: i32): void {
  const row = <usize>run.width << 2;
  const all = vectors(run, QUERIES, run.length, row, <usize>run.length << 2);
  all.rowStride = 4;
  all.columnStride = 0;
  all.row = run.mask + row * b;
  for (let j = 0; j < run.length; j += 4) {
    const offset = <usize>j << 2;
    sideBySide(run, all, j, row * (b * run.length) + offset, run.mask + row * b + offset, (<usize>matrix * run.length * run.length) << 2);
  }
}

function alongSentences(run: Run, h: i32): void {
  const row = <usize>run.width << 2;
  const matrix = (<usize>run.length * run.length) << 2;
  const all = vectors(run, SENTENCES, run.batch, row * run.length, matrix * run.heads);
  all.rowStride = row;
  all.columnStride = row;
  for (let i = 0; i < run.length; i++) {
    all.row = run.mask + (<usize>i << 2);
    for (let j = 0; j < run.length; j += 4) sideBySide(run, all, j, row * i + (<usize>j << 2), run.mask + (<usize>j << 2), matrix * h + ((<usize>i * run.length) << 2));
  }
}

function alongHeads(run: Run, b: i32): void {
  const row = <usize>run.width << 2;
  const matrix = (<usize>run.length * run.length) << 2;
  const mask = run.mask + row * b;
  const all = vectors(run, HEADS, run.heads, row * run.length, matrix);
  all.rowStride = 0;
  all.columnStride = 0;
  for (let i = 0; i < run.length; i++) {
    all.row = mask + (<usize>i << 2);
    for (let j = 0; j < run.length; j += 4) sideBySide(run, all, j, row * i + (<usize>j << 2), mask + (<usize>j << 2), matrix * (b * run.heads) + ((<usize>i * run.length) << 2));
  }
}

function vectors(run: Run, axis: i32, count: i32, stride: usize, gradientStride: usize): Vectors {
  const all = changetype<Vectors>(changetype<usize>(run) + VECTORS);
  all.axis = axis;
  all.count = count;
  all.stride = stride;
  all.gradientStride = gradientStride;
  return all;
}

/** Four vectors that begin at columns j to j + 3 of a row, whose gradient begins at `to`. */
function sideBySide(run: Run, all: Vectors, j: i32, at: usize, column: usize, to: usize): void {
  momentsOfFour(run, all, at, column);
  if (run.gradient == 0) {
    addUp(run, all.axis, run.length - j);
    return;
  }
  makeFactors(run, all.axis);
  let gradient = run.gradient + to + (<usize>j << 2);
  let row = all.row;
  for (let k = 0; k < all.count; k++, at += all.stride, row += all.rowStride, column += all.columnStride, gradient += all.gradientStride) {
    const weight = f32x4.mul(v128.load32_splat(row), v128.load(column));
    storePart(gradient, f32x4.add(loadPart(gradient, run.length - j), slope(run, at, weight)), run.length - j);
  }
}

/** ds = x∘(dx − Σ_j dx∘x) of each row of one text, written over dx. */
function throughSoftmax(run: Run, gradient: usize): void {
  const row = <usize>run.width << 2;
  for (let n = 0, at = run.x; n < run.heads * run.length; n++, at += row, gradient += <usize>run.length << 2) {
    let dot = f32x4.splat(0);
    for (let j = 0; j < run.length; j += 4) dot = f32x4.add(dot, f32x4.mul(loadPart(gradient + (<usize>j << 2), run.length - j), v128.load(at + (<usize>j << 2))));
    const mean = f32x4.splat(sumLanes(dot));
    for (let j = 0; j < run.length; j += 4) {
      const offset = <usize>j << 2;
      storePart(gradient + offset, f32x4.mul(v128.load(at + offset), f32x4.sub(loadPart(gradient + offset, run.length - j), mean)), run.length - j);
    }
  }
}

@inline
function roundUp(length: i32): i32 {
  return (length + 3) & ~3;
}
