/** The heads of a model that is trained on text. */
import { learnsNextSentences } from '../experiment/objective_catalogue.ts';
import type { Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import { Fault } from '../fault/fault.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { familyOf } from '../model/families.ts';

/** Masked words, and next sentences where a stage of the recipe learns them. */
export function textHeads(recipe: Pick<Recipe, 'stages'>): readonly Head[] {
  return learnsNextSentences(recipe) ? ['masked-lm', 'next-sentence'] : ['masked-lm'];
}

/** Refuses next sentences for a family that has no head for them; Fault `no-next-sentence`. */
export function checkTextHeads(recipe: Recipe, config: ModelConfig): void {
  const family = familyOf(config);
  if (!learnsNextSentences(recipe) || family.nextSentence) return;
  throw new Fault({ code: 'no-next-sentence', where: `model ${sourceName(recipe.teacher)}`, expected: 'a BERT, which has a head for next sentences', got: `a ${family.title}`, remedy: 'Leave next sentences out of the training, or choose a BERT.' });
}
