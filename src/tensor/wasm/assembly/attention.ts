import { dropout } from './dropout';
import { gemm } from './gemm';
import { softmaxGradientRows, softmaxRows } from './softmax';

/**
 * Multi-head attention on projections that stay where they are, [B·T, d] with heads side by side in d.
 *
 *   A = Q·Kᵀ/√dh + (1 − mask)·(−10000);  P = softmax(A);  context = dropout(P)·V
 *   dV = P′ᵀ·dC;  dP = dropout(dC·Vᵀ);  dA = P∘(dP − Σ dP∘P);  dQ = dA·K/√dh;  dK = dAᵀ·Q/√dh
 *
 * One head of one sequence at a time, its scores in a workspace [T, T′], T′ = T rounded up to 4, that fits the cache. Keys
 * after the last real one have probability 0 and are left out. 4·B·T²·d operations forward, 10 backward, and some 30 for
 * each of B·H·T² scores; reads 12·B·T·d bytes and writes 4 forward, reads 16 and writes 12 backward. Where only the first
 * `queries` tokens of a text ask, context and dC are [B·queries, d], and the scores [queries, T].
 */

const MASKED_SCORE: f32 = -10000;

/** Bytes of workspace for sequences of `length` tokens: one row of penalties, two matrices of scores. */
export function attentionWorkspaceBytes(length: i32): usize {
  return (<usize>roundUp(length) * (1 + 2 * length)) << 2;
}

export function attention(
  batch: i32, length: i32, queries: i32, heads: i32, headSize: i32,
  q: usize, k: usize, v: usize, mask: usize, context: usize,
  key: i32, threshold: u32, factor: f32,
  workspace: usize, scratch: usize,
): void {
  const width = heads * headSize;
  const row = roundUp(length);
  const scores = workspace + (<usize>row << 2);
  memory.fill(workspace, 0, attentionWorkspaceBytes(length));
  for (let b = 0; b < batch; b++) {
    const keys = penalties(length, mask + ((<usize>b * length) << 2), workspace);
    for (let h = 0; h < heads; h++) {
      const at = headOffset(b, length, width, h, headSize);
      const out = headOffset(b, queries, width, h, headSize);
      probabilities(queries, keys, headSize, width, q + at, k + at, workspace, scores, row, scratch);
      dropRows(queries, length, keys, key, (b * heads + h) * length, threshold, factor, scores, row);
      gemm(queries, headSize, keys, scores, row, 1, v + at, width, 1, 0, context + out, width, scratch);
    }
  }
}

export function attentionGradient(
  batch: i32, length: i32, queries: i32, heads: i32, headSize: i32,
  dContext: usize, q: usize, k: usize, v: usize, mask: usize,
  dq: usize, dk: usize, dv: usize,
  key: i32, threshold: u32, factor: f32,
  workspace: usize, scratch: usize,
): void {
  const width = heads * headSize;
  const row = roundUp(length);
  const p = workspace + (<usize>row << 2);
  const other = p + ((<usize>row * length) << 2);
  const scale: f32 = 1 / sqrt<f32>(<f32>headSize);
  memory.fill(workspace, 0, attentionWorkspaceBytes(length));
  memory.fill(dq, 0, (<usize>batch * length * width) << 2);
  memory.fill(dk, 0, (<usize>batch * length * width) << 2);
  memory.fill(dv, 0, (<usize>batch * length * width) << 2);
  for (let b = 0; b < batch; b++) {
    const keys = penalties(length, mask + ((<usize>b * length) << 2), workspace);
    for (let h = 0; h < heads; h++) {
      const at = headOffset(b, length, width, h, headSize);
      const dc = dContext + headOffset(b, queries, width, h, headSize);
      const draw = (b * heads + h) * length;
      probabilities(queries, keys, headSize, width, q + at, k + at, workspace, p, row, scratch);
      memory.copy(other, p, (<usize>row * queries) << 2);
      dropRows(queries, length, keys, key, draw, threshold, factor, other, row);
      gemm(keys, headSize, queries, other, 1, row, dc, width, 1, 0, dv + at, width, scratch);
      gemm(queries, keys, headSize, dc, width, 1, v + at, 1, width, 0, other, row, scratch);
      dropRows(queries, length, keys, key, draw, threshold, factor, other, row);
      softmaxGradientRows(queries, roundUp(keys), <usize>row << 2, scale, p, other);
      gemm(queries, headSize, keys, other, row, 1, k + at, width, 1, 0, dq + at, width, scratch);
      gemm(keys, headSize, queries, other, 1, row, q + at, width, 1, 0, dk + at, width, scratch);
    }
  }
}

@inline
function roundUp(length: i32): i32 {
  return (length + 3) & ~3;
}

/** Byte offset of head `h` of sequence `b` in a projection. */
@inline
function headOffset(b: i32, length: i32, width: i32, h: i32, headSize: i32): usize {
  return (<usize>b * length * width + <usize>h * headSize) << 2;
}

/** Writes what is added to each key's score and returns the number of keys up to the last real one, or all if none is. */
function penalties(length: i32, mask: usize, penalty: usize): i32 {
  let keys = length;
  while (keys > 0 && load<f32>(mask + (<usize>(keys - 1) << 2)) == 0) keys--;
  if (keys == 0) keys = length;
  for (let t = 0; t < keys; t++) store<f32>(penalty + (<usize>t << 2), (1 - load<f32>(mask + (<usize>t << 2))) * MASKED_SCORE);
  for (let t = keys; t < roundUp(keys); t++) store<f32>(penalty + (<usize>t << 2), -Infinity);
  return keys;
}

/** P = softmax(Q·Kᵀ/√dh + penalty), [queries, keys] in rows of `row` values. */
function probabilities(queries: i32, keys: i32, headSize: i32, width: i32, q: usize, k: usize, penalty: usize, p: usize, row: i32, scratch: usize): void {
  gemm(queries, keys, headSize, q, width, 1, k, 1, width, 0, p, row, scratch);
  softmaxRows(queries, roundUp(keys), <usize>row << 2, 1 / sqrt<f32>(<f32>headSize), penalty, p);
}

/** Drops elements of [queries, keys] by their index in [B, H, T, T]; `firstRow` is the index of row 0 among all B·H·T rows. */
function dropRows(queries: i32, length: i32, keys: i32, key: i32, firstRow: i32, threshold: u32, factor: f32, x: usize, row: i32): void {
  if (threshold == 0) return;
  for (let t = 0; t < queries; t++, x += <usize>row << 2) {
    dropout(keys, key, <u32>(firstRow + t) * length, threshold, factor, x, x);
  }
}
