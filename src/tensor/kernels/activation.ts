import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { activationForward, activationGradient } from './activation.wgsl.ts';

/** Activation functions by Hugging Face's names, each with its derivative; both take and give tensors of one shape. */
interface Activation {
  value(x: tf.Tensor): tf.Tensor;
  derivative(x: tf.Tensor): tf.Tensor;
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Φ(x), the standard normal distribution function. */
const cdf = (x: tf.Tensor) => tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));
/** Inner argument and its tanh of the tanh approximation. */
const tanhArgument = (x: tf.Tensor) => tf.tanh(tf.mul(SQRT_2_OVER_PI, tf.add(x, tf.mul(0.044715, tf.pow(x, 3)))));

export const ACTIVATIONS = {
  /** x·Φ(x); derivative Φ(x) + x·φ(x). */
  gelu: {
    value: (x) => tf.mul(x, cdf(x)),
    derivative: (x) => tf.add(cdf(x), tf.mul(tf.mul(x, 1 / Math.sqrt(2 * Math.PI)), tf.exp(tf.mul(-0.5, tf.square(x))))),
  },
  /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))). */
  gelu_new: {
    value: (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tanhArgument(x))),
    derivative: (x) => {
      const t = tanhArgument(x);
      const slope = tf.mul(SQRT_2_OVER_PI, tf.add(1, tf.mul(3 * 0.044715, tf.square(x))));
      return tf.add(tf.mul(0.5, tf.add(1, t)), tf.mul(tf.mul(tf.mul(0.5, x), tf.sub(1, tf.square(t))), slope));
    },
  },
  /** max(x, 0); the derivative at 0 is 0. */
  relu: {
    value: (x) => tf.relu(x),
    derivative: (x) => tf.cast(tf.greater(x, 0), 'float32'),
  },
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof ACTIVATIONS;
type Attrs = { kind: ActivationName };

/** Numbers of the activations in the WASM kernel. */
const WASM_KINDS: Record<ActivationName, number> = { gelu: 0, gelu_new: 1, relu: 2 };

const forward = defineKernel<Attrs>({
  name: 'LabActivation',
  plain: ({ x }, { kind }) => [ACTIVATIONS[kind].value(x!)],
  native: {
    wasm: ({ x }, { kind }, backend) => {
      const simd = simdOf(backend);
      const y = simd.output(x!.shape);
      simd.kernels.activation(WASM_KINDS[kind], simd.size(x!), simd.at(x!), simd.at(y));
      return [y];
    },
    webgpu: ({ x }, { kind }, backend) => activationForward(backend as LabWebGPUBackend, x!, kind),
  },
  saves: ['x'],
  gradient: ([dy], { x }, attrs) => ({ x: backward({ dy: dy!, x: x! }, attrs)[0]! }),
});

const backward = defineKernel<Attrs>({
  name: 'LabActivationGradient',
  plain: ({ dy, x }, { kind }) => [tf.mul(dy!, ACTIVATIONS[kind].derivative(x!))],
  native: {
    wasm: ({ dy, x }, { kind }, backend) => {
      const simd = simdOf(backend);
      const dx = simd.output(x!.shape);
      simd.kernels.activationGradient(WASM_KINDS[kind], simd.size(x!), simd.at(dy!), simd.at(x!), simd.at(dx));
      return [dx];
    },
    webgpu: ({ dy, x }, { kind }, backend) => activationGradient(backend as LabWebGPUBackend, dy!, x!, kind),
  },
});

/** Elementwise activation by name; any shape. */
export function activation(x: tf.Tensor, kind: ActivationName): tf.Tensor {
  return forward({ x }, { kind })[0]!;
}
