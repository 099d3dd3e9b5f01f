/** The runs of `text_to_glue`, in the order in which one needs another. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { taskNamed } from '../../src/data/tasks.ts';
import { learnsNextSentences } from '../../src/experiment/objective_catalogue.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { CHAIN_MODELS, chainTitle, DISTIL_STEPS, TASK_EPOCHS, TASK_RATE, TEACHER_STEPS, TEXT_TO_GLUE_DEFAULTS, type ChainModel, type ChainPart } from '../../src/experiment/text_to_glue.ts';
import { taskRecipe } from '../../src/experiment/text_to_glue_recipes.ts';
import { given } from '../../src/experiment/training_values.ts';
import { UsageError, type Values } from '../command_line/option.ts';
import type { ChainedJob } from './chained_runs.ts';
import { jobOf, type Job } from './recipe_from.ts';
import { resolveFolder, resolveModel, type ResolvedModel } from './sources.ts';
import type { TEXT_TO_GLUE_OPTIONS } from './text_to_glue.ts';
import { distillationJob, pretrainJob, type PretrainValues } from './text_jobs.ts';

export type TextToGlueValues = Values<typeof TEXT_TO_GLUE_OPTIONS>;

/** One run of the chain, and what it is a part of. */
export interface ChainJob extends ChainedJob {
  readonly part: ChainPart;
}

/** The runs of a chain, and what a person should know of how its line was read. */
export interface ChainJobs {
  readonly jobs: readonly ChainJob[];
  readonly notes: readonly string[];
}

/** The runs of a line that writes below `out`; UsageError where models, text, tasks and options do not fit together. */
export function textToGlueJobs(values: TextToGlueValues, out: string): ChainJobs {
  const named = resolveModel(values.teacher ?? TEXT_TO_GLUE_DEFAULTS.teacher, '--teacher', DEFAULT_RECIPE.task);
  const isNew = named.source.kind === 'scratch';
  if (!isNew && values.teacher_steps !== undefined) throw new UsageError('--teacher_steps', 'a teacher from random weights', `"${values.teacher ?? TEXT_TO_GLUE_DEFAULTS.teacher}"`, 'Name one, e.g. --teacher scratch:6x128, or leave the option out.');
  const teacher = isNew ? madeLater(out, 'teacher', named.layers) : named;
  const { teacher: _named, method, layer_selection, mapping, student_layers, init, temperature, kd_weight, aug, fidelity, hidden_size } = values;
  const student = given({ method, layer_selection, mapping, student_layers, init, temperature, kd_weight, aug, fidelity, hidden_size });
  const distilled = distillationJob({ ...textOf(values), ...student, baselines: 'off', teacher: 'teacher' }, teacher);
  // All models on text learn from equal texts.
  const pairs = learnsNextSentences(distilled.recipe) ? { next_sentence: true } : {};
  const alone = distillationJob({ ...textOf(values), ...pairs, ...given({ student_layers, init, hidden_size, fidelity }), baselines: 'off', teacher: 'teacher', method: 'masked_lm' }, teacher);
  const layers = distilled.recipe.student.num_hidden_layers;
  const models: Readonly<Record<ChainModel, ResolvedModel>> = { teacher, student: madeLater(out, 'student', layers), alone: madeLater(out, 'alone', layers) };
  const jobs: ChainJob[] = [
    ...(isNew ? [pretraining({ ...values, ...pairs })] : []),
    chainJob(distilled, { kind: 'text', model: 'student' }, 'student'),
    chainJob(alone, { kind: 'text', model: 'alone' }, 'alone'),
    ...(values.tasks ?? TEXT_TO_GLUE_DEFAULTS.tasks).flatMap((task) => CHAIN_MODELS.map((model) => finetuning(values, task, model, models[model]))),
  ];
  return { jobs, notes: distilled.notes };
}

const chainJob = ({ recipe, folders }: Job, part: ChainPart, name: string): ChainJob => ({ recipe, folders, part, name, title: chainTitle(part) });

/** A model that an earlier run of the chain writes. */
function madeLater(out: string, name: string, layers: number | undefined): ResolvedModel {
  return { source: { kind: 'folder', name }, folder: join(out, name), ...given({ layers }) };
}

/** What the runs on text share. */
function textOf(values: TextToGlueValues): PretrainValues {
  const { max_steps = DISTIL_STEPS, batch_size, learning_rate, max_seq_length, shards, documents, tokenizer, data_seed, seed, backend, next_sentence } = values;
  return { max_steps, eval_steps: 0, ...given({ next_sentence, batch_size, learning_rate, max_seq_length, shards, documents, tokenizer, data_seed, seed, backend }) };
}

function pretraining(values: TextToGlueValues): ChainJob {
  const job = pretrainJob({ ...textOf(values), model: values.teacher, max_steps: values.teacher_steps ?? TEACHER_STEPS });
  return chainJob(job, { kind: 'pretraining' }, 'teacher');
}

function finetuning(values: TextToGlueValues, task: string, model: ChainModel, resolved: ResolvedModel): ChainJob {
  const { task_epochs: epochs = TASK_EPOCHS, task_learning_rate: learning_rate = TASK_RATE, train_rows, dev_rows, data_seed, seed, max_seq_length, tokenizer, backend, glue } = values;
  const layers = resolved.layers ?? DEFAULT_RECIPE.student.num_hidden_layers;
  const data = glue === undefined ? undefined : taskFolder(glue, task);
  const job = jobOf(given({ task, data, train_rows, dev_rows, data_seed, seed, epochs, learning_rate, max_seq_length, tokenizer, backend, eval_steps: 0 }), resolved, taskRecipe(task, model, layers));
  return chainJob(job, { kind: 'task', task, model }, job.recipe.name);
}

/** The folder of a task, by any way to write its name (`SST-2`, `sst2`); UsageError where there is none. */
function taskFolder(glue: string, task: string): string {
  const home = resolveFolder(glue, '--glue');
  const found = readdirSync(home).find((name) => isNameOf(name, task) && existsSync(join(home, name)));
  if (found !== undefined) return join(home, found);
  throw new UsageError('--glue', `a folder of ${task} in it`, `"${glue}" without one`, `Name it ${task}, with train.tsv and dev.tsv in it.`);
}

function isNameOf(folder: string, task: string): boolean {
  try {
    return taskNamed(folder).name === task;
  } catch {
    return false;
  }
}
