import * as tf from '../tf.ts';

/**
 * Sum of the squares of all elements of all tensors, as one scalar tensor.
 *
 * The partial sums are concatenated rather than added with `addN`, which tfjs computes wrongly on WebGPU for more than
 * seven inputs.
 */
export function squareNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return tf.tidy(() => tf.sum(tf.concat(tensors.map((t) => tf.reshape(tf.sum(tf.square(t)), [1])))) as tf.Scalar);
}
