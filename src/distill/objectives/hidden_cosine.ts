import * as tf from '../../tensor/tf.ts';
import { normalised, tokenMean } from '../averages.ts';
import { hiddenLoss, hiddenTaps, projectionSpecs, type HiddenView } from '../hidden.ts';
import type { Objective } from '../objective.ts';

const DIRECTIONS: HiddenView = {
  name: 'hidden_cosine',
  tap: 'hiddenStates',
  compare: (student, teacher, inputs) => tokenMean(tf.sub(1, tf.sum(tf.mul(normalised(student), normalised(teacher)), -1)), inputs),
};

/**
 * Cosine of last hidden states: the student's vectors should point where the teacher's do.
 *
 *   L = Σ over pairs of states (i, j)  w · mean over real tokens of  1 − cos(P·Hid^S_i, Hid^T_j)
 *
 * Hid: [B·T, d]; the last states by default; P: a trained projection where the widths differ.
 * Source: Sanh et al. 2019 (DistilBERT), its third loss; not in the reference.
 */
export const hiddenCosine: Objective = {
  name: 'hidden_cosine',
  aliases: ['distilbert_cosine'],
  title: 'Hidden-state cosine',
  about: 'The student’s last vectors should point where the teacher’s do.',
  formula: 'L = mean (1 − cos(P·Hid^S_S, Hid^T_N))',
  source: 'Sanh et al. 2019 (DistilBERT)',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'last' },
  taps: (setting, step) => hiddenTaps(DIRECTIONS, setting, step),
  trainables: (setting) => projectionSpecs('hidden_cosine', setting),
  loss: (inputs) => ({ hidden_cosine: hiddenLoss(DIRECTIONS, inputs) }),
};
