import type { MethodTerm } from './methods.ts';

/**
 * Masked language modelling first, relations of the teacher after it: the terms at a share of the training, 0 … 1.
 *
 *   progress < turn: masked_lm;  else: minilm on the last layers
 *
 * Source: method `att_val_two_stage` of the task-agnostic reference, which its released conditions never reach (D15) and
 * which turns at half of the wall-clock budget; here at a share of the steps, so that a run stays a function of its recipe.
 */
export function maskedLmThenRelations(progress: number, turn = 0.5): readonly MethodTerm[] {
  const name = progress < turn ? 'masked_lm' : 'minilm';
  return [{ name, weight: 1, parameters: {} }];
}
