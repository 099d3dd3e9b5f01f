import { FormatError } from '../formats/format_error.ts';
import type { TaskSpec } from '../data/task.ts';
import { modelLabels, TASKS } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialValues, parameterSpecs, type Head } from '../model/parameters.ts';
import { randomWeights, type Weights } from '../model/weights.ts';

/** A loaded model as a classifier of the task. */
export interface Fitted {
  readonly weights: Weights;
  /** False when its classification head is new. */
  readonly trained: boolean;
  /** What a person should know about the head, as a sentence; undefined when it is the task's own. */
  readonly note?: string;
}

/** How a model's classification head relates to a task. */
type HeadKind = 'own' | 'none' | 'reordered' | 'foreign';

/**
 * The loaded weights as a classifier of the task; a head that is missing is initialised.
 *
 * FormatError UnknownLabel when the model's labels are the task's in another order, or when a teacher is to be
 * distilled that was finetuned on another task.
 */
export function fitted(loaded: Weights, recipe: Recipe, task: TaskSpec, name: string): Fitted {
  const kind = headKind(loaded, task);
  if (kind === 'reordered') throw reordered(loaded.config.labels, task, name);
  if (kind === 'foreign' && recipe.kind === 'distill') throw foreign(loaded.config, task, name);
  const config: ModelConfig = { ...loaded.config, labels: modelLabels(task), finetuning_task: task.name };
  if (kind === 'own') return { weights: { ...loaded, config }, trained: true };
  return { weights: withNewHead(loaded, config, recipe.training.seed), trained: false, note: NOTES[kind](loaded.config, recipe, task, name) };
}

const NOTES: Record<'none' | 'foreign', (config: ModelConfig, recipe: Recipe, task: TaskSpec, name: string) => string> = {
  none: (_config, { kind }, task, name) =>
    kind === 'distill'
      ? `${name} has no classification head: it is finetuned on ${task.name} first, and is the teacher then.`
      : `${name} has no classification head: it starts with a random one for ${task.name}.`,
  foreign: (config, _recipe, task, name) => `${name} has a classification head for ${origin(config)}: it starts with a random one for ${task.name} instead.`,
};

function headKind({ heads, config }: Weights, task: TaskSpec): HeadKind {
  if (!heads.includes('classification')) return 'none';
  const plain = (labels: readonly string[]) => labels.map((label) => label.toLowerCase());
  const [got, expected] = [plain(config.labels), plain(modelLabels(task))];
  const otherTask = config.finetuning_task !== undefined && !isNameOf(config.finetuning_task, task);
  if (otherTask || got.length !== expected.length) return 'foreign';
  if (got.join() === expected.join() || got.every((label, id) => label === `label_${id}`)) return 'own';
  return expected.every((label) => got.includes(label)) ? 'reordered' : 'foreign';
}

/** Hugging Face's scripts write `sst2` for `sst-2`, others `MRPC`, `glue/mrpc` or `glue:mrpc`. */
function isNameOf(name: string, task: TaskSpec): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/^glue[^a-z0-9]+/, '').replace(/[^a-z0-9]/g, '');
  return plain(name) === plain(task.name);
}

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

function origin({ finetuning_task, labels }: ModelConfig): string {
  const words = labels.join(', ');
  return finetuning_task === undefined ? `the labels ${words}` : `${finetuning_task} (${words})`;
}

const reordered = (labels: readonly string[], task: TaskSpec, name: string) =>
  new FormatError(
    'UnknownLabel',
    `${name}/config.json, id2label`,
    `the labels of ${task.name} in this order: ${task.labels.join(', ')}`,
    labels.join(', '),
    'Reorder id2label, label2id and the rows of the classifier, or choose another model.',
  );

function foreign(config: ModelConfig, task: TaskSpec, name: string): FormatError {
  const where = `${name}/config.json, ${config.finetuning_task === undefined ? 'id2label' : 'finetuning_task and id2label'}`;
  const expected = `a teacher for ${task.name} (${modelLabels(task).join(', ')}), or a model without a classification head`;
  const known = TASKS.find((other) => config.finetuning_task !== undefined && isNameOf(config.finetuning_task, other));
  const choose = known ? `Choose ${known.name} as the task` : 'Choose the task that the model was finetuned on';
  return new FormatError('UnknownLabel', where, expected, `one for ${origin(config)}`, `${choose}, or finetune the model on ${task.name} first and distil the result.`);
}
