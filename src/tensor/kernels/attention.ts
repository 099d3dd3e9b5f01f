import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import { simdOf, type Simd } from '../wasm/simd.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { attentionForward, attentionGradient } from './attention.wgsl.ts';
import { dropThreshold, dropout, dropoutOfPart } from './dropout.ts';
import { maskedScores, merge, queriesOf, split, type AttentionAttrs, type AttentionShape } from './heads.ts';

export { attentionScores } from './attention_scores.ts';
export type { AttentionShape } from './heads.ts';
export { MASKED_SCORE } from './masked_score.ts';

/**
 * Multi-head attention from projected queries, keys and values.
 *
 *   A = Q·Kᵀ/√dh + (1 − mask)·(−10000);  P = softmax(A);  context = dropout(P)·V
 *   q, k, v [B·T, d], heads side by side in d; mask [B, T], 1 = real token → context [B·T, d], or [B·queries, d]
 *   dV = P′ᵀ·dC;  dP = dropout(dC·Vᵀ);  dA = P∘(dP − Σ dP∘P);  dQ = dA·K/√dh;  dK = dAᵀ·Q/√dh
 *
 * The gradient computes P again rather than keeping [B, H, T, T] for every layer until the backward pass; on WebGPU it does so
 * from log Σ exp(A), which the forward form there returns as a second output. dQ of tokens that do not ask is 0; of those that
 * do, all numbers and all draws are what they would be if every token asked.
 */
const forward = defineKernel<AttentionAttrs>({
  name: 'LabAttention',
  plain: ({ q, k, v, mask }, attrs) => {
    const probabilities = softmaxScores(asking(split(q!, attrs), attrs), split(k!, attrs), mask!);
    return [merge(tf.matMul(dropped(probabilities, attrs), split(v!, attrs)), alone(attrs))];
  },
  native: {
    wasm: ({ q, k, v, mask }, attrs, backend) => {
      const simd = simdOf(backend);
      const context = simd.output([attrs.batch * queriesOf(attrs), q!.shape[1]!]);
      const { sizes, draw, memory } = wasmArguments(simd, q!.shape[1]!, attrs);
      simd.kernels.attention(...sizes, simd.at(q!), simd.at(k!), simd.at(v!), simd.at(mask!), simd.at(context), ...draw, ...memory);
      return [context];
    },
    webgpu: (inputs, attrs, backend) => attentionForward(backend as LabWebGPUBackend, inputs, attrs),
  },
  saves: ['q', 'k', 'v', 'mask'],
  keeps: ['context', 'lse'],
  gradient: ([dy], saved, attrs) => {
    const [dq, dk, dv] = backward({ ...saved, dy: dy! }, attrs);
    return { q: dq!, k: dk!, v: dv! };
  },
});

const backward = defineKernel<AttentionAttrs>({
  name: 'LabAttentionGradient',
  plain: ({ dy, q, k, v, mask }, attrs) => {
    const [kh, vh] = [split(k!, attrs), split(v!, attrs)];
    const [dc, qh] = [split(dy!, alone(attrs)), asking(split(q!, attrs), attrs)];
    const p = softmaxScores(qh, kh, mask!);
    const dv = tf.matMul(dropped(p, attrs), dc, true, false);
    const dp = dropped(tf.matMul(dc, vh, false, true), attrs);
    const da = tf.mul(tf.mul(p, tf.sub(dp, tf.sum(tf.mul(dp, p), -1, true))), scale(q!, attrs));
    const dq = tf.pad(tf.matMul(da, kh), [[0, 0], [0, 0], [0, attrs.length - queriesOf(attrs)], [0, 0]]);
    return [merge(dq, attrs), merge(tf.matMul(da, qh, true, false), attrs), merge(dv, attrs)];
  },
  native: {
    wasm: ({ dy, q, k, v, mask }, attrs, backend) => {
      const simd = simdOf(backend);
      const outputs = [q!, k!, v!].map(({ shape }) => simd.output(shape));
      const inputsAt = [dy!, q!, k!, v!, mask!].map((t) => simd.at(t)) as [number, number, number, number, number];
      const outputsAt = outputs.map((t) => simd.at(t)) as [number, number, number];
      const { sizes, draw, memory } = wasmArguments(simd, q!.shape[1]!, attrs);
      simd.kernels.attentionGradient(...sizes, ...inputsAt, ...outputsAt, ...draw, ...memory);
      return outputs;
    },
    webgpu: (inputs, attrs, backend) => attentionGradient(backend as LabWebGPUBackend, inputs, attrs),
  },
});

/** What both WASM kernels take beside the tensors; `width` is d. */
function wasmArguments(simd: Simd, width: number, attrs: AttentionAttrs) {
  const { batch, length, heads, rate, key } = attrs;
  return {
    sizes: [batch, length, queriesOf(attrs), heads, width / heads],
    draw: [key, dropThreshold(rate), 1 / (1 - rate)],
    memory: [simd.workspace(simd.kernels.attentionWorkspaceBytes(length)), simd.gemmScratch],
  } as const;
}

const scale = (q: tf.Tensor, { heads }: AttentionShape) => 1 / Math.sqrt(q.shape[1]! / heads);

function softmaxScores(q: tf.Tensor4D, k: tf.Tensor4D, mask: tf.Tensor): tf.Tensor4D {
  return tf.softmax(maskedScores(q, k, mask));
}

/** The sizes of what the tokens that ask have alone. */
const alone = (attrs: AttentionAttrs): AttentionShape => ({ ...attrs, length: queriesOf(attrs) });

/** Of [B, H, T, dh], what belongs to the tokens that ask. */
const asking = (x: tf.Tensor4D, attrs: AttentionAttrs): tf.Tensor4D => tf.slice(x, [0, 0, 0, 0], [-1, -1, queriesOf(attrs), -1]);

/** Dropout of [B, H, queries, T], drawn as in [B, H, T, T]. */
function dropped(p: tf.Tensor, attrs: AttentionAttrs): tf.Tensor {
  const { length } = attrs;
  const queries = queriesOf(attrs);
  if (queries === length) return dropout(p, attrs);
  const rowOf = (row: number) => Math.floor(row / queries) * length + (row % queries);
  return dropoutOfPart(p, attrs, (i) => rowOf(Math.floor(i / length)) * length + (i % length));
}

/** Context vectors [B·T, d], or [B·queries, d]; dropout acts on the attention probabilities. */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor, attrs: AttentionAttrs): tf.Tensor {
  return forward({ q, k, v, mask }, attrs)[0]!;
}

/** A projection [B·T, d] by head, [B, H, T, dh]; differentiable. */
export function byHead(x: tf.Tensor, shape: AttentionShape): tf.Tensor {
  return split(x, shape);
}
