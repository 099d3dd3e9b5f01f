import { referenceOrder } from '../data/labels.ts';
import type { TaskSpec } from '../data/task.ts';
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
export function inTaskOrder({ config, heads, tensors }: Weights, task: TaskSpec, where: string): Weights {
  const order = referenceOrder(task);
  const isUnnamed = config.labels.every((label, id) => label === `LABEL_${id}`);
  if (order === undefined || !heads.includes('classification') || !isUnnamed || config.labels.length !== order.length) throw unfit(config.labels, task, order, where);
  const { output } = familyOf(config).classifier;
  const ordered = [...tensors].map(([name, tensor]) => [name, name.startsWith(`${output}.`) ? reordered(tensor, order) : tensor] as const);
  return { heads, config: { ...config, labels: task.labels, finetuning_task: task.name }, tensors: new Map(ordered) };
}

/** Row `order[n]` of the result is row n; rows are what the first axis counts. */
function reordered({ shape, data }: HostTensor, order: readonly number[]): HostTensor {
  const width = data.length / order.length;
  const out = new Float32Array(data.length);
  order.forEach((id, n) => out.set(data.subarray(n * width, (n + 1) * width), id * width));
  return { shape, data: out };
}

function unfit(labels: readonly string[], task: TaskSpec, order: readonly number[] | undefined, where: string): FormatError {
  const expected = order === undefined ? 'a task that the reference trains classifiers for' : `a classifier of ${order.length} classes without names`;
  const got = order === undefined ? task.name : labels.length > 0 ? labels.slice(0, 5).join(', ') : 'none';
  return new FormatError('UnknownLabel', where, expected, got, 'Leave --fairseq_task out: the labels stay as they are.');
}
