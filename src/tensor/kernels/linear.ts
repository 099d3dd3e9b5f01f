import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { linearForward, linearGradient } from './linear.wgsl.ts';

/**
 * y = x·Wᵀ + b.
 *
 *   x [N, I], W [O, I] (the layout of Hugging Face files), b [O] → y [N, O]
 *   dx = dy·W,  dW = dyᵀ·x,  db = Σ_n dy
 *
 * Products with a transposed operand are several times slower than plain ones on tfjs's WASM and WebGPU backends, so the
 * plain form transposes first. 2·N·I·O operations forward, twice that backward.
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabLinear',
  plain: linearPlain,
  native: {
    wasm: ({ x, w, b }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [rows, inputs, outputs] = [x!.shape[0]!, x!.shape[1]!, w!.shape[0]!];
      const y = simd.output([rows, outputs]);
      simd.multiply([rows, outputs, inputs], simd.matrix(x!), simd.transposed(w!), y, b!);
      return [y];
    },
    webgpu: (inputs, _attrs, backend) => linearForward(backend as LabWebGPUBackend, inputs),
  },
  saves: ['x', 'w'],
  gradient: ([dy], { x, w }) => {
    const [dx, dw, db] = backward({ dy: dy!, x: x!, w: w! }, {});
    return { x: dx!, w: dw!, b: db! };
  },
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabLinearGradient',
  plain: linearGradientPlain,
  native: {
    wasm: ({ dy, x, w }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [rows, inputs, outputs] = [x!.shape[0]!, x!.shape[1]!, w!.shape[0]!];
      const [dx, dw, db] = [simd.output([rows, inputs]), simd.output([outputs, inputs]), simd.output([outputs])];
      simd.multiply([rows, inputs, outputs], simd.matrix(dy!), simd.matrix(w!), dx);
      simd.multiply([outputs, inputs, rows], simd.transposed(dy!), simd.matrix(x!), dw);
      simd.kernels.columnSum(rows, outputs, simd.at(dy!), simd.at(db));
      return [dx, dw, db];
    },
    webgpu: (inputs, _attrs, backend) => linearGradient(backend as LabWebGPUBackend, inputs),
  },
});

/** y in stock operations. */
export function linearPlain({ x, w, b }: Inputs): tf.Tensor[] {
  return [tf.add(tf.matMul(x as tf.Tensor2D, tf.transpose(w!)), b!)];
}

/** dx, dW and db in stock operations. */
export function linearGradientPlain({ dy, x, w }: Inputs): tf.Tensor[] {
  return [tf.matMul(dy as tf.Tensor2D, w as tf.Tensor2D), tf.matMul(tf.transpose(dy!) as tf.Tensor2D, x as tf.Tensor2D), tf.sum(dy!, 0)];
}

/** Dense layer: x [N, I], w [O, I], b [O] → [N, O]. */
export function linear(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return forward({ x, w, b }, {})[0]!;
}
