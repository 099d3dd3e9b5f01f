/** The name that a run is given where its recipe has none. */
import type { Recipe } from '../../experiment/recipe.ts';
import { initSlug } from '../../experiment/recipe_words.ts';

/** A name that is also a file name: task, objectives unless they are the default, layers of the start, seed. */
export function runName({ kind, task, student, training, stages }: Recipe): string {
  const names = stages.flatMap(({ objectives }) => objectives.map(({ name }) => name)).join('-');
  return [kind === 'distill-text' ? 'text' : task, ...(names === 'kd' ? [] : [names]), initSlug(student), 'seed', training.seed].join('-');
}
