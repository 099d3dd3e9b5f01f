/** From the values of training options to training arguments. */
import type { Values } from './option.ts';
import type { TrainingArguments } from './recipe.ts';
import type { TRAINING_OPTIONS } from './training_options.ts';

/** What the options of every training command say of its arguments. */
export type TrainingValues = Values<Pick<typeof TRAINING_OPTIONS, 'seed' | 'max_steps' | 'max_seq_length' | 'learning_rate' | 'eval_steps' | 'epochs' | 'batch_size'>> & Partial<Pick<TrainingArguments, (typeof OPTIMISATION)[number]>>;

/** Options whose names are those of the arguments. */
const OPTIMISATION = ['optim', 'lr_scheduler_type', 'warmup_ratio', 'weight_decay', 'max_grad_norm', 'gradient_accumulation_steps'] as const;

/** The arguments of a base with those that were given in their place. */
export function trainingOf(values: TrainingValues, base: TrainingArguments): TrainingArguments {
  const { seed, max_steps, max_seq_length, learning_rate, eval_steps } = values;
  const num_train_epochs = values.epochs;
  const per_device_train_batch_size = values.batch_size;
  const optimisation = Object.fromEntries(OPTIMISATION.map((name) => [name, values[name]]));
  return { ...base, ...given({ seed, max_steps, max_seq_length, learning_rate, eval_steps, num_train_epochs, per_device_train_batch_size, ...optimisation }) };
}

/** An object without the entries that have no value. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value. */
export function given<T extends object>(entries: T): Given<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Given<T>;
}
