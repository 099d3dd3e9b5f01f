/** What models answer to each example: rows to look at, to sort and to filter, and their scores. */
import { METRICS } from '../data/metrics.ts';
import { classOrder, headText, type ModelHead } from '../data/model_labels.ts';
import type { Example, TaskSpec } from '../data/task.ts';
import { isRegression, modelLabels } from '../data/tasks.ts';
import { Fault } from '../fault/fault.ts';
import type { Scores } from './run.ts';

/** An example that may hide its label, as test rows do. */
export type AskedExample = Omit<Example, 'label'> & { readonly label?: number | undefined };

/** What a model gave for all examples: logits [n·C] in the order of the task's labels, or scores [n] of a regression. */
export interface ModelLogits {
  readonly name: string;
  readonly logits: ArrayLike<number>;
}

/** One model's answer to one example. */
export interface Prediction {
  /** Class id, or the score of a regression. */
  readonly value: number;
  /** Of the classes; empty for a regression. */
  readonly probabilities: readonly number[];
  /** Cross-entropy, or squared error; undefined where the label is hidden. */
  readonly loss?: number;
}

/** One example with the answers of the models, in the order in which they were given. */
export interface PredictionRow extends AskedExample {
  readonly index: number;
  readonly answers: readonly Prediction[];
  /**
   * How far the first two models are apart: ½·Σ|p − q| between their probabilities, 0 to 1, or the difference of their
   * scores. Undefined for one model.
   */
  readonly disagreement?: number;
}

/** The rows of a table, one for each example. */
export function predictionRows(task: TaskSpec, examples: readonly AskedExample[], models: readonly ModelLogits[]): PredictionRow[] {
  const outputs = modelLabels(task).length;
  return examples.map((example, index) => {
    const answers = models.map(({ logits }) => predictionOf(task, Array.from({ length: outputs }, (_, c) => logits[index * outputs + c] ?? NaN), example.label));
    const [first, second] = answers;
    return { ...example, index, answers, ...(first && second ? { disagreement: distance(first, second) } : {}) };
  });
}

function predictionOf(task: TaskSpec, logits: readonly number[], label: number | undefined): Prediction {
  if (isRegression(task)) {
    const value = logits[0] ?? NaN;
    return { value, probabilities: [], ...(label === undefined ? {} : { loss: (value - label) ** 2 }) };
  }
  const top = Math.max(...logits);
  const logSum = top + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - top), 0));
  const probabilities = logits.map((z) => Math.exp(z - logSum));
  return { value: logits.indexOf(top), probabilities, ...(label === undefined ? {} : { loss: logSum - (logits[label] ?? NaN) }) };
}

function distance({ value, probabilities: p }: Prediction, { value: other, probabilities: q }: Prediction): number {
  return p.length === 0 ? Math.abs(value - other) : p.reduce((sum, share, c) => sum + Math.abs(share - (q[c] ?? 0)), 0) / 2;
}

/** The scores of one of the models over rows with labels; a correlation with constants counts as 0. */
export function scoresOfRows(task: TaskSpec, rows: readonly PredictionRow[], model: number): Scores {
  const known = rows.flatMap(({ label, answers }) => (label === undefined ? [] : [{ label, answer: answers[model] }]));
  const [values, labels] = [known.map(({ answer }) => answer?.value ?? NaN), known.map(({ label }) => label)];
  const metrics = Object.fromEntries(task.metrics.map((name) => [name, known.length === 0 ? 0 : METRICS[name](values, labels) || 0]));
  const loss = known.reduce((sum, { answer }) => sum + (answer?.loss ?? NaN), 0) / Math.max(1, known.length);
  return { metrics, byDepth: [], loss, examples: known.length };
}

/** What rows can be sorted by, the most telling first; ties stay in the order of the examples. */
export const ORDERS = {
  disagreement: { title: 'Disagreement', rank: (row: PredictionRow) => row.disagreement ?? row.answers.at(-1)?.loss ?? 0 },
  loss: { title: 'Loss of the student', rank: (row: PredictionRow) => row.answers.at(-1)?.loss ?? 0 },
  index: { title: 'Order of the rows', rank: (row: PredictionRow) => -row.index },
} as const;
export type Order = keyof typeof ORDERS;

/** Rows in an order, the highest rank first. */
export function sortedRows(rows: readonly PredictionRow[], order: Order): PredictionRow[] {
  const { rank } = ORDERS[order];
  return [...rows].sort((a, b) => rank(b) - rank(a) || a.index - b.index);
}

const isWrong = (row: PredictionRow, answer: Prediction | undefined) => row.label !== undefined && answer !== undefined && answer.value !== row.label;

/** Which rows are shown; the first model is the teacher and the last the student, where there are two. */
export const FILTERS = {
  all: { title: 'All rows', keeps: () => true },
  differ: { title: 'Answers that differ', keeps: ({ answers: [first, ...others] }: PredictionRow) => others.some(({ value }) => value !== first?.value) },
  wrong: { title: 'Student is wrong', keeps: (row: PredictionRow) => isWrong(row, row.answers.at(-1)) },
  lost: { title: 'Only the teacher is right', keeps: (row: PredictionRow) => !isWrong(row, row.answers[0]) && isWrong(row, row.answers.at(-1)) },
  won: { title: 'Only the student is right', keeps: (row: PredictionRow) => isWrong(row, row.answers[0]) && !isWrong(row, row.answers.at(-1)) },
} as const;
export type Filter = keyof typeof FILTERS;

/** The rows that a filter keeps, with a word in one of their texts where one is asked for, in any case. */
export function filteredRows(rows: readonly PredictionRow[], filter: Filter, word = ''): PredictionRow[] {
  const { keeps } = FILTERS[filter];
  const wanted = word.trim().toLowerCase();
  return rows.filter((row) => keeps(row) && (wanted === '' || `${row.text}\n${row.textPair ?? ''}`.toLowerCase().includes(wanted)));
}

/** The places of a task's classes among a model's outputs, as `classOrder` finds them; Fault `foreign-labels` for a model of another task. */
export function outputOrder(task: TaskSpec, head: ModelHead, where: string): readonly number[] {
  const order = classOrder(head, task);
  if (order) return order;
  throw new Fault({ code: 'foreign-labels', where, expected: `a model for ${task.name} (${modelLabels(task).join(', ')})`, got: `one for ${headText(head)}`, remedy: 'Name the task that it was finetuned on, or finetune it first.' });
}
