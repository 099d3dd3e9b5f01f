import { FormatError } from '../formats/format_error.ts';
import { classOrder, headText, isInOrder, isNameOf } from '../data/model_labels.ts';
import type { TaskSpec } from '../data/task.ts';
import { modelLabels, TASKS } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialValues, parameterSpecs, type Head } from '../model/parameters.ts';
import { randomWeights, type Weights } from '../model/weights.ts';
import { withOutputs } from './reference_labels.ts';

/** A loaded model as a classifier of the task. */
export interface Fitted {
  readonly weights: Weights;
  /** False when its classification head is new. */
  readonly trained: boolean;
  /** What a person should know about the head, as a sentence; undefined when it is the task's own, in its order. */
  readonly note?: string;
}

/**
 * The loaded weights as a classifier of the task; outputs in another order are put into the task's, and a head that is
 * missing is initialised.
 *
 * FormatError UnknownLabel when a teacher is to be distilled that was finetuned on another task.
 */
export function fitted(loaded: Weights, recipe: Recipe, task: TaskSpec, name: string): Fitted {
  const hasHead = loaded.heads.includes('classification');
  const order = hasHead ? classOrder(loaded.config, task) : undefined;
  if (order) return ownHead(loaded, order, task, name);
  if (hasHead && recipe.kind === 'distill') throw foreign(loaded.config, task, name);
  const config: ModelConfig = { ...loaded.config, labels: modelLabels(task), finetuning_task: task.name };
  return { weights: withNewHead(loaded, config, recipe.training.seed), trained: false, note: NOTES[hasHead ? 'foreign' : 'none'](loaded.config, recipe, task, name) };
}

function ownHead(loaded: Weights, order: readonly number[], task: TaskSpec, name: string): Fitted {
  const weights = withOutputs(loaded, order, task);
  if (isInOrder(order)) return { weights, trained: true };
  return { weights, trained: true, note: `${name} has the labels of ${task.name} in another order (${loaded.config.labels.join(', ')}): its outputs are put into the order ${task.labels.join(', ')}.` };
}

const NOTES: Record<'none' | 'foreign', (config: ModelConfig, recipe: Recipe, task: TaskSpec, name: string) => string> = {
  none: (_config, { kind }, task, name) =>
    kind === 'distill'
      ? `${name} has no classification head: it is finetuned on ${task.name} first, and is the teacher then.`
      : `${name} has no classification head: it starts with a random one for ${task.name}.`,
  foreign: (config, _recipe, task, name) => `${name} has a classification head for ${headText(config)}: it starts with a random one for ${task.name} instead.`,
};

function withNewHead(loaded: Weights, config: ModelConfig, seed: number): Weights {
  const keep = (name: string) => (name.startsWith('classifier.') ? undefined : loaded.tensors.get(name));
  const specs = parameterSpecs(config, ['classification']);
  const tensors = new Map(specs.map((spec) => [spec.name, keep(spec.name) ?? { shape: spec.shape, data: initialValues(spec, config, seed) }]));
  return { config, heads: ['classification'], tensors };
}

/** Random weights for a model from scratch, as large as the vocabulary and the texts of the recipe need. */
export function fromScratch(config: ModelConfig, heads: readonly Head[], vocab_size: number, { training }: Recipe): Weights {
  const max_position_embeddings = Math.max(config.max_position_embeddings, training.max_seq_length);
  return randomWeights({ ...config, vocab_size, max_position_embeddings }, heads, training.seed);
}

function foreign(config: ModelConfig, task: TaskSpec, name: string): FormatError {
  const where = `${name}/config.json, ${config.finetuning_task === undefined ? 'id2label' : 'finetuning_task and id2label'}`;
  const expected = `a teacher for ${task.name} (${modelLabels(task).join(', ')}), or a model without a classification head`;
  const known = TASKS.find((other) => config.finetuning_task !== undefined && isNameOf(config.finetuning_task, other));
  const choose = known ? `Choose ${known.name} as the task` : 'Choose the task that the model was finetuned on';
  return new FormatError('UnknownLabel', where, expected, `one for ${headText(config)}`, `${choose}, or finetune the model on ${task.name} first and distil the result.`);
}
