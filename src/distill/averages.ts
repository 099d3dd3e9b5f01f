import * as tf from '../tensor/tf.ts';
import type { ObjectiveInputs } from './objective.ts';

type Masked = Pick<ObjectiveInputs, 'mask' | 'fidelity'>;

/** Σ weights∘values / Σ weights, of equal shape; 0 where all weights are 0. */
export function weightedMean(values: tf.Tensor, weights: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.sum(weights), 1e-20)) as tf.Scalar;
}

/**
 * Mean over tokens: values [B·T] → scalar.
 *
 * Corrected: over real tokens. Released: over all, padding included.
 */
export function tokenMean(values: tf.Tensor, { mask, fidelity }: Masked): tf.Scalar {
  return fidelity === 'released' ? tf.mean(values) : weightedMean(values, tf.reshape(mask, [-1]));
}

/**
 * Mean over the queries of every head: values [B, H, T] → scalar.
 *
 * Corrected: over real queries. Released: over all, padding included.
 */
export function queryMean(values: tf.Tensor3D, { mask, fidelity }: Masked): tf.Scalar {
  if (fidelity === 'released') return tf.mean(values);
  return weightedMean(tf.mean(values, 1), mask);
}

/** Mean over the batch, or the sum that the released criterion returns for its trainer to divide. */
export function batchReduction(values: tf.Tensor, { fidelity }: Pick<ObjectiveInputs, 'fidelity'>): tf.Scalar {
  return fidelity === 'released' ? tf.sum(values) : tf.mean(values);
}

/** Mean or released sum over masked words, values [M]; by their shares where there is padding among them. */
export function wordReduction(values: tf.Tensor, { fidelity, maskedShares }: Pick<ObjectiveInputs, 'fidelity' | 'maskedShares'>): tf.Scalar {
  return maskedShares ? tf.sum(tf.mul(values, maskedShares)) : batchReduction(values, { fidelity });
}

/** Σ of scalars; 0 for none. */
export function total(scalars: readonly tf.Scalar[]): tf.Scalar {
  return scalars.length === 0 ? tf.scalar(0) : scalars.reduce((sum, scalar) => tf.add(sum, scalar));
}

/** x / max(‖x‖, 1e-12) along the last axis; the gradient is finite for x = 0 too. */
export function normalised(x: tf.Tensor): tf.Tensor {
  const square = tf.sum(tf.square(x), -1, true);
  return tf.div(x, tf.sqrt(tf.maximum(square, 1e-24)));
}

/** The value of x with a gradient of 0: what depends on it is treated as a constant. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return tf.customGrad((...[input]) => ({ value: (input as T).clone(), gradFunc: (dy) => tf.zerosLike(dy as T) }))(x) as T;
}
