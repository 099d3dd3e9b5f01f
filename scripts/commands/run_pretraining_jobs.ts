/** A line of `run_pretraining` with the folders of this machine that it reads and writes. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { headerOf } from '../../src/corpus/samples_read.ts';
import { SAMPLES_RECORD, sampleFile } from '../../src/corpus/samples_record.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { MINI_OFFER, offeringMini, type RunPretrainingValues } from '../../src/experiment/run_pretraining_line.ts';
import { architectureOf, distillationRecipe, modelOfLine, pretrainingRecipe, teacherOfLine } from '../../src/experiment/run_pretraining_recipe.ts';
import { given } from '../../src/experiment/training_values.ts';
import { Fault } from '../../src/fault/fault.ts';
import { checkSameRecipe } from '../../src/worker/recipe_change.ts';
import { ROOT } from '../build_app.ts';
import { UsageError } from '../command_line/option.ts';
import type { Job } from './recipe_from.ts';
import { resolveFolder, resolveModel, type ResolvedModel } from './sources.ts';

/** A recipe with its folders, and what a person should know of how the line was read. */
export interface PretrainingJob extends Job {
  readonly notes: readonly string[];
}

/** The run of a line; UsageError where models, samples and options do not fit together, with the offer of the preset where a path is not there. */
export function runPretrainingJob(values: RunPretrainingValues): PretrainingJob {
  const tokenizer = values.tokenizer_name === undefined ? undefined : pathOf(values.tokenizer_name, '--tokenizer_name', resolveFolder);
  const samples = values.dataset_path === undefined ? undefined : samplesFolder(values);
  const sized = { ...values, ...given({ max_seq_length: values.max_seq_length ?? (samples === undefined ? undefined : lengthOf(samples)) }) };
  const { recipe: base, notes, folders } = values.distillation ? distillation(sized) : maskedWords(sized);
  const recipe: Recipe = {
    ...base,
    backend: values.backend ?? DEFAULT_RECIPE.backend,
    ...(samples === undefined ? {} : { data: { kind: 'folder', name: basename(samples) } }),
    ...(tokenizer === undefined ? {} : { tokenizer: { kind: 'folder', name: basename(tokenizer) } }),
  };
  return { recipe, folders: { ...folders, ...given({ data: samples, tokenizer }) }, notes };
}

function maskedWords(values: RunPretrainingValues): PretrainingJob {
  const model = modelAt(modelOfLine(values), '--model_name_or_path');
  const { recipe, notes } = pretrainingRecipe(values, model.layers ?? 1);
  const teacher = model.source.kind === 'scratch' ? { ...model.source, architecture: architectureOf(values) } : model.source;
  return { recipe: { ...recipe, teacher }, notes, folders: given({ teacher: model.folder }) };
}

function distillation(values: RunPretrainingValues): PretrainingJob {
  const teacher = modelAt(teacherOfLine(values), '--teacher_path');
  const { student_initialize: init } = values;
  const from = init === undefined || init === 'teacher' ? undefined : modelAt(init, '--student_initialize');
  const { recipe, notes } = distillationRecipe(values, { teacherLayers: teacher.layers, ...given({ initFrom: from?.source, initLayers: from?.layers }) });
  return { recipe: { ...recipe, teacher: teacher.source }, notes, folders: given({ teacher: teacher.folder, student: from?.folder }) };
}

const modelAt = (named: string, where: string): ResolvedModel => pathOf(named, where, (path) => resolveModel(path, where, DEFAULT_RECIPE.task));

/** What a path names, `~` being the person's own folder; errors offer the preset. */
function pathOf<T>(given: string, where: string, resolveAs: (path: string, where: string) => T): T {
  try {
    return resolveAs(given.replace(/^~(?=\/|$)/, homedir()), where);
  } catch (error) {
    throw offeringMini(error);
  }
}

