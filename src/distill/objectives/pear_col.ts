import * as tf from '../../tensor/tf.ts';
import { attentionDistances } from '../attention.ts';
import type { Objective, Terms } from '../objective.ts';
import { pairsOf, tapsOfPairs, teacherOf } from '../pairs.ts';

/** Terms for vectors along keys, queries, heads and sentences. */
const TERMS = ['inter_token_1', 'inter_token_2', 'inter_head', 'inter_sentence'] as const;

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
      const distances = attentionDistances(inputs.student.taps.at('attentionScores', s), teacher.taps.at('attentionScores', t), inputs);
      return weight === 1 ? distances : tf.mul(distances, weight);
    });
    const axes = tf.unstack(layers.reduce((sum, distances) => tf.add(sum, distances)));
    return Object.fromEntries(TERMS.map((name, axis) => [name, axes[axis] as tf.Scalar])) satisfies Terms;
  },
};
