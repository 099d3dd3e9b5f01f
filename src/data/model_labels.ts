/** How the outputs of a model's classifier relate to the classes of a task. */
import { modelLabels } from './tasks.ts';
import type { TaskSpec } from './task.ts';

/** What a model's configuration says of its classifier. */
export interface ModelHead {
  /** Words for its outputs; `LABEL_0` … where they have none. */
  readonly labels: readonly string[];
  readonly finetuning_task?: string | undefined;
}

/** `Not Entailment`, `not-entailment` and `not_entailment` are one label. */
export function plainLabel(label: string): string {
  return label.toLowerCase().replace(/[\s_-]+/g, '_');
}

/** Whether a model calls this task so: Hugging Face's scripts write `sst2` for `sst-2`, others `MRPC`, `glue/mrpc` or `glue:mrpc`. */
export function isNameOf(name: string, task: TaskSpec): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/^glue[^a-z0-9]+/, '').replace(/[^a-z0-9]/g, '');
  return plain(name) === plain(task.name);
}

/**
 * The places of a task's classes among a model's outputs: output `order[c]` is class c, so 0, 1, 2 … where the model has the
 * task's own order. Undefined for a model of another task.
 *
 * Labels without words are taken in their order. A model that names the task it was finetuned on is one of no other, though
 * the labels be the same, as those of RTE and QNLI are.
 */
export function classOrder({ labels, finetuning_task }: ModelHead, task: TaskSpec): readonly number[] | undefined {
  const wanted = modelLabels(task);
  if (finetuning_task !== undefined && !isNameOf(finetuning_task, task)) return undefined;
  if (labels.length !== wanted.length) return undefined;
  if (labels.every((label, i) => label.toUpperCase() === `LABEL_${i}`)) return labels.map((_, i) => i);
  return placesOf(wanted, labels) ?? placesOf(wanted.map(plainLabel), labels.map(plainLabel));
}

/** Where each of the wanted words stands; undefined unless they are the same words, each once. */
function placesOf(wanted: readonly string[], words: readonly string[]): readonly number[] | undefined {
  const places = wanted.map((word) => words.indexOf(word));
  return !places.includes(-1) && new Set(places).size === places.length ? places : undefined;
}

/** Whether outputs are in the order of the classes. */
export function isInOrder(order: readonly number[]): boolean {
  return order.every((output, id) => output === id);
}

/** What a classifier was made for, in words. */
export function headText({ labels, finetuning_task }: ModelHead): string {
  const words = labels.join(', ');
  return finetuning_task === undefined ? `the labels ${words}` : `${finetuning_task} (${words})`;
}
