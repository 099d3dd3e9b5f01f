/** A part of a training with terms of its own. */
export interface TrainingPart<Term> {
  readonly name: 'masked-lm' | 'distillation';
  /** Of all steps. */
  readonly share: number;
  readonly terms: readonly Term[];
}

/**
 * Masked language modelling first, what is learned from the teacher after it: the parts of a training, which turns at a
 * share of its steps, 0 … 1.
 *
 * Source: method `att_val_two_stage` of the task-agnostic reference (with its `att_val_og`), which its released conditions
 * never reach (D15) and which turns at half of the wall-clock budget; here at a share of the steps, so that a run stays a
 * function of its recipe.
 */
export function maskedLmFirst<Term>(maskedLm: Term, then: readonly Term[], turn = 0.5): readonly TrainingPart<Term>[] {
  return [
    { name: 'masked-lm', share: turn, terms: [maskedLm] },
    { name: 'distillation', share: 1 - turn, terms: then },
  ];
}
