import * as tf from '../../tensor/tf.ts';
import { EMBEDDINGS, hiddenLoss, hiddenTaps, projectionSpecs, type HiddenView } from '../hidden.ts';
import type { Objective, ObjectiveSetting } from '../objective.ts';

const FIRST_TOKEN: HiddenView = {
  name: 'hidden_cls',
  tap: 'firstTokens',
  compare: (student, teacher) => tf.mean(tf.squaredDifference(student, teacher)),
};

/** The task-agnostic reference transposes first, and so compares all tokens of the first example (D12). */
const FIRST_EXAMPLE: HiddenView = {
  name: 'hidden_cls',
  tap: 'hiddenStates',
  compare: (student, teacher, { mask }) => {
    const [s, t] = [student, teacher].map((states) => tf.slice(states, [0, 0], [mask.shape[1], -1])) as [tf.Tensor, tf.Tensor];
    return tf.mean(tf.squaredDifference(s, t));
  },
};

const viewOf = ({ fidelity, parameters: { first_example = 0 } }: ObjectiveSetting): HiddenView => (fidelity === 'released' && first_example !== 0 ? FIRST_EXAMPLE : FIRST_TOKEN);

/**
 * Hid-CLS: the student's vectors of the first token should equal the teacher's.
 *
 *   L = Σ over pairs of states (i, j)  w · mean over B and features of  (P·CLS(Hid^S_i) − CLS(Hid^T_j))²
 *
 * CLS(Hid): [B, d]; P: a trained projection where the widths differ, and for `combine`, which puts all states side by side.
 * Source: Wang et al. 2023, "Hid-CLS"; `hidden_mse_token` (task-specific), `hidden_mse_cls` (task-agnostic, its method key is
 * `hidden_cls`).
 * Released form: `combine` projects the teacher; with `first_example` 1 all tokens of the first example alone.
 */
export const hiddenCls: Objective = {
  name: 'hidden_cls',
  aliases: ['hidden_mse_token', 'hidden_mse_cls'],
  title: 'Hidden-state MSE of [CLS]',
  about: 'The student’s vector of the first token, [CLS], should equal the teacher’s.',
  formula: 'L = Σ_(i,j) mean (P·CLS(Hid^S_i) − CLS(Hid^T_j))²',
  source: 'Wang et al. 2023, "Hid-CLS"; `hidden_mse_token`, `hidden_mse_cls`',
  released: 'Task-agnostic: all tokens of the first example alone (D12); `combine` projects the teacher (D5).',
  needs: { teacherLogits: false },
  controls: [EMBEDDINGS],
  mapping: { kind: 'skip' },
  taps: (setting, step) => hiddenTaps(viewOf(setting), setting, step),
  trainables: (setting) => projectionSpecs('hidden_cls', setting),
  loss: (inputs) => ({ hidden_cls: hiddenLoss(viewOf(inputs), inputs) }),
};
