import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { attentionScoresForward, attentionScoresGradient } from './attention_scores.wgsl.ts';
import { maskedScores, merge, split, type AttentionShape } from './heads.ts';

type Attrs = { batch: number; length: number; heads: number };

/**
 * Attention scores before softmax, for objectives that compare them.
 *
 *   A = Q·Kᵀ/√dh + (1 − mask)·(−10000);  dQ = dA·K/√dh;  dK = dAᵀ·Q/√dh
 *   q, k [B·T, d], heads side by side in d; mask [B, T], 1 = real token → [B, H, T, T]
 *
 * The scores are written once, and their gradient is read once. 2·B·T²·d operations forward, twice that backward.
 */
const forward = defineKernel<Attrs>({
  name: 'LabAttentionScores',
  plain: ({ q, k, mask }, attrs) => [maskedScores(split(q!, attrs), split(k!, attrs), mask!)],
  native: {
    wasm: ({ q, k, mask }, { batch, length, heads }, backend) => {
      const simd = simdOf(backend);
      const scores = simd.output([batch, heads, length, length]);
      const memory = [simd.workspace(4 * length), simd.gemmScratch] as const;
      simd.kernels.attentionScores(batch, length, heads, q!.shape[1]! / heads, simd.at(q!), simd.at(k!), simd.at(mask!), simd.at(scores), ...memory);
      return [scores];
    },
    webgpu: (inputs, attrs, backend) => attentionScoresForward(backend as LabWebGPUBackend, inputs, attrs),
  },
  saves: ['q', 'k'],
  gradient: ([dy], { q, k }, attrs) => {
    const [dq, dk] = backward({ dy: dy!, q: q!, k: k! }, attrs);
    return { q: dq!, k: dk! };
  },
});

const backward = defineKernel<Attrs>({
  name: 'LabAttentionScoresGradient',
  plain: ({ dy, q, k }, attrs) => {
    const scaled = tf.mul(dy!, 1 / Math.sqrt(q!.shape[1]! / attrs.heads));
    return [merge(tf.matMul(scaled, split(k!, attrs)), attrs), merge(tf.matMul(scaled, split(q!, attrs), true, false), attrs)];
  },
  native: {
    wasm: ({ dy, q, k }, { batch, length, heads }, backend) => {
      const simd = simdOf(backend);
      const [dq, dk] = [simd.output(q!.shape), simd.output(k!.shape)];
      simd.kernels.attentionScoresGradient(batch, length, heads, q!.shape[1]! / heads, simd.at(dy!), simd.at(q!), simd.at(k!), simd.at(dq), simd.at(dk), simd.gemmScratch);
      return [dq, dk];
    },
    webgpu: (inputs, attrs, backend) => attentionScoresGradient(backend as LabWebGPUBackend, inputs, attrs),
  },
});

/** Scores [B, H, T, T] of projections [B·T, d], padded keys lowered by 10000; differentiable. */
export function attentionScores(q: tf.Tensor, k: tf.Tensor, mask: tf.Tensor, { batch, length, heads }: AttentionShape): tf.Tensor {
  return forward({ q, k, mask }, { batch, length, heads })[0]!;
}
