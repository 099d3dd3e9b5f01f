import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { linear, linearGradientPlain, linearPlain } from './linear.ts';
import { MOST_BUFFERS, projectionsForward, projectionsGradient } from './projections.wgsl.ts';

/** Weights [O, I] and biases [O] of the dense layers that make queries, keys and values. */
export interface ProjectionWeights {
  readonly wq: tf.Tensor;
  readonly wk: tf.Tensor;
  readonly wv: tf.Tensor;
  readonly bq: tf.Tensor;
  readonly bk: tf.Tensor;
  readonly bv: tf.Tensor;
}

type Attrs = { passes: boolean };

/** Queries, keys and values [N, O], and x again, for whatever goes around them. */
export type Projected = readonly [q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, x: tf.Tensor];

const PARTS = ['q', 'k', 'v'] as const;

/**
 * Three dense layers on one input: q, k, v = x·W_qᵀ + b_q, x·W_kᵀ + b_k, x·W_vᵀ + b_v.
 *
 *   x [N, I], each W [O, I], b [O] → q, k, v [N, O]; with `passes`, x itself
 *   dx = dq·W_q + dk·W_k + dv·W_v (+ dx′),  dW = dyᵀ·x and db = Σ_n dy of each
 *
 * x is an output where it is the residual beside the attention, so that the gradient dx′ of that is added where dx is
 * written. All outputs must be used, or none: the tape gives zeros for one that is not.
 */
const forward = defineKernel<Attrs>({
  name: 'LabProjections',
  plain: (inputs, { passes }) => [...PARTS.map((part) => linearPlain(partOf(inputs, part))[0]!), ...(passes ? [tf.clone(inputs.x!)] : [])],
  native: {
    webgpu: (inputs, { passes }, backend) => {
      const gpu = backend as LabWebGPUBackend;
      return [...projectionsForward(gpu, inputs), ...(passes ? [gpu.share(inputs.x!)] : [])];
    },
  },
  saves: ['x', 'wq', 'wk', 'wv'],
  gradient: ([dq, dk, dv, passed], saved) => {
    const [x, wq, wk, wv, bq, bk, bv] = backward({ ...saved, dq: dq!, dk: dk!, dv: dv!, ...(passed && { passed }) }, {});
    return { x: x!, wq: wq!, wk: wk!, wv: wv!, bq: bq!, bk: bk!, bv: bv! };
  },
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabProjectionsGradient',
  plain: (inputs) => {
    const parts = PARTS.map((part) => linearGradientPlain(partOf(inputs, part)));
    return [tf.addN([...parts.map(([dx]) => dx!), ...(inputs.passed ? [inputs.passed] : [])]), ...parts.map(([, dw]) => dw!), ...parts.map(([, , db]) => db!)];
  },
  native: { webgpu: (inputs, _attrs, backend) => projectionsGradient(backend as LabWebGPUBackend, inputs) },
});

const partOf = (inputs: Inputs, part: (typeof PARTS)[number]) => ({ x: inputs.x!, w: inputs[`w${part}`]!, b: inputs[`b${part}`]!, dy: inputs[`d${part}`]! });

/** As `projections`, by three dense layers: for other backends, and where a projection is needed alone. */
export const separateProjections = (x: tf.Tensor, { wq, wk, wv, bq, bk, bv }: ProjectionWeights): Projected => [linear(x, wq, bq), linear(x, wk, bk), linear(x, wv, bv), x];

const together = (x: tf.Tensor, weights: ProjectionWeights, passes: boolean): Projected => {
  const { limits } = (tf.backend() as LabWebGPUBackend).device;
  if (limits.maxStorageBuffersPerShaderStage < MOST_BUFFERS) return separateProjections(x, weights);
  const [q, k, v, passed = x] = forward({ x, ...weights }, { passes });
  return [q!, k!, v!, passed];
};

const FORMS: Readonly<Record<string, typeof together>> = { webgpu: together };

/** Queries, keys and values of x [N, I], all of them for one attention; `passes`: its output is added to the fourth, x. */
export const projections = (x: tf.Tensor, weights: ProjectionWeights, passes: boolean): Projected => (FORMS[tf.getBackend()] ?? separateProjections)(x, weights, passes);
