import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';

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
  plain: ({ x, w, b }) => [tf.add(tf.matMul(x as tf.Tensor2D, tf.transpose(w!)), b!)],
  saves: ['x', 'w'],
  gradient: ([dy], { x, w }) => {
    const [dx, dw, db] = backward({ dy: dy!, x: x!, w: w! }, {});
    return { x: dx!, w: dw!, b: db! };
  },
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabLinearGradient',
  plain: ({ dy, x, w }) => [
    tf.matMul(dy as tf.Tensor2D, w as tf.Tensor2D),
    tf.matMul(tf.transpose(dy!) as tf.Tensor2D, x as tf.Tensor2D),
    tf.sum(dy!, 0),
  ],
});

/** Dense layer: x [N, I], w [O, I], b [O] → [N, O]. */
export function linear(x: tf.Tensor, w: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return forward({ x, w, b }, {})[0]!;
}
