import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { activation, ACTIVATIONS, type ActivationName } from './activation.ts';
import { activationGradient } from './activation.wgsl.ts';
import { linear, linearGradientPlain, linearPlain } from './linear.ts';
import { linearForward, linearGradient } from './linear.wgsl.ts';

/** What may stand behind a dense layer: an encoder's activation, or a pooler's tanh. */
export type DenseActivation = ActivationName | 'tanh';
type Attrs = { kind: DenseActivation };
type LinearActivation = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, kind: DenseActivation) => tf.Tensor;

/** Value and derivative of each, in stock operations. */
export const DENSE_ACTIVATIONS = {
  ...ACTIVATIONS,
  tanh: { value: (x: tf.Tensor) => tf.tanh(x), derivative: (x: tf.Tensor) => tf.sub(1, tf.square(tf.tanh(x))) },
} satisfies Record<DenseActivation, (typeof ACTIVATIONS)[ActivationName]>;

/**
 * A dense layer with its activation: u = x·Wᵀ + b,  y = act(u).
 *
 *   x [N, I], W [O, I], b [O] → y, u [N, O];  du = dy·act′(u), then dx, dW and db as of a dense layer
 *
 * u is an output for the gradient's sake. On WebGPU the operations and bytes of a dense layer and, for the gradient, of an
 * activation's: one dispatch forward, two backward.
 */
const forward = defineKernel<Attrs>({
  name: 'LabLinearActivation',
  plain: (inputs, { kind }) => {
    const [u] = linearPlain(inputs);
    return [DENSE_ACTIVATIONS[kind].value(u!), u!];
  },
  native: { webgpu: (inputs, { kind }, backend) => linearForward(backend as LabWebGPUBackend, inputs, kind) },
  saves: ['x', 'w'],
  keeps: [undefined, 'u'],
  gradient: ([dy], { x, w, u }, attrs) => {
    const [dx, dw, db] = backward({ dy: dy!, x: x!, w: w!, u: u! }, attrs);
    return { x: dx!, w: dw!, b: db! };
  },
});

const backward = defineKernel<Attrs>({
  name: 'LabLinearActivationGradient',
  plain: ({ dy, x, w, u }, { kind }) => linearGradientPlain({ dy: tf.mul(dy!, DENSE_ACTIVATIONS[kind].derivative(u!)), x: x!, w: w! }),
  native: {
    webgpu: ({ dy, x, w, u }, { kind }, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const [du] = activationGradient(gpu, dy!, u!, kind);
      const outputs = linearGradient(gpu, { dy: du!, x: x!, w: w! });
      gpu.disposeData(du!.dataId);
      return outputs;
    },
  },
});

const composed: LinearActivation = (x, w, b, kind) => {
  const u = linear(x, w, b);
  return kind === 'tanh' ? tf.tanh(u) : activation(u, kind);
};

const fused: LinearActivation = (x, w, b, kind) => forward({ x, w, b }, { kind })[0]!;

const FORMS: Readonly<Record<string, LinearActivation>> = { webgpu: fused };

/** act(x·Wᵀ + b): x [N, I], w [O, I], b [O] → [N, O]; composed of its parts where no backend does it in one. */
export const linearActivation: LinearActivation = (...operands) => (FORMS[tf.getBackend()] ?? composed)(...operands);
