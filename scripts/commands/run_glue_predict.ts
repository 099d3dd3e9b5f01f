/** Scores and predictions of a checkpoint, as `run_glue` leaves them in its folder; under Node, without a browser. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Split } from '../../src/data/split_files.ts';
import { isChosen } from '../../src/data/folder_tables.ts';
import type { TableChoice } from '../../src/data/table_choice.ts';
import { runGlueTask } from '../../src/experiment/run_glue_recipe.ts';
import type { RunGlueValues } from '../../src/experiment/run_glue_line.ts';
import { RUN_GLUE_TRAINING } from '../../src/experiment/run_glue_options.ts';
import { MISMATCHED_SUFFIX } from '../../src/experiment/run.ts';
import { evaluationResults, jsonFile } from '../../src/experiment/run_glue_results.ts';
import { writeTestFiles, type Asker, type SplitQuestion } from './predict_split.ts';
import { hasSplit, type RowsWanted } from './split_rows.ts';

/** A checkpoint, the data that it is asked about, and where the answers go. */
export interface Checkpoint {
  readonly values: RunGlueValues;
  /** Folder, or archive, of this machine. */
  readonly model: string;
  /** Folder of the data, with how it is read; generated rows without one. */
  readonly data?: string | undefined;
  readonly choice?: TableChoice | undefined;
  readonly out: string;
}

type Results = Readonly<Record<string, unknown>>;

/** The second part of the dev rows and of the test rows of MNLI. */
const MISMATCHED: Readonly<Partial<Record<Split, Split>>> = { dev: 'mismatched', test: 'test_mismatched' };

/**
 * Scores a checkpoint on the dev rows, and for MNLI on the mismatched ones; `eval_results.json` and `all_results.json` get
 * what was found. With `onlyMismatched` the dev rows are scored already.
 */
export async function evaluateCheckpoint(checkpoint: Checkpoint, ask: Asker, onlyMismatched = false): Promise<Results> {
  const results: Record<string, unknown> = {};
  for (const split of await splitsOf(checkpoint, 'dev')) {
    if (split === 'dev' && onlyMismatched) continue;
    const { scores: [first] } = await ask(questionOf(checkpoint, split, checkpoint.values.max_eval_samples));
    if (first) Object.assign(results, evaluationResults(first.scores, first.seconds, undefined, split === 'dev' ? '' : MISMATCHED_SUFFIX));
  }
  if (Object.keys(results).length > 0) for (const name of ['eval_results.json', 'all_results.json']) merge(join(checkpoint.out, name), results);
  return results;
}

/**
 * Predicts the test rows, and for MNLI the mismatched ones: `predict_results_<task>.txt` with the answers in words, the file
 * that GLUE takes of its tasks, and a table of everything. Gives the paths.
 */
export async function predictTest(checkpoint: Checkpoint, ask: Asker): Promise<string[]> {
  const { out, values } = checkpoint;
  const task = runGlueTask(values);
  const written: string[] = [];
  for (const split of await splitsOf(checkpoint, 'test')) {
    const answers = await ask(questionOf(checkpoint, split, values.max_predict_samples));
    written.push(...writeTestFiles(out, task, answers, split));
  }
  return written;
}

/** A split, and its mismatched part where the folder has one. */
async function splitsOf({ data, values }: Checkpoint, split: Split): Promise<readonly Split[]> {
  const second = MISMATCHED[split];
  const isThere = second !== undefined && values.test_file === undefined && !isChosen(values) && data !== undefined && (await hasSplit(runGlueTask(values), data, second));
  return isThere ? [split, second] : [split];
}

/** The folder of a split, with how it is read; a test file that the line names may lie elsewhere. */
function tableOf({ values: { test_file, columns }, data, choice }: Checkpoint, split: Split): Pick<RowsWanted, 'folder' | 'choice'> {
  if (split !== 'test' || test_file === undefined) return { folder: data, choice };
  return { folder: dirname(resolve(test_file)), choice: { test_file: basename(test_file), columns } };
}

function questionOf(checkpoint: Checkpoint, split: Split, most: number | undefined): SplitQuestion {
  const { values, model } = checkpoint;
  const { train_rows, dev_rows, data_seed, max_seq_length = RUN_GLUE_TRAINING.max_seq_length, backend } = values;
  const wanted = { task: runGlueTask(values), split, ...tableOf(checkpoint, split), train_rows, dev_rows, data_seed, most };
  return { models: { [basename(model)]: model }, data: wanted, maxLength: max_seq_length, backend: backend === 'cpu' ? 'cpu' : 'wasm' };
}

/** Adds entries to a JSON file, or writes it. */
function merge(path: string, entries: Results): void {
  mkdirSync(join(path, '..'), { recursive: true });
  const before: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  writeFileSync(path, jsonFile({ ...(typeof before === 'object' ? before : {}), ...entries }));
}
