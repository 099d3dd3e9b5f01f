import * as tf from '../../tensor/tf.ts';
import { squareNorm } from '../../tensor/kernels/square_norm.ts';
import type { OptimizerRule, Slot } from './rule.ts';

/** ε₁ keeps squares above 0; ε₂ is the least size of a parameter under `scale_parameter`. */
const [EPSILON_1, EPSILON_2] = [1e-30, 1e-3];

/** β₂ at update t is 1 − t to this power. */
const DECAY_EXPONENT = -0.8;

/** Largest root mean square of an update before it is multiplied by the rate. */
const CLIP_THRESHOLD = 1;

/**
 * Adafactor without first moment: the second moment of a matrix is kept as its row and column means.
 *
 *   β = 1 − t^−0.8;  R ← βR + (1−β)·mean_col(g² + ε₁);  C ← βC + (1−β)·mean_row(g² + ε₁)
 *   u = g / √(R·C/mean(R)),  u ← u / max(1, RMS(u));  p ← p − lr·λp − lr·u
 *
 * p [n, k]: R [n], C [k]; vectors keep V of their own shape and u = g/√V. With `scale_parameter`, lr·max(ε₂, RMS(p)) stands
 * for lr. Source: Shazeer & Stern 2018; transformers, `Adafactor(relative_step=False)`, which the reference uses.
 */
export const adafactor: OptimizerRule = {
  name: 'adafactor',
  aliases: [],
  title: 'Adafactor',
  formula: 'u = g/√(R·C/mean(R)); p ← p − lr·λp − lr·u/max(1, RMS(u))',
  source: 'Shazeer & Stern 2018; transformers, Adafactor',
  decaysAll: false,
  moments: (shape) => (shape.length < 2 ? [['v', shape]] : [['row', shape.slice(0, -1)], ['column', [...shape.slice(0, -2), ...shape.slice(-1)]]]),
  update: (slot, gradient, { lr, weightDecay, scale, t }, options) =>
    tf.tidy(() => {
      const { parameter } = slot;
      const g = tf.mul(gradient, scale);
      const divided = tf.mul(g, inverseRoot(slot, g, 1 - t ** DECAY_EXPONENT));
      const u = tf.div(divided, tf.maximum(tf.div(rootMeanSquare(divided), CLIP_THRESHOLD), 1));
      const rate = options.scale_parameter ? tf.mul(tf.maximum(rootMeanSquare(parameter), EPSILON_2), lr) : tf.scalar(lr);
      parameter.assign(tf.sub(parameter, tf.mul(rate, tf.add(u, tf.mul(parameter, weightDecay)))));
    }),
};

/** Updates the second moment, and 1 over its root, of a shape that multiplies the gradient's. */
function inverseRoot({ moments: { v, row, column } }: Slot, g: tf.Tensor, beta: number): tf.Tensor {
  const square = tf.add(tf.square(g), EPSILON_1);
  const blend = (moment: tf.Variable, value: tf.Tensor) => moment.assign(tf.add(tf.mul(moment, beta), tf.mul(value, 1 - beta)));
  if (v) {
    blend(v, square);
    return tf.rsqrt(v);
  }
  blend(row!, tf.mean(square, -1));
  blend(column!, tf.mean(square, -2));
  const rows = tf.rsqrt(tf.div(row!, tf.mean(row!, -1, true)));
  return tf.mul(tf.expandDims(rows, -1), tf.expandDims(tf.rsqrt(column!), -2));
}

function rootMeanSquare(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.div(squareNorm([x]), x.size));
}
