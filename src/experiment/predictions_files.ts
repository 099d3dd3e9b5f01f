/** Predictions as files: a table of everything, and what GLUE's own server takes. */
import type { TaskSpec } from '../data/task.ts';
import { isRegression } from '../data/tasks.ts';
import type { Prediction, PredictionRow } from './predictions.ts';

/** How GLUE calls the file of a task; the second name is that of the mismatched rows of MNLI. */
const SUBMISSIONS: Readonly<Record<string, readonly [name: string, mismatched?: string]>> = {
  cola: ['CoLA'],
  'sst-2': ['SST-2'],
  mrpc: ['MRPC'],
  'sts-b': ['STS-B'],
  qqp: ['QQP'],
  mnli: ['MNLI-m', 'MNLI-mm'],
  qnli: ['QNLI'],
  rte: ['RTE'],
  wnli: ['WNLI'],
};

/** Tasks whose labels are words in GLUE's files; those of the others are numbers. */
const IN_WORDS: ReadonlySet<string> = new Set(['mnli', 'qnli', 'rte']);

/** The name of the file that GLUE takes of a task, e.g. `MNLI-mm.tsv`. */
export function submissionName({ name }: TaskSpec, mismatched = false): string {
  const [usual = name, second] = SUBMISSIONS[name] ?? [];
  return `${mismatched ? (second ?? usual) : usual}.tsv`;
}

/**
 * The file that GLUE takes: `index` and `prediction`, the index counted from 0.
 *
 * Labels are words for MNLI, QNLI and RTE and class ids elsewhere; scores have three decimals and lie within their bounds.
 */
export function submissionFile(task: TaskSpec, predictions: readonly Pick<Prediction, 'value'>[]): string {
  const lines = predictions.map(({ value }, index) => `${index}\t${submitted(task, value)}`);
  return ['index\tprediction', ...lines, ''].join('\n');
}

/** The file that Hugging Face's `run_glue` writes: `index` and `prediction`, classes in words, scores with three decimals. */
export function predictionsFile(task: TaskSpec, predictions: readonly Pick<Prediction, 'value'>[]): string {
  const word = (value: number) => (isRegression(task) ? value.toFixed(3) : answerWord(task, value));
  return ['index\tprediction', ...predictions.map(({ value }, index) => `${index}\t${word(value)}`), ''].join('\n');
}

function submitted(task: TaskSpec, value: number): string {
  if (!isRegression(task)) return IN_WORDS.has(task.name) ? (task.labels[value] ?? '') : String(value);
  const [least, largest] = task.scores ?? [-Infinity, Infinity];
  return Math.min(largest, Math.max(least, value)).toFixed(3);
}

/**
 * Rows as a table: index, texts, label, and of each model its answer, the probability of each class and the loss; then
 * how far the models are apart. Tabs and line breaks within a text become blanks.
 */
export function predictionsTable(task: TaskSpec, rows: readonly PredictionRow[], models: readonly string[]): string {
  const paired = rows.some(({ textPair }) => textPair !== undefined);
  const apart = rows.some(({ disagreement }) => disagreement !== undefined);
  const header = ['index', 'text', ...(paired ? ['text_pair'] : []), 'label', ...models.flatMap((name) => [name, ...task.labels.map((label) => `${name} p(${label})`), `${name} loss`]), ...(apart ? ['disagreement'] : [])];
  const lines = rows.map((row) => [
    String(row.index),
    ...[row.text, ...(paired ? [row.textPair ?? ''] : [])].map((text) => text.replace(/[\t\r\n]+/g, ' ')),
    row.label === undefined ? '' : answerWord(task, row.label),
    ...row.answers.flatMap(({ value, probabilities, loss }) => [answerWord(task, value), ...probabilities.map((p) => p.toFixed(6)), loss?.toFixed(6) ?? '']),
    ...(apart ? [row.disagreement?.toFixed(6) ?? ''] : []),
  ]);
  return [header, ...lines].map((cells) => `${cells.join('\t')}\n`).join('');
}

/** One file of answers. */
export interface AnswerFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The files of answers to test rows: `predict_results_<task>.txt` as of Hugging Face's `run_glue`, what GLUE takes of its own
 * tasks, both with the answers of the last model, and a table of everything.
 */
export function testFiles(task: TaskSpec, rows: readonly PredictionRow[], models: readonly string[], mismatched = false): AnswerFile[] {
  const name = mismatched ? `${task.name}-mm` : task.name;
  const last = rows.map(({ answers }) => answers.at(-1) ?? { value: NaN });
  return [
    { name: `predict_results_${name}.txt`, text: predictionsFile(task, last) },
    ...(SUBMISSIONS[task.name] === undefined ? [] : [{ name: submissionName(task, mismatched), text: submissionFile(task, last) }]),
    { name: `predictions_${name}.tsv`, text: predictionsTable(task, rows, models) },
  ];
}

/** A class as its word, a score with four decimals at most. */
export function answerWord(task: TaskSpec, value: number): string {
  return isRegression(task) ? String(Number(value.toFixed(4))) : (task.labels[value] ?? `class ${value}`);
}
