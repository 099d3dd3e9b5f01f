/** Recipes of earlier versions, as the present one: a stored run opens and continues. */
import { RECIPE_VERSION, type ObjectiveTerm, type Recipe } from './recipe.ts';

/** Version 1 knew one stage, whose objectives stood in the recipe itself, and computed everything in the corrected form. */
type RecipeV1 = Omit<Recipe, 'version' | 'stages' | 'fidelity' | 'dropout'> & { readonly version: 1; readonly objectives: readonly ObjectiveTerm[] };

/** A recipe as it may lie in a browser's storage, or in a file that a run wrote. */
export type StoredRecipe = Recipe | RecipeV1;

/** The recipe in the present version; the numbers that it stands for are the same. */
export function upgradeRecipe(recipe: StoredRecipe): Recipe {
  return recipe.version === 1 ? fromVersion1(recipe) : recipe;
}

function fromVersion1({ objectives, ...rest }: RecipeV1): Recipe {
  const stages = rest.kind === 'distill' ? [{ name: 'distillation', objectives, training: {}, start: 'last' as const }] : [];
  return { ...rest, version: RECIPE_VERSION, stages, fidelity: 'corrected', dropout: { student: true, teacher: false } };
}
