import * as tf from '../../tensor/tf.ts';
import { batchReduction, normalised } from '../averages.ts';
import { EMBEDDINGS, hiddenLoss, hiddenTaps, projectionSpecs, type HiddenView } from '../hidden.ts';
import type { Objective } from '../objective.ts';

const NORMALISED_FIRST_TOKEN: HiddenView = {
  name: 'pkd',
  tap: 'firstTokens',
  compare: (student, teacher, inputs) => batchReduction(tf.sum(tf.squaredDifference(normalised(student), normalised(teacher)), -1), inputs),
};

/**
 * Patient KD: the direction of the student's first-token vectors should be the teacher's.
 *
 *   L = Σ over pairs of states (i, j)  w · mean over B of  ‖ ĥ^S_i − ĥ^T_j ‖²,  ĥ = CLS(Hid) / ‖CLS(Hid)‖
 *
 * CLS(Hid): [B, d], projected where the widths differ.
 * Source: Sun et al. 2019 (PKD); `pkd_feature_learn`. Released form: the sum over B; the embedding outputs and the last
 * layers are pairs too, which those of the corrected form are as well.
 */
export const pkd: Objective = {
  name: 'pkd',
  aliases: ['pkd_feature_learn'],
  title: 'Patient KD',
  about: 'The direction of the student’s [CLS] vectors should be the teacher’s.',
  formula: 'L = Σ_(i,j) mean ‖ĥ^S_i − ĥ^T_j‖², ĥ = CLS(Hid)/‖CLS(Hid)‖',
  source: 'Sun et al. 2019; `pkd_feature_learn`',
  released: 'The sum over the batch.',
  needs: { teacherLogits: false },
  controls: [EMBEDDINGS],
  mapping: { kind: 'skip' },
  taps: (setting, step) => hiddenTaps(NORMALISED_FIRST_TOKEN, setting, step),
  trainables: (setting) => projectionSpecs('pkd', setting),
  loss: (inputs) => ({ pkd: hiddenLoss(NORMALISED_FIRST_TOKEN, inputs) }),
};
