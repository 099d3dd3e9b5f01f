import * as tf from '../tensor/tf.ts';
import { crossEntropy } from '../tensor/kernels/cross_entropy.ts';
import type { ObjectiveInputs } from './objective.ts';

/** By row, how far predictions are from what is known: cross-entropy with class ids, or (z − y)² of a regression; z [B, C] → [B]. */
export function hardLosses(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  return isRegression(labels) ? tf.square(tf.sub(tf.reshape(logits, [-1]), labels)) : crossEntropy(logits, labels);
}

/** Targets of a regression are real numbers, class ids are whole ones. */
export function isRegression(labels: Pick<ObjectiveInputs, 'labels'>['labels']): boolean {
  return labels.dtype === 'float32';
}
