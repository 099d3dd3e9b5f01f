/** What models answer to a whole split: scores, a table, and the file that GLUE takes; under Node, without a browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ModelHead } from '../../src/data/model_labels.ts';
import type { Split } from '../../src/data/split_files.ts';
import type { TaskSpec } from '../../src/data/task.ts';
import { outputOrder, predictionRows, scoresOfRows, sortedRows, type AskedExample, type Order, type PredictionRow } from '../../src/experiment/predictions.ts';
import { predictionsTable, submissionFile, submissionName, testFiles } from '../../src/experiment/predictions_files.ts';
import type { Scores } from '../../src/experiment/run.ts';
import { Fault } from '../../src/fault/fault.ts';
import { readConfig } from '../../src/formats/config_json.ts';
import type { Context } from '../command_line/command.ts';
import { openPath } from '../disk_folder.ts';
import { withBundle } from '../node_bundle.ts';
import { progressOn } from '../progress.ts';
import type { main, Predicted, PredictJob } from '../predict_entry.ts';
import { splitRows, type RowsWanted } from './split_rows.ts';

/** What is asked, of which models; the first is the teacher where there are two. */
export interface SplitQuestion {
  /** Folders or archives of this machine, by the name that the table gives them. */
  readonly models: Readonly<Record<string, string>>;
  readonly data: RowsWanted;
  readonly maxLength: number;
  readonly backend: PredictJob['backend'];
}

/** The answers, with the scores of each model and the seconds that it took, without those of loading it. */
export interface SplitAnswers {
  readonly rows: readonly PredictionRow[];
  readonly scores: readonly { readonly name: string; readonly scores: Scores; readonly seconds: number }[];
  readonly notes: readonly string[];
}

/** Asks models about every row of a split. Faults of models that are none of the task, and of data that cannot be read. */
export type Asker = (question: SplitQuestion) => Promise<SplitAnswers>;

/** Loads what computes, once, and hands out an asker; progress goes to the log. */
export function withAsker<T>(context: Context, use: (ask: Asker) => Promise<T>): Promise<T> {
  const entry = join(import.meta.dirname, '..', 'predict_entry.ts');
  return withBundle<{ main: typeof main }, T>(entry, (bundle) => use((question) => answersTo(question, bundle.main, context)));
}

async function answersTo({ models, data, maxLength, backend }: SplitQuestion, predict: typeof main, { log, signal }: Context): Promise<SplitAnswers> {
  const { task } = data;
  for (const model of Object.values(models)) await checkHead(task, model);
  const { rows: examples, notes } = await splitRows(data);
  const progress = progressOn(log);
  for (const note of notes) progress.say(note);
  const answers: { name: string; logits: Float32Array; seconds: number }[] = [];
  try {
    for (const [name, model] of Object.entries(models)) {
      signal.throwIfAborted();
      const began = performance.now();
      const onProgress = (done: number) => progress.listen({ type: 'progress', run: '', label: `Predicting ${data.split}: ${name}`, done, total: examples.length, secondsLeft: secondsLeft(began, done, examples.length) });
      const predicted = await predict({ model, questions: questionsOf(examples), backend, maxLength, onProgress });
      if ('code' in predicted) throw new Fault(predicted);
      answers.push({ name, logits: inOrder(predicted, outputOrder(task, predicted, model)), seconds: predicted.seconds });
    }
  } finally {
    progress.end();
  }
  const rows = predictionRows(task, examples, answers);
  return { rows, notes, scores: answers.map(({ name, seconds }, i) => ({ name, seconds, scores: scoresOfRows(task, rows, i) })) };
}

/** Fault `foreign-labels` for a model whose configuration tells that it is of another task, before a row is read. */
export async function checkHead(task: TaskSpec, model: string): Promise<void> {
  const bytes = await openPath(model).read('config.json');
  const head = bytes && readConfig(bytes, `${model}/config.json`);
  if (head && !isUntold(head)) outputOrder(task, head, model);
}

/** Two outputs without words: a configuration says the same of an encoder without a classifier. */
function isUntold({ labels, finetuning_task }: ModelHead): boolean {
  return finetuning_task === undefined && labels.length === 2 && labels.every((label, i) => label === `LABEL_${i}`);
}

const questionsOf = (examples: readonly AskedExample[]) => examples.map(({ text, textPair }) => ({ text, ...(textPair === undefined ? {} : { text_pair: textPair }) }));

function inOrder({ logits }: Predicted, order: readonly number[]): Float32Array {
  return Float32Array.from(logits.flatMap((row) => order.map((output) => row[output] ?? NaN)));
}

function secondsLeft(began: number, done: number, total: number): number {
  return done > 0 ? ((performance.now() - began) / 1000) * (total / done - 1) : 0;
}

/** Writes the table of the rows in an order; gives its path. */
export function writeTable(path: string, task: TaskSpec, { rows, scores }: SplitAnswers, order: Order): string {
  return written(path, predictionsTable(task, sortedRows(rows, order), scores.map(({ name }) => name)));
}

/** Writes the file that GLUE takes, with the answers of the last model; gives its path. */
export function writeSubmission(folder: string, task: TaskSpec, { rows }: SplitAnswers, split: Split): string {
  const isMismatched = split === 'mismatched' || split === 'test_mismatched';
  return written(join(folder, submissionName(task, isMismatched)), submissionFile(task, lastAnswers(rows)));
}

/** Writes the files of answers to test rows; gives their paths. */
export function writeTestFiles(folder: string, task: TaskSpec, { rows, scores }: SplitAnswers, split: Split): string[] {
  const files = testFiles(task, rows, scores.map(({ name }) => name), split === 'test_mismatched');
  return files.map(({ name, text }) => written(join(folder, name), text));
}

const lastAnswers = (rows: readonly PredictionRow[]) => rows.map(({ answers }) => answers.at(-1) ?? { value: NaN });

function written(path: string, text: string): string {
  mkdirSync(dirname(resolve(path)), { recursive: true });
  writeFileSync(path, text);
  return path;
}
