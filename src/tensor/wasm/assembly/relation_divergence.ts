import { multiply, scaleRows, writePenalties } from './attention_scores';
import { gemm } from './gemm';
import { divergenceGradient, divergenceOf, rowDivergenceWorkspaceBytes } from './row_divergence';

/**
 * Divergence of two models' relations, and its gradient; x [B·R, T, D], y [B·R, T, E] are one projection of each by head.
 *
 *   A = x·xᵀ/√D + penalty,  G = y·yᵀ/√E + penalty,  penalty_j = (1 − mask_j)·(−10000)
 *   L[b, r, i] = KL(softmax(G_i) ‖ softmax(A_i));  dA = dL·(softmax(A) − softmax(G));  dx = (dA + dAᵀ)·x/√D
 *
 * One head of one text at a time, its relations in a workspace [2, T, T] that fits the cache: nothing of size B·R·T² is
 * written. 2·B·R·T²·(D + E) operations forward, 2·B·R·T²·(2·D + E) backward, and 2·B·R·T² exponentials; reads 4·B·R·T·(D + E)
 * bytes, backward writes 4·B·R·T·D.
 */

/** Bytes of workspace for texts of `length` tokens: penalties, two matrices of relations, and that of one row's divergence. */
export function relationDivergenceWorkspaceBytes(length: i32): usize {
  return (<usize>length * (1 + 2 * length) << 2) + rowDivergenceWorkspaceBytes(length);
}

export function relationDivergence(batch: i32, heads: i32, length: i32, studentSize: i32, teacherSize: i32, student: usize, teacher: usize, mask: usize, losses: usize, workspace: usize, scratch: usize): void {
  const row = <usize>length << 2;
  const a = workspace + row;
  const g = a + row * length;
  for (let n = 0; n < batch * heads; n++) {
    if (n % heads == 0) writePenalties(length, mask + row * (n / heads), workspace);
    relations(length, studentSize, student + row * (n * studentSize), workspace, a, scratch);
    relations(length, teacherSize, teacher + row * (n * teacherSize), workspace, g, scratch);
    for (let i: usize = 0; i < <usize>length; i++, losses += 4) {
      store<f32>(losses, divergenceOf(length, 0, g + i * row, a + i * row, g + row * length));
    }
  }
}

export function relationDivergenceGradient(batch: i32, heads: i32, length: i32, studentSize: i32, teacherSize: i32, dy: usize, student: usize, teacher: usize, mask: usize, gradient: usize, workspace: usize, scratch: usize): void {
  const row = <usize>length << 2;
  const a = workspace + row;
  const g = a + row * length;
  const scale: f32 = 1 / sqrt<f32>(<f32>studentSize);
  for (let n = 0; n < batch * heads; n++) {
    const own = row * (n * studentSize);
    if (n % heads == 0) writePenalties(length, mask + row * (n / heads), workspace);
    relations(length, studentSize, student + own, workspace, a, scratch);
    relations(length, teacherSize, teacher + row * (n * teacherSize), workspace, g, scratch);
    for (let i: usize = 0; i < <usize>length; i++, dy += 4) {
      divergenceGradient(length, 0, load<f32>(dy), g + i * row, a + i * row, a + i * row, g + row * length);
    }
    addTranspose(length, a);
    gemm(length, studentSize, length, a, length, 1, student + own, studentSize, 1, 0, gradient + own, studentSize, scratch);
    multiply(length * studentSize, scale, gradient + own);
  }
}

/** x·xᵀ/√D + penalty, [T, T]. */
function relations(length: i32, size: i32, x: usize, penalties: usize, to: usize, scratch: usize): void {
  gemm(length, length, size, x, size, 1, x, 1, size, 0, to, length, scratch);
  scaleRows(length, length, 1 / sqrt<f32>(<f32>size), penalties, to, <usize>length << 2);
}

/** A + Aᵀ in place. */
function addTranspose(length: i32, a: usize): void {
  for (let i = 0; i < length; i++) {
    for (let j = i; j < length; j++) {
      const above = a + ((<usize>i * length + j) << 2);
      const below = a + ((<usize>j * length + i) << 2);
      const sum = load<f32>(above) + load<f32>(below);
      store<f32>(above, sum);
      store<f32>(below, sum);
    }
  }
}
