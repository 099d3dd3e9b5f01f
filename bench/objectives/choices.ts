/** Bundled for Node: which objectives the registry holds, and how each is measured. */
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';

/** An objective, and all terms of the loss that it is measured in. */
export interface Choice {
  readonly name: string;
  readonly terms: readonly string[];
}

/**
 * Every objective that a classifier can be trained with, but logit distillation itself.
 *
 * Losses on hidden layers stand beside logit distillation, as in one stage; those on predictions stand alone.
 */
export const CHOICES: readonly Choice[] = OBJECTIVES
  .filter(({ name, needs }) => name !== 'kd' && !needs.maskedLm && !needs.nextSentence)
  .map(({ name, taps }) => ({ name, terms: taps ? ['kd', name] : [name] }));
