import { sumOf } from '../compose.ts';
import { attMse } from './att_mse.ts';
import { hiddenMse } from './hidden_mse.ts';

/**
 * Att-MSE and Hid-Seq together, 1 : 1, under one mapping.
 *
 *   L = att_mse + hidden_mse
 *
 * Source: Jiao et al. 2020 (TinyBERT); `att_mse_hidden_mse_learn`, `tiny_feature_learn` (task-specific),
 * `att_mse_hidden_mse` (task-agnostic).
 */
export const attMseHiddenMse = sumOf([attMse, hiddenMse], {
  name: 'att_mse_hidden_mse',
  aliases: ['att_mse_hidden_mse_learn', 'tiny', 'tiny_feature_learn'],
  title: 'Attention MSE + hidden-state MSE',
  about: 'Attention scores and token vectors together, as in TinyBERT.',
  formula: 'L = Σ mean (A_s − A_t)² + Σ mean (P·Hid^S_i − Hid^T_j)²',
  source: 'Jiao et al. 2020 (TinyBERT); `att_mse_hidden_mse_learn`, `tiny_feature_learn`, `att_mse_hidden_mse`',
  released: 'As in its two parts.',
});
