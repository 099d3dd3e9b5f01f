import * as tf from '../../tensor/tf.ts';
import { attentionProbabilities } from '../attention.ts';
import { total } from '../averages.ts';
import type { Objective, ObjectiveInputs, Terms } from '../objective.ts';
import { pairsOf, tapsOfPairs, teacherOf } from '../pairs.ts';

/** Terms by the axis of [B, H, T, T] along which vectors are correlated. */
const AXES = { inter_token_1: 3, inter_token_2: 2, inter_head: 1, inter_sentence: 0 } as const;

/**
 * Pearson: the student's attention probabilities should vary as the teacher's do, along keys, queries, heads and sentences.
 *
 *   L = Σ over the four axes  mean over vectors along the axis of  1 − ρ(P_t, P_s)
 *   ρ(x, y) = Σ (x − x̄)(y − ȳ) / (‖x − x̄‖·‖y − ȳ‖)
 *
 * P: softmax of attention scores, [B, H, T, T], the last layers by default. Where the numbers of heads differ, probabilities
 * are averaged over groups of neighbouring heads.
 * Source: `Dist_att` of the reference's `pear_loss.py`, method `pear_col` (task-agnostic).
 * Corrected: elements are pairs of real tokens, and vectors that are constant in the teacher are left out, since ρ is not
 * defined there. Released form: padding takes part; 1e-8 is added to the denominator, so that constant vectors have ρ = 0.
 */
export const pearCol: Objective = {
  name: 'pear_col',
  aliases: ['pearson', 'dist_att'],
  title: 'Attention Pearson correlation',
  about: 'The student’s attention should rise and fall where the teacher’s does, whatever its scale.',
  formula: 'L = Σ over keys, queries, heads, sentences of mean (1 − ρ(P_t, P_s))',
  source: '`Dist_att` of `pear_loss.py`, method `pear_col`',
  released: 'Padding takes part, and constant vectors count as uncorrelated.',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'last' },
  taps: (setting, step) => tapsOfPairs('attentionScores', pairsOf('pear_col', setting, step)),
  loss: (inputs) => {
    const teacher = teacherOf('pear_col', inputs);
    const layers = pairsOf('pear_col', inputs, inputs.step).map(({ student: s, teacher: t, weight }) => {
      const [scores, targets] = [inputs.student.taps.at('attentionScores', s), teacher.taps.at('attentionScores', t)];
      return { ...attentionProbabilities(scores, targets), weight };
    });
    const term = (axis: number) => total(layers.map(({ student, teacher: target, weight }) => tf.mul(distance(student, target, axis, inputs), weight) as tf.Scalar));
    return Object.fromEntries(Object.entries(AXES).map(([name, axis]) => [name, term(axis)])) satisfies Terms;
  },
};

/** Sums of squared deviations below this are rounding of probabilities. */
const CONSTANT = 1e-12;

/** Mean over vectors along one axis of 1 − ρ; student x, teacher y [B, H, T, T]. */
function distance(x: tf.Tensor, y: tf.Tensor, axis: number, { mask, fidelity }: ObjectiveInputs): tf.Scalar {
  if (fidelity === 'released') {
    const ones = tf.onesLike(x);
    return tf.sub(1, tf.mean(correlation(centred(x, ones, axis), centred(y, ones, axis), axis, { floor: 1e-24, added: 1e-8 }))) as tf.Scalar;
  }
  const [batch, length] = mask.shape;
  const real = tf.mul(tf.reshape(mask, [batch, 1, length, 1]), tf.reshape(mask, [batch, 1, 1, length]));
  const [a, b] = [centred(x, real, axis), centred(y, real, axis)];
  const counted = tf.cast(tf.greater(tf.sum(tf.square(b), axis), CONSTANT), 'float32');
  const distances = tf.mul(tf.sub(1, correlation(a, b, axis, { floor: CONSTANT, added: 0 })), counted);
  return tf.div(tf.sum(distances), tf.maximum(tf.sum(counted), 1)) as tf.Scalar;
}

/** Deviations from the mean of the elements of weight 1 along an axis; 0 for the others. Weights may have one head for all. */
function centred(z: tf.Tensor, weights: tf.Tensor, axis: number): tf.Tensor {
  const count = tf.maximum(tf.mul(tf.sum(weights, axis, true), z.shape[axis]! / weights.shape[axis]!), 1);
  return tf.mul(tf.sub(z, tf.div(tf.sum(tf.mul(z, weights), axis, true), count)), weights);
}

/** Σ a·b / (‖a‖·‖b‖ + added) along an axis, which the result no longer has; squared norms are at least `floor`. */
function correlation(a: tf.Tensor, b: tf.Tensor, axis: number, { floor, added }: { readonly floor: number; readonly added: number }): tf.Tensor {
  const norm = (z: tf.Tensor) => tf.sqrt(tf.maximum(tf.sum(tf.square(z), axis), floor));
  return tf.div(tf.sum(tf.mul(a, b), axis), tf.add(tf.mul(norm(a), norm(b)), added));
}