function samplesFolder({ dataset_path: named = '', documents }: RunPretrainingValues): string {
  if (documents !== undefined) throw new UsageError('--documents', '--dataset_path or --documents, not both', 'both');
  const folder = pathOf(named, '--dataset_path', resolveFolder);
  if (existsSync(join(folder, SAMPLES_RECORD))) return folder;
  throw new UsageError('--dataset_path', `a folder that generate_samples has filled, with ${SAMPLES_RECORD}`, `"${named}" without it`, `Run generate_samples to its end. ${MINI_OFFER}`);
}

/** The length that the samples of a folder were made for. */
function lengthOf(folder: string): number | undefined {
  const path = join(folder, sampleFile('train', 0));
  if (!existsSync(path)) return undefined;
  const bytes = new Uint8Array(2 ** 17);
  const file = openSync(path, 'r');
  try {
    return headerOf(bytes.subarray(0, readSync(file, bytes)), path).header.max_seq_length;
  } finally {
    closeSync(file);
  }
}

/** An error about a model that could not be fetched, which offers the preset too. */
export function withMiniOffer(error: unknown): unknown {
  if (error instanceof UsageError || !(error instanceof Fault)) return error;
  return new Fault({ ...error.toReport(), remedy: `${error.remedy} ${MINI_OFFER}` });
}

const RECIPE = 'recipe.json';
const RESULTS = 'results.json';

/** Where a run writes, and the recipe of the one that was interrupted there, where there is one. */
export interface JobFolder {
  readonly folder: string;
  readonly interrupted?: Recipe;
}

/**
 * The folder of a line: `<output_dir>/<job_name>/<current_run_id>`, or that of the run which goes on.
 *
 * UsageError for one that holds the results of a run, or none of a run where the line says that one goes on; Fault
 * `recipe-changed` for one with another line.
 */
export function jobFolder({ output_dir, job_name = 'pretraining_experiment', current_run_id = '', load_training_checkpoint }: RunPretrainingValues, recipe: Recipe): JobFolder {
  const home = (output_dir ?? join(ROOT, 'runs')).replace(/^~(?=\/|$)/, homedir());
  const folder = resolve(load_training_checkpoint ?? join(home, job_name, current_run_id));
  if (existsSync(join(folder, RESULTS))) throw new UsageError(load_training_checkpoint === undefined ? '--current_run_id' : '--load_training_checkpoint', 'a run that is not finished', `"${folder}", which holds its results`, 'Name another --current_run_id or --job_name. To go on with its model, name the folder as --student_initialize or --model_name_or_path.');
  if (existsSync(join(folder, RECIPE))) {
    const interrupted = upgradeRecipe(JSON.parse(readFileSync(join(folder, RECIPE), 'utf8')) as StoredRecipe);
    checkSame(folder, interrupted, recipe);
    return { folder, interrupted };
  }
  if (load_training_checkpoint !== undefined) throw new UsageError('--load_training_checkpoint', `the folder of an interrupted run, with ${RECIPE}`, `"${load_training_checkpoint}" without it`, `To begin from a model, name its folder as --student_initialize or --model_name_or_path. ${MINI_OFFER}`);
  return { folder };
}

function checkSame(folder: string, before: Recipe, now: Recipe): void {
  try {
    checkSameRecipe(`in ${folder}`, before, now);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault({ ...error.toReport(), remedy: 'Give the options that the run began with, or name another --current_run_id or --job_name.' });
  }
}

/** Leaves the recipe in the folder of a run that begins, so that it is found again after an interrupt. */
export function writeRecipe(folder: string, recipe: Recipe): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, RECIPE), `${JSON.stringify(recipe, null, 2)}\n`);
}

/** Takes the recipe of a run that never began out of its folder, and the folder where it is empty then. */
export function dropRecipe(folder: string): void {
  if (existsSync(join(folder, RESULTS))) return;
  rmSync(join(folder, RECIPE), { force: true });
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}
