import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import { simdOf, type Simd } from '../wasm/simd.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { maskedScores } from './heads.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { relationDivergenceForward, relationDivergenceGradient } from './relation_divergence.wgsl.ts';
import { rowDivergence } from './row_divergence.ts';

/**
 * Divergence of two models' relations among queries, keys or values.
 *
 *   A = x·xᵀ/√D + penalty,  G = y·yᵀ/√E + penalty,  penalty_j = (1 − mask_j)·(−10000)
 *   L[b, r, i] = KL(softmax(G_i) ‖ softmax(A_i));  dA = dL·(softmax(A) − softmax(G));  dx = (dA + dAᵀ)·x/√D
 *   student x [B, R, T, D], teacher y [B, R, T, E], mask [B, T], 1 = real token → L [B, R, T]
 *
 * The native forms write nothing of size B·R·T²: the gradient computes the relations again; on WebGPU it does so from log Σ exp
 * of both, which the forward form there returns as a second output.
 * Source: Wang et al. 2020 (MiniLM), 2021 (MiniLMv2).
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabRelationDivergence',
  plain: ({ student, teacher, mask }) => [rowDivergence(relations(teacher!, mask!), relations(student!, mask!))],
  native: {
    wasm: ({ student, teacher, mask }, _attrs, backend) => {
      const simd = simdOf(backend);
      const losses = simd.output(student!.shape.slice(0, 3));
      const { sizes, memory } = wasmArguments(simd, student!, teacher!);
      simd.kernels.relationDivergence(...sizes, simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(losses), ...memory);
      return [losses];
    },
    webgpu: (inputs, _attrs, backend) => relationDivergenceForward(backend as LabWebGPUBackend, inputs),
  },
  saves: ['student', 'teacher', 'mask'],
  keeps: [undefined, 'lse'],
  gradient: ([dy], saved) => ({ student: backward({ ...saved, dy: dy! }, {})[0]! }),
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabRelationDivergenceGradient',
  plain: ({ dy, student, teacher, mask }) => {
    const [q, p] = [student!, teacher!].map((x) => tf.softmax(relations(x, mask!))) as [tf.Tensor, tf.Tensor];
    const da = tf.mul(tf.sub(q, p), tf.expandDims(dy!, -1));
    const both = tf.add(da, tf.transpose(da, [0, 1, 3, 2]));
    return [tf.mul(tf.matMul(both, student!), 1 / Math.sqrt(student!.shape[3]!))];
  },
  native: {
    wasm: ({ dy, student, teacher, mask }, _attrs, backend) => {
      const simd = simdOf(backend);
      const gradient = simd.output(student!.shape);
      const { sizes, memory } = wasmArguments(simd, student!, teacher!);
      simd.kernels.relationDivergenceGradient(...sizes, simd.at(dy!), simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(gradient), ...memory);
      return [gradient];
    },
    webgpu: (inputs, _attrs, backend) => relationDivergenceGradient(backend as LabWebGPUBackend, inputs),
  },
});

/** What both WASM kernels take beside the tensors. */
function wasmArguments(simd: Simd, student: tf.TensorInfo, teacher: tf.TensorInfo) {
  const [batch, heads, length, size] = student.shape as [number, number, number, number];
  return { sizes: [batch, heads, length, size, teacher.shape[3]!], memory: [simd.workspace(simd.kernels.relationDivergenceWorkspaceBytes(length)), simd.gemmScratch] } as const;
}

/** x·xᵀ/√D, padded keys lowered by 10000, none below that: [B, R, T, D] → [B, R, T, T]. */
const relations = (x: tf.Tensor, mask: tf.Tensor): tf.Tensor => tf.maximum(maskedScores(x as tf.Tensor4D, x as tf.Tensor4D, mask), MASKED_SCORE);

/** Divergences by query [B, R, T] of the relations of student [B, R, T, D] and teacher [B, R, T, E]; differentiable in the student's. */
export function relationDivergences(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return forward({ student, teacher, mask }, {})[0]!;
}
