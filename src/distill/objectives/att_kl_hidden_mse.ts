import { sumOf } from '../compose.ts';
import { attKl } from './att_kl.ts';
import { hiddenMse } from './hidden_mse.ts';

/**
 * Att-KL and Hid-Seq together, 1 : 1, under one mapping.
 *
 *   L = att_kl + hidden_mse
 *
 * Source: Sun et al. 2020 (MobileBERT); `att_kl_hiden_mse_learn` (task-specific), `att_kl_hidden_mse` (task-agnostic).
 * Released form: as in its parts, without a clamp of probabilities (task-agnostic: `probability_floor` 1e-7).
 */
export const attKlHiddenMse = sumOf([attKl, hiddenMse], {
  name: 'att_kl_hidden_mse',
  aliases: ['att_kl_hiden_mse_learn', 'att_kl_hidden_mse_learn'],
  title: 'Attention KL + hidden-state MSE',
  about: 'Attention distributions and token vectors together, as in MobileBERT.',
  formula: 'L = Σ mean KL(softmax(A_t) ‖ softmax(A_s)) + Σ mean (P·Hid^S_i − Hid^T_j)²',
  source: 'Sun et al. 2020 (MobileBERT); `att_kl_hiden_mse_learn`, `att_kl_hidden_mse`',
  released: 'As in its two parts; probabilities are not clamped in the task-specific half (D6).',
}, { probability_floor: 0 });
