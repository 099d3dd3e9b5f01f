/** The recipes of `pretrain`, masked language modelling or the distillation of a student on text, with the folders that they read. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SAMPLES_RECORD } from '../../src/corpus/samples_record.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { corpusOf, maskedWordsRecipe, SHAPE, textDistillationRecipe, type PretrainValues } from '../../src/experiment/text_recipe.ts';
import { given } from '../../src/experiment/training_values.ts';
import { UsageError } from '../command_line/option.ts';
import { jobOf, type Job } from './recipe_from.ts';
import { resolveFolder, resolveModel, type ResolvedModel } from './sources.ts';

export type { PretrainValues } from '../../src/experiment/text_recipe.ts';

/** The recipe of `pretrain`, and what a person should know of how its line was read. UsageError for options that do not fit together. */
export function pretrainJob(values: PretrainValues): Job & { readonly notes: readonly string[] } {
  return values.teacher === undefined ? maskedWords(values) : distillationJob(values, resolveModel(values.teacher, '--teacher', DEFAULT_RECIPE.task));
}

/** Masked language modelling from random weights, or further from a model. */
function maskedWords(values: PretrainValues): Job & { readonly notes: readonly string[] } {
  const model = resolveModel(values.model ?? SHAPE, '--model', DEFAULT_RECIPE.task);
  const base = maskedWordsRecipe(values, model.layers ?? 1);
  return { ...onCorpus(values, jobOf(withoutRows(values), model, base)), notes: [] };
}

/** A student that learns from a teacher on text; the folder of the teacher may be made later. */
export function distillationJob(values: PretrainValues, teacher: ResolvedModel): Job & { readonly notes: readonly string[] } {
  const from = values.init_from === undefined ? undefined : resolveModel(values.init_from, '--init_from', DEFAULT_RECIPE.task);
  const { recipe: base, notes } = textDistillationRecipe(values, { teacherLayers: teacher.layers, ...given({ initFrom: from?.source, initLayers: from?.layers }) });
  const job = onCorpus(values, jobOf(withoutRows(values), teacher, base));
  return { ...job, folders: { ...job.folders, ...given({ student: from?.folder }) }, notes };
}

const withoutRows = (values: PretrainValues) => ({ ...values, train_rows: undefined, dev_rows: undefined });

/** On the samples of a folder, or on the generated corpus. UsageError for a folder without samples, and for options of the corpus beside it. */
function onCorpus(values: PretrainValues, job: Job): Job {
  const { documents, shards } = values;
  if (shards === undefined) return { ...job, recipe: { ...job.recipe, data: corpusOf(values) } };
  if (documents !== undefined) throw new UsageError('--documents', '--shards or --documents, not both', 'both');
  const folder = resolveFolder(shards, '--shards');
  if (!existsSync(join(folder, SAMPLES_RECORD))) throw new UsageError('--shards', `a folder that generate_samples has filled, with ${SAMPLES_RECORD}`, `"${shards}" without it`, 'Run generate_samples to its end.');
  return { recipe: { ...job.recipe, data: { kind: 'folder', name: basename(folder) } }, folders: { ...job.folders, data: folder } };
}
