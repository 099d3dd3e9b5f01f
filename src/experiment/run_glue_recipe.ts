/** From a line of `run_glue.py` to what is done, and to a recipe. */
import type { TaskSpec } from '../data/task.ts';
import { taskNamed } from '../data/tasks.ts';
import { isMoreBetter, LOSS, measureNamed, measuresOf } from './best_model.ts';
import { didYouMean, UsageError } from './option.ts';
import { DEFAULT_RECIPE, evenLayers } from './presets.ts';
import type { Recipe, TrainingArguments } from './recipe.ts';
import type { RunGlueValues } from './run_glue_line.ts';
import { LOGGING_STEPS, MONITORED, RUN_GLUE_TRAINING } from './run_glue_options.ts';
import { given, trainingOf } from './training_values.ts';

/** What a line asks for. */
export interface RunGlueActions {
  readonly train: boolean;
  readonly evaluate: boolean;
  readonly predict: boolean;
}

/** What is done: an evaluation strategy asks for the evaluation too. UsageError for a line that asks for nothing. */
export function runGlueActions({ do_train: train = false, do_eval, do_predict: predict = false, evaluation_strategy = 'no' }: RunGlueValues): RunGlueActions {
  const evaluate = do_eval ?? evaluation_strategy !== 'no';
  if (!train && !evaluate && !predict) throw new UsageError('command line', '--do_train, --do_eval or --do_predict', 'none of them', 'Say what is to be done, e.g. --do_train --do_eval.');
  return { train, evaluate, predict };
}

/** The task of a line; UsageError where it names none and gives no files to find one in. */
export function runGlueTask({ task_name, own_task }: RunGlueValues): TaskSpec {
  if (task_name !== undefined) return taskNamed(task_name);
  if (own_task) return own_task;
  throw new UsageError('--task_name', 'a task of GLUE, or a --train_file and a --validation_file', 'nothing', 'Name a task, e.g. --task_name mrpc, or both files.');
}

/** The training rows that a line without a task is about; undefined where it names one. UsageError where a file is missing. */
export function ownTrainFile({ task_name, own_task, train_file, validation_file }: RunGlueValues): string | undefined {
  if (task_name !== undefined || own_task !== undefined || (train_file ?? validation_file) === undefined) return undefined;
  if (train_file !== undefined && validation_file !== undefined) return train_file;
  const missing = train_file === undefined ? '--train_file' : '--validation_file';
  throw new UsageError(missing, 'both files where no task is named', 'nothing', `Add ${missing} FILE, or --task_name NAME.`);
}

/** The recipe of a line on a model of so many layers, with the default data and model; UsageError where options contradict each other. */
export function runGlueRecipe(values: RunGlueValues, layers: number): Recipe {
  const task = runGlueTask(values);
  const training = runGlueTraining(values);
  return {
    ...DEFAULT_RECIPE,
    kind: 'finetune',
    name: values.run_name ?? `${task.name}-run_glue-seed-${training.seed}`,
    task: task.name,
    ...given({ own_task: values.own_task }),
    student: { num_hidden_layers: layers, init: { kind: 'layers', layers: evenLayers(layers, layers) } },
    stages: [],
    training,
    baselines: false,
    backend: values.backend ?? DEFAULT_RECIPE.backend,
  };
}

/** The training arguments of a line. UsageError where options contradict each other. */
function runGlueTraining(values: RunGlueValues): TrainingArguments {
  const { evaluation_strategy = 'no', max_steps = 0, num_train_epochs, per_device_train_batch_size, early_stopping_patience: patience = 0, load_best_model_at_end, pad_to_max_length, max_train_samples, max_eval_samples } = values;
  checkSelection(values);
  const eval_steps = evaluation_strategy === 'steps' ? (values.eval_steps || (values.logging_steps ?? LOGGING_STEPS)) : 0;
  const shared = trainingOf({ ...values, max_steps: Math.max(0, max_steps), eval_steps, ...given({ epochs: num_train_epochs, batch_size: per_device_train_batch_size }) }, RUN_GLUE_TRAINING);
  const own = { load_best_model_at_end, pad_to_max_length, max_train_samples, max_eval_samples, early_stopping_patience: patience > 0 ? patience : undefined, metric_for_best_model: measureFor(values) };
  return { ...shared, evaluation_strategy, ...given(own) };
}

/** The measure that evaluations are ranked by; undefined where nothing is chosen by them. */
function measureFor({ metric_for_best_model, early_stopping_patience: patience = 0, load_best_model_at_end = false, ...values }: RunGlueValues): string | undefined {
  if (patience <= 0 && !load_best_model_at_end) return undefined;
  if (metric_for_best_model !== undefined) return measureNamed(metric_for_best_model);
  if (patience <= 0) return LOSS;
  const { name, metrics } = runGlueTask(values);
  return MONITORED[name] ?? metrics[0];
}

function checkSelection(values: RunGlueValues): void {
  const { evaluation_strategy = 'no', early_stopping_patience: patience = 0, load_best_model_at_end = false, metric_for_best_model: named, greater_is_better: greater } = values;
  const chooses = patience > 0 ? '--early_stopping_patience' : load_best_model_at_end ? '--load_best_model_at_end' : undefined;
  if (chooses !== undefined && evaluation_strategy === 'no') throw new UsageError(chooses, 'an --evaluation_strategy beside it', 'no', 'Add --evaluation_strategy epoch, or steps with --eval_steps.');
  const measures = measuresOf(runGlueTask(values).metrics);
  if (named !== undefined && !measures.includes(measureNamed(named))) throw new UsageError('--metric_for_best_model', `one of ${measures.join(', ')}`, `"${named}"`, didYouMean(measureNamed(named), measures));
  const measure = measureFor(values);
  if (greater !== undefined && measure !== undefined && greater !== isMoreBetter(measure)) throw new UsageError('--greater_is_better', `${isMoreBetter(measure)} for ${measure}`, String(greater), 'Leave the option out.');
}
