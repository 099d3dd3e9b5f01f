/** What a run's models answer to every dev row, or to every test row. */
import { readSplitRows, type AskedSplit } from '../data/split_rows.ts';
import type { TaskSpec } from '../data/task.ts';
import { taskOf } from '../data/tasks.ts';
import type { AskedExample } from '../experiment/predictions.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { Fault } from '../fault/fault.ts';
import { dispose, upload, type Weights } from '../model/weights.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { logitsOf } from '../train/evaluate.ts';
import { encodeAll } from './encode.ts';
import { taskRows } from './prepare.ts';
import { folderOf, type Shelf } from './sources.ts';

/** Rows of a split, and the logits of each model [n·C]. */
export interface SplitPredictions {
  readonly task: TaskSpec;
  readonly examples: readonly AskedExample[];
  readonly models: readonly { readonly arm: Arm; readonly logits: Float32Array }[];
}

/** What is asked. */
export interface SplitQuestion {
  readonly split: AskedSplit;
  readonly recipe: Recipe;
  readonly models: readonly { readonly arm: Arm; readonly weights: Weights }[];
  readonly tokenizer: Tokenizer;
  readonly shelf: Shelf;
  /** Hears how many answers there are, of all models together; may wait. */
  onProgress(done: number, total: number): Promise<void> | void;
}

/** Reads the rows of a recipe anew and asks each model; throws what reading them throws. */
export async function predictSplit({ split, recipe, models, tokenizer, shelf, onProgress }: SplitQuestion): Promise<SplitPredictions> {
  const { max_seq_length: maxLength, execution = 'auto' } = recipe.training;
  const task = taskOf(recipe);
  const examples = split === 'dev' || split === 'mismatched' ? await scoredRows(task, recipe, split, shelf) : await testRows(task, recipe, split, shelf);
  const labelled = examples.map(({ text, textPair, label = 0 }) => ({ text, ...(textPair === undefined ? {} : { textPair }), label }));
  const { rows } = await encodeAll({ rows: { name: `the ${split} rows`, examples: labelled } }, { tokenizer, maxLength }, shelf, open);
  const asked: { arm: Arm; logits: Float32Array }[] = [];
  for (const { arm, weights } of models) {
    const parameters = upload(weights, false);
    try {
      const before = asked.length * rows.length;
      const told = (done: number) => onProgress(before + done, models.length * rows.length);
      asked.push({ arm, logits: await logitsOf({ config: weights.config, parameters, execution }, rows, { padId: tokenizer.special.pad, maxLength, onProgress: told }) });
    } finally {
      dispose(parameters);
    }
  }
  return { task, examples, models: asked };
}

const open = async (): Promise<void> => undefined;

async function scoredRows(task: TaskSpec, { data, training }: Recipe, split: 'dev' | 'mismatched', shelf: Shelf): Promise<readonly AskedExample[]> {
  return ((await taskRows(task, data, shelf, open))[split] ?? []).slice(0, training.max_eval_samples);
}

/** Fault `no-test-rows` for generated rows; FormatError MissingFile for a folder without a test file. */
async function testRows(task: TaskSpec, { data }: Recipe, split: AskedSplit, shelf: Shelf): Promise<readonly AskedExample[]> {
  const folder = data.kind === 'folder' ? folderOf(data, shelf.given.data, shelf) : undefined;
  if (data.kind !== 'folder' || !folder) throw new Fault({ code: 'no-test-rows', where: 'data', expected: 'a folder with a test file', got: 'generated rows', remedy: 'Ask about the dev rows, or train on the files of a task.' });
  return (await readSplitRows(task, folder, split, data)).rows;
}
