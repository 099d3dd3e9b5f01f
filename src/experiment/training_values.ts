/** From the values of training options to training arguments. */
import { ARGUMENT_NAMES, OPTIMISATION_OPTIONS } from './optimisation_options.ts';
import { UsageError, type Values } from './option.ts';
import type { TrainingArguments } from './recipe.ts';
import type { TRAINING_OPTIONS } from './training_options.ts';

/** What the options of every training command say of its arguments. */
export type TrainingValues = Values<Pick<typeof TRAINING_OPTIONS, (typeof SAME)[number] | keyof typeof ARGUMENT_NAMES | keyof typeof OPTIMISATION_OPTIONS>>;

/** Options whose names are those of the arguments. */
const SAME = ['seed', 'max_steps', 'max_seq_length', 'learning_rate', 'eval_steps', 'execution'] as const;

/** The arguments of a base with those that were given in their place; UsageError for a schedule by time without hours. */
export function trainingOf(values: TrainingValues, base: TrainingArguments): TrainingArguments {
  const entries = [...SAME, ...optimisationNames()].map((name) => [name, values[name]] as const);
  const renamed = Object.entries(ARGUMENT_NAMES).map(([option, argument]) => [argument, values[option as keyof typeof ARGUMENT_NAMES]] as const);
  const training = { ...base, ...given(Object.fromEntries([...entries, ...renamed])) };
  if (training.lr_scheduler_type === 'time' && !(training.total_training_time! > 0)) throw new UsageError('--total_training_time', 'hours above 0, which the schedule time counts towards', 'none', 'Name them, e.g. --total_training_time 0.5.');
  return training;
}

function optimisationNames(): (keyof typeof OPTIMISATION_OPTIONS)[] {
  return Object.keys(OPTIMISATION_OPTIONS) as (keyof typeof OPTIMISATION_OPTIONS)[];
}

/** An object without the entries that have no value. */
export type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that have a value. */
export function given<T extends object>(entries: T): Given<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Given<T>;
}
