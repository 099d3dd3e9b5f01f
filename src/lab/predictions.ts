/** What a run's models answer to every dev row. */
import type { Example, TaskSpec } from '../data/task.ts';
import { taskOf } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { dispose, upload, type Weights } from '../model/weights.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { logitsOf } from '../train/evaluate.ts';
import { encodeAll } from './encode.ts';
import { taskRows } from './prepare.ts';
import type { Shelf } from './sources.ts';

/** Dev rows, and the logits of each model [n·C]. */
export interface DevPredictions {
  readonly task: TaskSpec;
  readonly examples: readonly Example[];
  readonly models: readonly { readonly arm: Arm; readonly logits: Float32Array }[];
}

/** What is asked. */
export interface DevQuestion {
  readonly recipe: Recipe;
  readonly models: readonly { readonly arm: Arm; readonly weights: Weights }[];
  readonly tokenizer: Tokenizer;
  readonly shelf: Shelf;
  /** Hears how many answers there are, of all models together; may wait. */
  onProgress(done: number, total: number): Promise<void> | void;
}

/** Reads the dev rows of a recipe anew, as they were scored, and asks each model; throws what reading them throws. */
export async function predictDev({ recipe, models, tokenizer, shelf, onProgress }: DevQuestion): Promise<DevPredictions> {
  const { data, training: { max_seq_length: maxLength, max_eval_samples: most } } = recipe;
  const task = taskOf(recipe);
  const open = async () => undefined;
  const examples = (await taskRows(task, data, shelf, open)).dev.slice(0, most);
  const { rows } = await encodeAll({ rows: { name: 'the dev rows', examples } }, { tokenizer, maxLength }, shelf, open);
  const asked: { arm: Arm; logits: Float32Array }[] = [];
  for (const { arm, weights } of models) {
    const parameters = upload(weights, false);
    try {
      const before = asked.length * rows.length;
      const told = (done: number) => onProgress(before + done, models.length * rows.length);
      asked.push({ arm, logits: await logitsOf({ config: weights.config, parameters }, rows, { padId: tokenizer.special.pad, maxLength, onProgress: told }) });
    } finally {
      dispose(parameters);
    }
  }
  return { task, examples, models: asked };
}
