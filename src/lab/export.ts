import { Fault } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { ResultRow } from '../experiment/run.ts';
import { architectureOf } from '../formats/config_json.ts';
import { modelFolderFiles, type OutputFile } from '../hub/model_folder.ts';
import { toFile } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { ExperimentState } from './experiment_state.ts';
import { exportedBy } from './arms.ts';
import { modelCard } from './model_card.ts';

/** The model that a run exports; Fault when it is not finished yet. */
export function exportedWeights(recipe: Recipe, state: ExperimentState): Weights {
  if (state.exported && state.config) return { config: state.config, heads: exportedBy(recipe).heads, tensors: state.exported };
  throw new Fault({
    code: 'nothing-to-export',
    where: `run ${recipe.name}`,
    expected: 'a student whose training has ended',
    got: 'a run that has not come so far',
    remedy: 'Continue the run until the student is trained, then export it.',
  });
}

/** A run's student as the files of a Hugging Face folder, with its card and `trainer_state.json`. */
export function exportFiles(recipe: Recipe, state: ExperimentState, tokenizer: Tokenizer): OutputFile[] {
  const weights = exportedWeights(recipe, state);
  return modelFolderFiles({
    config: weights.config,
    architecture: architectureOf(weights.config, weights.heads),
    tensors: toFile(weights),
    tokenizerFiles: tokenizer.files(),
    card: modelCard(recipe, state.rows, weights.config, state.origin),
    dtype: 'F32',
    trainerState: trainerState(recipe, state.rows),
  });
}

function trainerState(recipe: Recipe, rows: readonly ResultRow[]): object {
  return { recipe, results: rows };
}
