import { gemm } from './gemm';
import { loadPart, storePart } from './lanes';

/**
 * Attention scores of projections that stay where they are, [B·T, d] with heads side by side in d, and their gradient.
 *
 *   A = Q·Kᵀ/√dh + (1 − mask)·(−10000), [B, H, T, T];  dQ = dA·K/√dh;  dK = dAᵀ·Q/√dh
 *
 * One head of one text at a time. 2·B·T²·d operations forward, twice that backward, and 2·B·H·T² for scale and mask. Forward
 * reads 8·B·T·d bytes and writes 4·B·H·T²; backward reads both and writes 8·B·T·d.
 */

const MASKED_SCORE: f32 = -10000;

/** `workspace` holds the penalties of one text, T values. */
export function attentionScores(batch: i32, length: i32, heads: i32, headSize: i32, q: usize, k: usize, mask: usize, scores: usize, workspace: usize, scratch: usize): void {
  const width = heads * headSize;
  const scale: f32 = 1 / sqrt<f32>(<f32>headSize);
  for (let b = 0; b < batch; b++) {
    writePenalties(length, mask + ((<usize>b * length) << 2), workspace);
    for (let h = 0; h < heads; h++) {
      const at = (<usize>b * length * width + <usize>h * headSize) << 2;
      gemm(length, length, headSize, q + at, width, 1, k + at, 1, width, 0, scores, length, scratch);
      scaleRows(length, length, scale, workspace, scores, <usize>length << 2);
      scores += (<usize>length * length) << 2;
    }
  }
}

export function attentionScoresGradient(batch: i32, length: i32, heads: i32, headSize: i32, dScores: usize, q: usize, k: usize, dq: usize, dk: usize, scratch: usize): void {
  const width = heads * headSize;
  const scale: f32 = 1 / sqrt<f32>(<f32>headSize);
  const text = (<usize>length * width) << 2;
  for (let b = 0; b < batch; b++, q += text, k += text, dq += text, dk += text) {
    for (let h = 0; h < heads; h++) {
      const at = <usize>(h * headSize) << 2;
      gemm(length, headSize, length, dScores, length, 1, k + at, width, 1, 0, dq + at, width, scratch);
      gemm(length, headSize, length, dScores, 1, length, q + at, width, 1, 0, dk + at, width, scratch);
      dScores += (<usize>length * length) << 2;
    }
    multiply(length * width, scale, dq);
    multiply(length * width, scale, dk);
  }
}

/** What masking adds to the score of each key. */
export function writePenalties(length: i32, mask: usize, penalties: usize): void {
  for (let t = 0; t < length; t++) store<f32>(penalties + (<usize>t << 2), (1 - load<f32>(mask + (<usize>t << 2))) * MASKED_SCORE);
}

/** x = scale·x + penalty of each row, in place; `stride` in bytes. */
export function scaleRows(rows: i32, columns: i32, scale: f32, penalties: usize, x: usize, stride: usize): void {
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++, x += stride) {
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>j << 2;
      storePart(x + at, f32x4.add(f32x4.mul(loadPart(x + at, columns - j), factor), loadPart(penalties + at, columns - j)), columns - j);
    }
  }
}

/** x = scale·x, in place. */
export function multiply(size: i32, scale: f32, x: usize): void {
  const factor = f32x4.splat(scale);
  for (let i = 0; i < size; i += 4) {
    const at = x + (<usize>i << 2);
    storePart(at, f32x4.mul(loadPart(at, size - i), factor), size - i);
  }
}
