import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { linear, linearGradientPlain, linearPlain } from './linear.ts';
import { DENSE_ACTIVATIONS, linearActivation, type DenseActivation } from './linear_activation.ts';
import { linearForward, linearGradient } from './linear.wgsl.ts';

type Attrs = { kind: DenseActivation; passes: boolean };

/** Weights [F, I], [O, F] and biases [F], [O] of two dense layers. */
export interface FeedForwardWeights {
  readonly w1: tf.Tensor;
  readonly b1: tf.Tensor;
  readonly w2: tf.Tensor;
  readonly b2: tf.Tensor;
}

/** The output [N, O], the activation between the layers [N, F], and x again, for whatever goes around them. */
export type FedForward = readonly [y: tf.Tensor, inner: tf.Tensor, x: tf.Tensor];

/**
 * Two dense layers with an activation between them.
 *
 *   u = x·W₁ᵀ + b₁,  h = act(u),  y = h·W₂ᵀ + b₂;  x [N, I] → y [N, O], h and u [N, F]; with `passes`, x itself
 *   du = (dy·W₂)∘act′(u),  dW₂ = dyᵀ·h,  db₂ = Σ_n dy;  dx = du·W₁ (+ dx′),  dW₁ = duᵀ·x,  db₁ = Σ_n du
 *
 * x is an output where it is the residual beside the layers, so that the gradient dx′ of that is added where dx is written;
 * it must be used wherever y is. h and u are outputs for the gradient's sake and have none of their own. Forward and backward are two
 * dispatches each on WebGPU, with the operations and bytes of two dense layers.
 */
const forward = defineKernel<Attrs>({
  name: 'LabFeedForward',
  plain: ({ x, w1, b1, w2, b2 }, { kind, passes }) => {
    const [u] = linearPlain({ x: x!, w: w1!, b: b1! });
    const h = DENSE_ACTIVATIONS[kind].value(u!);
    return [linearPlain({ x: h, w: w2!, b: b2! })[0]!, h, u!, ...(passes ? [tf.clone(x!)] : [])];
  },
  native: {
    webgpu: ({ x, w1, b1, w2, b2 }, { kind, passes }, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const [h, u] = linearForward(gpu, { x: x!, w: w1!, b: b1! }, kind);
      const [y] = linearForward(gpu, { x: h!, w: w2!, b: b2! });
      return [y!, h!, u!, ...(passes ? [gpu.share(x!)] : [])];
    },
  },
  saves: ['x', 'w1', 'w2'],
  keeps: [undefined, 'h', 'u'],
  gradient: ([dy, , , passed], saved, attrs) => {
    const [x, w1, b1, w2, b2] = backward({ ...saved, dy: dy!, ...(passed && { passed }) }, attrs);
    return { x: x!, w1: w1!, b1: b1!, w2: w2!, b2: b2! };
  },
});

const backward = defineKernel<Attrs>({
  name: 'LabFeedForwardGradient',
  plain: ({ dy, passed, x, h, u, w1, w2 }, { kind }) => {
    const [dh, dw2, db2] = linearGradientPlain({ dy: dy!, x: h!, w: w2! });
    const [dx, dw1, db1] = linearGradientPlain({ dy: tf.mul(dh!, DENSE_ACTIVATIONS[kind].derivative(u!)), x: x!, w: w1! });
    return [passed ? tf.add(dx!, passed) : dx!, dw1!, db1!, dw2!, db2!];
  },
  native: {
    webgpu: ({ dy, passed, x, h, u, w1, w2 }, { kind }, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const [du, dw2, db2] = linearGradient(gpu, { dy: dy!, x: h!, w: w2!, u: u! }, kind);
      const [dx, dw1, db1] = linearGradient(gpu, { dy: du!, x: x!, w: w1!, ...(passed && { passed }) });
      gpu.disposeData(du!.dataId);
      return [dx!, dw1!, db1!, dw2!, db2!];
    },
  },
});

const composed = (x: tf.Tensor, { w1, b1, w2, b2 }: FeedForwardWeights, kind: DenseActivation): FedForward => {
  const inner = linearActivation(x, w1, b1, kind);
  return [linear(inner, w2, b2), inner, x];
};

const together = (x: tf.Tensor, weights: FeedForwardWeights, kind: DenseActivation, passes: boolean): FedForward => {
  const [y, inner, , passed = x] = forward({ x, ...weights }, { kind, passes });
  return [y!, inner!, passed];
};

const FORMS: Readonly<Record<string, typeof together>> = { webgpu: together };

/** W₂·act(W₁·x + b₁) + b₂ of x [N, I]; `passes`: it is added to the third, x. The second, [N, F], is for looking at alone. */
export const feedForward = (x: tf.Tensor, weights: FeedForwardWeights, kind: DenseActivation, passes: boolean): FedForward => (FORMS[tf.getBackend()] ?? composed)(x, weights, kind, passes);
