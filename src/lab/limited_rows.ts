import type { TaskData } from '../data/task.ts';
import type { TrainingArguments } from '../experiment/recipe.ts';

/** No more rows than `max_train_samples` and `max_eval_samples` say: the first ones of each split, as in Hugging Face's `run_glue`. */
export function limitedRows({ task, train, tuning, dev, mismatched }: TaskData, { max_train_samples: most = Infinity, max_eval_samples: mostScored = Infinity }: Pick<TrainingArguments, 'max_train_samples' | 'max_eval_samples'>): TaskData {
  const scored = { tuning: tuning.slice(0, mostScored), dev: dev.slice(0, mostScored) };
  return { task, train: train.slice(0, most), ...scored, ...(mismatched ? { mismatched: mismatched.slice(0, mostScored) } : {}) };
}
