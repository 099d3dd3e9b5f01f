import { scoreMeanSquare } from '../attention.ts';
import type { Objective } from '../objective.ts';
import { pairsOf, sumOverPairs, tapsOfPairs } from '../pairs.ts';

/**
 * Att-MSE: the student's attention scores should equal the teacher's.
 *
 *   L = Σ over layer pairs (s, t)  w · mean over B, H and pairs of real tokens of  (A_s − A_t)²
 *
 * A_s, A_t: attention scores before softmax, [B, H, T, T]. Where the numbers of heads differ, scores are averaged over
 * groups of neighbouring heads.
 * Source: Jiao et al. 2020 (TinyBERT); Wang et al. 2023, "Att-MSE"; `att_mse_learn` (task-specific), `att_mse` (task-agnostic).
 * Released form: the mean is over all B·H·T² entries; scores of −100 and less count as 0 in either model.
 */
export const attMse: Objective = {
  name: 'att_mse',
  aliases: ['att_mse_learn'],
  title: 'Attention MSE',
  about: 'The student’s attention scores, before the softmax, should equal the teacher’s.',
  formula: 'L = Σ_(s,t) mean (A_s − A_t)²',
  source: 'Jiao et al. 2020; Wang et al. 2023, "Att-MSE"; `att_mse_learn`, `att_mse`',
  released: 'All entries count, padding too; scores of −100 and less are 0.',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'skip' },
  taps: (setting, step) => tapsOfPairs('attentionScores', pairsOf('att_mse', setting, step)),
  loss: (inputs) => {
    const pairs = pairsOf('att_mse', inputs, inputs.step);
    return { att_mse: sumOverPairs('att_mse', inputs, 'attentionScores', pairs, (s, t) => scoreMeanSquare(s, t, inputs)) };
  },
};
