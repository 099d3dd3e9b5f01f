import * as tf from '../../tensor/tf.ts';
import { tokenMean } from '../averages.ts';
import { EMBEDDINGS, hiddenLoss, hiddenTaps, projectionSpecs, type HiddenView } from '../hidden.ts';
import type { Objective } from '../objective.ts';

const ALL_TOKENS: HiddenView = {
  name: 'hidden_mse',
  tap: 'hiddenStates',
  compare: (student, teacher, inputs) => tokenMean(tf.mean(tf.squaredDifference(student, teacher), -1), inputs),
};

/**
 * Hid-Seq: the student's hidden states should equal the teacher's, at every token.
 *
 *   L = Σ over pairs of states (i, j)  w · mean over real tokens and features of  (P·Hid^S_i − Hid^T_j)²
 *   combine: L = mean of (P·[Hid^S_0 … Hid^S_S] − [Hid^T_0 … Hid^T_N])²
 *
 * Hid: [B·T, d], index 0 the embedding output; P: a trained projection where the widths differ and for `combine`.
 * Source: Wang et al. 2023, "Hid-Seq"; `hidden_mse_learn` (task-specific), `hidden_mse`, `hidden_mse_combine` (task-agnostic,
 * without the embedding output: `embeddings` 0).
 * Released form: the mean takes padding in; `combine` projects the teacher, so that the target moves with training.
 */
export const hiddenMse: Objective = {
  name: 'hidden_mse',
  aliases: ['hidden_mse_learn', 'hidden_mse_combine'],
  title: 'Hidden-state MSE',
  about: 'The student’s vector of every token should equal the teacher’s.',
  formula: 'L = Σ_(i,j) mean (P·Hid^S_i − Hid^T_j)²',
  source: 'Wang et al. 2023, "Hid-Seq"; `hidden_mse_learn`, `hidden_mse`, `HiddenMSECombine`',
  released: 'Padding counts; `combine` projects the teacher’s states instead of the student’s (D15).',
  needs: { teacherLogits: false },
  controls: [EMBEDDINGS],
  mapping: { kind: 'skip' },
  taps: (setting, step) => hiddenTaps(ALL_TOKENS, setting, step),
  trainables: (setting) => projectionSpecs('hidden_mse', setting),
  loss: (inputs) => ({ hidden_mse: hiddenLoss(ALL_TOKENS, inputs) }),
};
