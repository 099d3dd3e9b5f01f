/** The outputs of a classifier, put into the order of a task's classes. */
import { referenceOrder } from '../data/labels.ts';
import { isInOrder } from '../data/model_labels.ts';
import type { TaskSpec } from '../data/task.ts';
import { modelLabels } from '../data/tasks.ts';
import { FormatError } from '../formats/format_error.ts';
import { familyOf } from '../model/families.ts';
import type { HostTensor, Weights } from '../model/weights.ts';

/**
 * A classifier that fairseq trained on a task of GLUE, with its outputs in Hugging Face's order and named.
 *
 * Its n-th output is the n-th commonest label of the training rows, and its file does not say which that is. FormatError
 * UnknownLabel when the model has no classifier of the task's size, or labels with names, and for tasks that the
 * reference has no classifier for.
 */
export function inTaskOrder(weights: Weights, task: TaskSpec, where: string): Weights {
  const { config: { labels }, heads } = weights;
  const order = referenceOrder(task);
  const isUnnamed = labels.every((label, id) => label === `LABEL_${id}`);
  if (order === undefined || !heads.includes('classification') || !isUnnamed || labels.length !== order.length) throw unfit(labels, task, order, where);
  return withOutputs(weights, order.map((_, id) => order.indexOf(id)), task);
}

/** The weights as a classifier of the task whose output c is what was output `order[c]`, with the task's labels and name. */
export function withOutputs({ config, heads, tensors }: Weights, order: readonly number[], task: TaskSpec): Weights {
  const { output } = familyOf(config).classifier;
  const ordered = [...tensors].map(([name, tensor]) => [name, name.startsWith(`${output}.`) ? reordered(tensor, order) : tensor] as const);
  return { heads, config: { ...config, labels: modelLabels(task), finetuning_task: task.name }, tensors: isInOrder(order) ? tensors : new Map(ordered) };
}

/** Row c of the result is row `order[c]`; rows are what the first axis counts. */
function reordered({ shape, data }: HostTensor, order: readonly number[]): HostTensor {
  const width = data.length / order.length;
  const out = new Float32Array(data.length);
  order.forEach((row, id) => out.set(data.subarray(row * width, (row + 1) * width), id * width));
  return { shape, data: out };
}

function unfit(labels: readonly string[], task: TaskSpec, order: readonly number[] | undefined, where: string): FormatError {
  const expected = order === undefined ? 'a task that the reference trains classifiers for' : `a classifier of ${order.length} classes without names`;
  const got = order === undefined ? task.name : labels.length > 0 ? labels.slice(0, 5).join(', ') : 'none';
  return new FormatError('UnknownLabel', where, expected, got, 'Leave --fairseq_task out: the labels stay as they are.');
}
