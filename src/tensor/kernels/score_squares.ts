import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { scoreSquaresForward, scoreSquaresGradient } from './score_squares.wgsl.ts';
import { MASKED_SCORE } from './masked_score.ts';

/**
 * Squared differences of two models' attention scores at pairs of real tokens, summed by query.
 *
 *   L[b, h, i] = mask[b, i]·Σ_j mask[b, j]·(s − t)²;  ds = 2·dL[b, h, i]·mask[b, i]·mask[b, j]·(s − t)
 *   student s, teacher t [B, H, T, T]; mask [B, T], 1 = real token → L [B, H, T]
 *
 * Scores below −10000, −∞ too, count as −10000. Only the gradient is as large as the scores, and is written once.
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabScoreSquares',
  plain: ({ student, teacher, mask }) => [tf.sum(tf.square(differences(student!, teacher!, mask!)), -1)],
  native: {
    wasm: ({ student, teacher, mask }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [batch, heads, length] = sizesOf(student!);
      const losses = simd.output([batch, heads, length]);
      simd.kernels.scoreSquares(batch, heads, length, simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(losses));
      return [losses];
    },
    webgpu: (inputs, _attrs, backend) => scoreSquaresForward(backend as LabWebGPUBackend, inputs),
  },
  saves: ['student', 'teacher', 'mask'],
  gradient: ([dy], { student, teacher, mask }) => ({ student: backward({ dy: dy!, student: student!, teacher: teacher!, mask: mask! }, {})[0]! }),
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabScoreSquaresGradient',
  plain: ({ dy, student, teacher, mask }) => [tf.mul(tf.mul(differences(student!, teacher!, mask!), 2), tf.expandDims(dy!, -1))],
  native: {
    wasm: ({ dy, student, teacher, mask }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [batch, heads, length] = sizesOf(student!);
      const gradient = simd.output(student!.shape);
      simd.kernels.scoreSquaresGradient(batch, heads, length, simd.at(dy!), simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(gradient));
      return [gradient];
    },
    webgpu: (inputs, _attrs, backend) => scoreSquaresGradient(backend as LabWebGPUBackend, inputs),
  },
});

const sizesOf = ({ shape }: tf.TensorInfo) => shape as [batch: number, heads: number, length: number, length: number];

/** s − t at pairs of real tokens, 0 elsewhere: [B, H, T, T]. */
function differences(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const [batch, length] = mask.shape as [number, number];
  const real = tf.mul(tf.reshape(mask, [batch, 1, length, 1]), tf.reshape(mask, [batch, 1, 1, length]));
  return tf.mul(tf.sub(tf.maximum(student, MASKED_SCORE), tf.maximum(teacher, MASKED_SCORE)), real);
}

/** Sums by query [B, H, T] of squared differences of scores [B, H, T, T] at pairs of real tokens; differentiable in the student's. */
export function scoreSquares(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return forward({ student, teacher, mask }, {})[0]!;
}
