/** Recipes to begin with: the main job's own, and those that the page offers. */
import { RECIPE_VERSION, type DataSource, type ModelSource, type Recipe, type TrainingArguments } from './recipe.ts';

/** A recipe under a name, with what it shows as one sentence. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly recipe: Recipe;
}

/** The bundled model that masked language modelling gave; every bundled teacher is finetuned from it. */
export const BUNDLED_BASE = 'mini-bert';
/** Depth of the bundled models. */
export const BUNDLED_LAYERS = 12;

/** The teacher of a task, below `models/`: bundled for some tasks, finetuned from the base on first use for the others. */
export function bundledTeacher(task: string): ModelSource {
  return { kind: 'bundled', name: `${BUNDLED_BASE}-${task}` };
}

/** Teacher layers that a student starts from when none are named. */
export { evenLayers } from '../model/layers.ts';

/** The generated rows of the main job. */
export const MINI_GLUE = { kind: 'mini-glue', seed: 42, train_rows: 2500, dev_rows: 2000 } as const satisfies DataSource;

/** The main job: the bundled SST-2 teacher into 3 of its 12 layers, by logit KD, beside every baseline. */
export const DEFAULT_RECIPE: Recipe = {
  version: RECIPE_VERSION,
  kind: 'distill',
  name: 'sst-2-distilled',
  task: 'sst-2',
  data: MINI_GLUE,
  teacher: bundledTeacher('sst-2'),
  student: { num_hidden_layers: 3, init: { kind: 'layers', layers: [3, 7, 11] } },
  stages: [{ name: 'distillation', objectives: [{ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }], training: {}, start: 'last' }],
  training: {
    seed: 42,
    num_train_epochs: 11,
    max_steps: 0,
    per_device_train_batch_size: 32,
    max_seq_length: 64,
    learning_rate: 1e-3,
    weight_decay: 0.01,
    warmup_ratio: 0.06,
    max_grad_norm: 1,
    adam_beta1: 0.9,
    adam_beta2: 0.999,
    adam_epsilon: 1e-8,
    eval_steps: 75,
  },
  fidelity: 'corrected',
  dropout: { student: true, teacher: false },
  baselines: true,
  backend: 'auto',
};

/** Passes over a table of a person's own, as in Hugging Face's `TrainingArguments`; the generated rows are few and get more. */
export const TABLE_EPOCHS = 3;

/** Rows that a mini-GLUE teacher is finetuned on; its students get far fewer. */
export const TEACHER_ROWS = 20_000;

/** How a teacher that is made on its first use is finetuned; it is the first round of the bundled ones, which get more. */
export const TEACHER_TRAINING: Pick<TrainingArguments, 'num_train_epochs' | 'max_steps' | 'learning_rate' | 'eval_steps'> = { num_train_epochs: 3, max_steps: 0, learning_rate: 5e-4, eval_steps: 0 };

/** The default recipe on another task, with that task's bundled teacher. */
export function recipeForTask(task: string): Recipe {
  return { ...DEFAULT_RECIPE, name: `${task}-distilled`, task, teacher: bundledTeacher(task) };
}

/** The bundled base model into 3 of its 12 layers on the generated corpus, beside the same student without a teacher. */
export const TEXT_RECIPE: Recipe = {
  ...DEFAULT_RECIPE,
  kind: 'distill-text',
  name: 'text-distilled',
  data: { ...MINI_GLUE, train_rows: 2000 },
  teacher: { kind: 'bundled', name: BUNDLED_BASE },
  stages: [{ name: 'distillation', objectives: [{ name: 'masked_lm_distill', weight: 1, parameters: { temperature: 1, kd_weight: 0.5 } }], training: {}, start: 'last' }],
  training: { ...DEFAULT_RECIPE.training, num_train_epochs: 3 },
};

export const PRESETS: readonly Preset[] = [
  {
    name: 'sentiment',
    title: 'Sentiment',
    description: 'Is a sentence positive or negative? Three of twelve layers learn to tell.',
    recipe: DEFAULT_RECIPE,
  },
  {
    name: 'grammar',
    title: 'Grammar',
    description: 'Is a sentence well formed? Agreement and word order, over a distance.',
    recipe: recipeForTask('cola'),
  },
  {
    name: 'entailment',
    title: 'Entailment',
    description: 'Does the second sentence follow from the first? A task of pairs.',
    recipe: recipeForTask('rte'),
  },
  {
    name: 'first-layers',
    title: 'First layers',
    description: 'Sentiment again, but started from the teacher’s first layers: does it matter?',
    recipe: {
      ...DEFAULT_RECIPE,
      name: 'sst-2-first-layers',
      student: { num_hidden_layers: 3, init: { kind: 'layers', layers: [0, 1, 2] } },
    },
  },
  {
    name: 'text',
    title: 'Plain text',
    description: 'The base model teaches three layers to fill in masked words, ready to be finetuned.',
    recipe: TEXT_RECIPE,
  },
];
