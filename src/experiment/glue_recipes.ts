/** How fairseq and Hugging Face finetune on GLUE, task by task: published hyperparameters as training arguments. */
import type { TaskSpec } from '../data/task.ts';
import { UsageError } from './option.ts';
import type { TrainingArguments } from './recipe.ts';

export const GLUE_RECIPES = ['fairseq', 'huggingface'] as const;
export type GlueRecipe = (typeof GLUE_RECIPES)[number];

/** One row of fairseq's table for RoBERTa on GLUE, which the reference's `experiments.py` repeats. */
interface FairseqRow {
  readonly learning_rate: number;
  readonly batch: number;
  /** Updates of ten passes over GLUE's training rows, and those in which the rate rises. */
  readonly updates: number;
  readonly warmup: number;
}

/** Source: `task_param` of the reference; fairseq, examples/roberta, README.glue. QQP's longer warm-up is as published. */
export const FAIRSEQ_GLUE: Readonly<Record<string, FairseqRow>> = {
  mnli: { learning_rate: 1e-5, batch: 32, updates: 123_873, warmup: 7432 },
  qnli: { learning_rate: 1e-5, batch: 32, updates: 33_112, warmup: 1986 },
  qqp: { learning_rate: 1e-5, batch: 32, updates: 113_272, warmup: 28_318 },
  rte: { learning_rate: 2e-5, batch: 16, updates: 2036, warmup: 122 },
  'sst-2': { learning_rate: 1e-5, batch: 32, updates: 20_935, warmup: 1256 },
  mrpc: { learning_rate: 1e-5, batch: 16, updates: 2296, warmup: 137 },
  cola: { learning_rate: 1e-5, batch: 16, updates: 5336, warmup: 320 },
  'sts-b': { learning_rate: 2e-5, batch: 16, updates: 3598, warmup: 214 },
};

/** Small tasks that Hugging Face passes over five times, others three. Source: transformers, examples/pytorch/text-classification. */
const FIVE_EPOCHS: readonly string[] = ['mrpc', 'wnli'];

type Published = Pick<TrainingArguments, 'learning_rate' | 'per_device_train_batch_size' | 'num_train_epochs' | 'max_steps' | 'warmup_ratio' | 'weight_decay' | 'adam_beta1' | 'adam_beta2' | 'adam_epsilon' | 'max_grad_norm' | 'optim' | 'lr_scheduler_type'> & Partial<Pick<TrainingArguments, 'max_seq_length'>>;

/**
 * The training arguments of a published recipe; UsageError for a task that it has none of.
 *
 * The length of the warm-up is a share of the steps, so that tables of other sizes keep it. fairseq's rows are up to 512
 * tokens long, which is left to `max_seq_length`, since not every model has as many positions.
 */
export function glueTraining(recipe: GlueRecipe, { name }: Pick<TaskSpec, 'name'>): Published {
  return RECIPES[recipe](name);
}

const RECIPES: Readonly<Record<GlueRecipe, (task: string) => Published>> = {
  fairseq(task) {
    const row = FAIRSEQ_GLUE[task];
    if (!row) throw new UsageError('--recipe', `a task of fairseq's table (${Object.keys(FAIRSEQ_GLUE).join(', ')})`, task, 'Choose --recipe huggingface, or another task.');
    return {
      learning_rate: row.learning_rate, per_device_train_batch_size: row.batch, num_train_epochs: 10, max_steps: 0, warmup_ratio: Number((row.warmup / row.updates).toFixed(2)),
      weight_decay: 0.1, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6, max_grad_norm: 0, optim: 'adam_fairseq', lr_scheduler_type: 'polynomial_decay',
    };
  },
  huggingface: (task) => ({
    learning_rate: 2e-5, per_device_train_batch_size: 32, num_train_epochs: FIVE_EPOCHS.includes(task) ? 5 : 3, max_steps: 0, max_seq_length: 128, warmup_ratio: 0,
    weight_decay: 0, adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, max_grad_norm: 1, optim: 'adamw_torch', lr_scheduler_type: 'linear',
  }),
};
