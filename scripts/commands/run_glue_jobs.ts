/** A line of `run_glue` with the folders of this machine that it reads. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BUNDLED_BASE } from '../../src/experiment/presets.ts';
import { runGlueRecipe, runGlueTask } from '../../src/experiment/run_glue_recipe.ts';
import type { RunGlueLine, RunGlueValues } from '../../src/experiment/run_glue_line.ts';
import { given } from '../../src/experiment/training_values.ts';
import { Fault } from '../../src/fault/fault.ts';
import { ROOT } from '../build_app.ts';
import { UsageError } from '../command_line/option.ts';
import { jobOf, type Job } from './recipe_from.ts';
import { resolveModel, type ResolvedModel } from './sources.ts';

/** A recipe with its folders, and what a person should know of how the line was read. */
export interface RunGlueJob extends Job {
  readonly notes: readonly string[];
}

/** The run of a line; UsageError where model, data and options do not fit together. */
export function runGlueJob(values: RunGlueValues): RunGlueJob {
  const { name: task } = runGlueTask(values);
  const model = modelOf(values, task);
  const base = runGlueRecipe(values, model.layers ?? 1);
  const { data, train_file, validation_file, columns, skip_broken_rows, train_rows, dev_rows, data_seed, backend, tokenizer_name: tokenizer } = values;
  const job = jobOf(given({ task: values.task_name, data, train_file, validation_file, columns, skip_broken_rows, train_rows, dev_rows, data_seed, backend, tokenizer, epochs: base.training.num_train_epochs }), model, base);
  return { ...job, recipe: { ...job.recipe, training: base.training }, notes: notesOf(values, model, task) };
}

/** A line with the bundled model in the place of a placeholder such as `<path to model>`, where it trains, and a note on it. */
export function withoutPlaceholder({ values, notes }: RunGlueLine): RunGlueLine {
  const named = values.model_name_or_path;
  if (!isPlaceholder(named) || !values.do_train) return { values, notes };
  return { values: { ...values, model_name_or_path: BUNDLED_BASE }, notes: [...notes, `--model_name_or_path ${named}: a placeholder; the bundled ${BUNDLED_BASE} is used. Name another model by its folder, or by its name on the Hub.`] };
}

const isPlaceholder = (named: string | undefined): named is string => named?.startsWith('<') ?? false;

/** The model of a line; UsageError, which offers the bundled one, where there is none of that name. */
export function modelOf({ model_name_or_path: named, config_name: config }: RunGlueValues, task: string): ResolvedModel {
  const where = '--model_name_or_path';
  if (named === undefined) throw new UsageError(where, 'a model', 'nothing', OFFER);
  if (isPlaceholder(named)) throw new UsageError(where, 'a model', `the placeholder ${named}`, OFFER);
  if (config !== undefined && config !== named) throw new UsageError('--config_name', `the model itself, "${named}"`, `"${config}"`, 'Leave the option out: a model is read with its own config.json.');
  return offering(() => resolveModel(named, where, task));
}

const OFFER = `The bundled model is there without a download: --model_name_or_path ${BUNDLED_BASE}`;

function offering<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withOffer(error);
  }
}

/** An error about a model that is not there, which offers the bundled one too. */
export function withOffer(error: unknown): unknown {
  if (error instanceof UsageError) return new UsageError(error.where, error.expected, error.got, OFFER);
  if (!(error instanceof Fault)) return error;
  return new Fault({ ...error.toReport(), remedy: `${error.remedy} ${OFFER}` });
}

function notesOf({ data, train_file, validation_file, learning_rate, do_train }: RunGlueValues, { source }: ResolvedModel, task: string): string[] {
  return [
    ...((data ?? train_file ?? validation_file) === undefined ? [`Data: the generated rows of ${task}; --data FOLDER takes the original files.`] : []),
    ...(do_train && source.kind === 'bundled' && learning_rate === undefined ? ['The learning rate is 5e-5, the default of run_glue.py, for models a hundred times the size; the bundled ones learn with 5e-4.'] : []),
  ];
}

/** The folder of a line. UsageError for one that holds files, unless the line says that it may be written into. */
export function runGlueFolder({ output_dir, overwrite_output_dir = false, log_group }: RunGlueValues, name: string, trains: boolean): string {
  const folder = output_dir === undefined ? join(ROOT, 'runs', ...(log_group === undefined ? [] : [log_group]), name) : resolve(output_dir);
  if (!existsSync(folder)) return folder;
  if (!statSync(folder).isDirectory()) throw new UsageError('--output_dir', 'a folder', `"${folder}", which is a file`);
  if (trains && !overwrite_output_dir && readdirSync(folder).length > 0) throw new UsageError('--output_dir', 'a new or empty folder', `"${folder}", which holds files`, 'Add --overwrite_output_dir to write into it.');
  return folder;
}
