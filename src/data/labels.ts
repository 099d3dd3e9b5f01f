/** Labels as files write them, words or numbers, as class ids or scores; and their order in fairseq's dictionaries. */
import { plainLabel } from './model_labels.ts';
import type { TaskSpec } from './task.ts';

/** Class id of a label's word or number, or the score of a regression; undefined when it is none of the task's. */
export function readLabel(task: TaskSpec, word: string): number | undefined {
  return task.labels.length === 0 ? readScore(task, word.trim()) : readClass(task.labels, word.trim());
}

/** The labels that a task knows, for messages. */
export function knownLabels({ labels, scores }: TaskSpec): string {
  if (labels.length === 0) return `a number${scores ? ` from ${scores.join(' to ')}` : ''}`;
  return `one of ${labels.map((name, id) => (isNumbered(labels) ? name : `${JSON.stringify(name)} or ${id}`)).join(', ')}`;
}

/** What the rows of test files have in the place of a label. */
export function isHidden(word: string): boolean {
  return Number(word) === -1;
}

function readClass(labels: readonly string[], word: string): number | undefined {
  const named = labels.indexOf(word);
  const alike = named >= 0 ? named : labels.findIndex((label) => plainLabel(label) === plainLabel(word));
  if (alike >= 0) return alike;
  if (isNumbered(labels)) return undefined;
  return /^\d+(\.0+)?$/.test(word) && Number(word) < labels.length ? Number(word) : undefined;
}

/** Whether labels are numbers themselves, and ids would be mistaken for them. */
const isNumbered = (labels: readonly string[]): boolean => labels.some(isInteger);

/** Whether a label is a number, with or without a fraction. */
export function isNumber(word: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(word);
}

/** Whether a label is a whole number. */
export function isInteger(word: string): boolean {
  return /^-?\d+$/.test(word);
}

function readScore({ scores: [least, largest] = [-Infinity, Infinity] }: TaskSpec, word: string): number | undefined {
  const score = isNumber(word) ? Number(word) : NaN;
  return score >= least && score <= largest ? score : undefined;
}

/**
 * Class ids in the order of fairseq's label dictionary, which the reference trains with: the commoner label first, equal
 * counts by name. The n-th output of its classifier is class `order[n]` here.
 *
 * `counts`: training rows by class id. Source: fairseq's `Dictionary.finalize`; reference, `preprocess_GLUE_tasks.sh`.
 */
export function frequencyOrder(counts: readonly number[], names: readonly string[]): number[] {
  const name = (id: number) => names[id] ?? '';
  return counts.map((_, id) => id).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || (name(a) < name(b) ? -1 : 1));
}

/** What the original files write as labels, in the order of the class ids: fairseq counts these words. */
const FILE_WORDS: Readonly<Record<string, readonly string[]>> = {
  'sst-2': ['0', '1'], cola: ['0', '1'], mrpc: ['0', '1'], qqp: ['0', '1'], wnli: ['0', '1'],
};

/** Training rows of GLUE by class id, where the reference trains a classifier: what its dictionaries were sorted by. */
export const TRAINING_COUNTS: Readonly<Record<string, readonly number[]>> = {
  'sst-2': [29780, 37569],
  cola: [2528, 6023],
  mrpc: [1194, 2474],
  qqp: [229468, 134378],
  rte: [1249, 1241],
  qnli: [52366, 52377],
  mnli: [130899, 130900, 130903],
};

/** The order of a task's labels in a checkpoint of the reference; undefined for tasks that it has none of. */
export function referenceOrder({ name, labels }: TaskSpec): number[] | undefined {
  const counts = TRAINING_COUNTS[name];
  return counts && frequencyOrder(counts, FILE_WORDS[name] ?? labels);
}
