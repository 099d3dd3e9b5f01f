import * as tf from '../tf.ts';
import { simdOf } from '../wasm/simd.ts';
import { squareNormOnGpu } from './square_norm.wgsl.ts';

type SquareNorm = (tensors: readonly tf.Tensor[]) => tf.Scalar;

/**
 * Composed from stock operations. The partial sums are concatenated rather than added with `addN`, which tfjs computes
 * wrongly on WebGPU for more than seven inputs.
 */
export const squareNormPlain: SquareNorm = (tensors) =>
  tf.tidy(() => tf.sum(tf.concat(tensors.map((t) => tf.reshape(tf.sum(tf.square(t)), [1])))) as tf.Scalar);

/** One pass over every tensor; reads 4 bytes an element and writes nothing but the sum, kept in float64 until the end. */
const wasm: SquareNorm = (tensors) => {
  const simd = simdOf(tf.backend());
  return tf.scalar(tensors.reduce((sum, t) => sum + simd.kernels.squareNorm(t.size, simd.at(t)), 0), 'float32');
};

const FORMS: Record<string, SquareNorm> = { wasm, webgpu: squareNormOnGpu };

/** Σ x² over all elements of all tensors, as one scalar tensor. */
export function squareNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  return (FORMS[tf.getBackend()] ?? squareNormPlain)(tensors);
}
