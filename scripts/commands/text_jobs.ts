/** The recipes of `pretrain`: masked language modelling, or the distillation of a student on text. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { SAMPLES_RECORD } from '../../src/corpus/samples_record.ts';
import { BUNDLED_BASE, DEFAULT_RECIPE, evenLayers, MINI_GLUE, TEXT_RECIPE } from '../../src/experiment/presets.ts';
import type { DataSource, Recipe } from '../../src/experiment/recipe.ts';
import { initSlug } from '../../src/experiment/recipe_words.ts';
import { DROPOUT, studentOf, widthsOf } from '../../src/experiment/sweep.ts';
import { TEXT_STUDENT_OPTIONS, type TEXT_OPTIONS } from '../../src/experiment/text_options.ts';
import { textStages } from '../../src/experiment/text_stages.ts';
import type { TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { given, trainingOf } from '../../src/experiment/training_values.ts';
import { UsageError, type Values } from '../command_line/option.ts';
import { jobOf, type Job } from './recipe_from.ts';
import { resolveFolder, resolveModel } from './sources.ts';

/** Documents of the corpus unless they are given; a student needs fewer than a model from random weights. */
export const DOCUMENTS = 20_000;
export const STUDENT_DOCUMENTS = TEXT_RECIPE.data.kind === 'mini-glue' ? TEXT_RECIPE.data.train_rows : DOCUMENTS;

/** What is pretrained where nothing else is named. */
export const SHAPE = 'scratch:12x64';

/** What a line of `pretrain` says. */
export type PretrainValues = Values<typeof TRAINING_OPTIONS & typeof TEXT_OPTIONS> & { readonly model?: string; readonly documents?: number; readonly shards?: string; readonly init?: readonly number[] | 'random' };

/** The recipe of `pretrain`, and what a person should know of how its line was read. UsageError for options that do not fit together. */
export function pretrainJob(values: PretrainValues): Job & { readonly notes: readonly string[] } {
  return values.teacher === undefined ? maskedWords(values) : distillation(values, values.teacher);
}

/** Masked language modelling from random weights, or further from a model. */
function maskedWords(values: PretrainValues): Job & { readonly notes: readonly string[] } {
  const [misplaced] = Object.keys(TEXT_STUDENT_OPTIONS).filter((name) => values[name as keyof typeof TEXT_STUDENT_OPTIONS] !== undefined);
  if (misplaced) throw new UsageError(`--${misplaced}`, 'a --teacher beside it', 'none', `Name the model to distil, e.g. --teacher ${BUNDLED_BASE}.`);
  if (values.init === 'random') throw new UsageError('--init', 'layer numbers such as 0,1,2', '"random"', 'Without --teacher, --model scratch:LAYERSxWIDTH begins at random.');
  const model = resolveModel(values.model ?? SHAPE, '--model', DEFAULT_RECIPE.task);
  const layers = values.init ?? evenLayers(model.layers ?? 1, model.layers ?? 1);
  const student = { num_hidden_layers: layers.length, init: { kind: 'layers', layers } } as const;
  const name = `pretrain-seed-${values.seed ?? DEFAULT_RECIPE.training.seed}`;
  const base: Recipe = { ...DEFAULT_RECIPE, kind: 'pretrain', name, student, stages: [], baselines: false };
  return { ...onCorpus(values, jobOf(withoutRows(values), model, base), DOCUMENTS), notes: [] };
}

/** A student that learns from a teacher on text. */
function distillation(values: PretrainValues, named: string): Job & { readonly notes: readonly string[] } {
  if (values.model !== undefined) throw new UsageError('--model', '--teacher or --model, not both', `"${values.model}" beside --teacher`, 'Name the student’s beginning by --init and --init_from.');
  const teacher = resolveModel(named, '--teacher', DEFAULT_RECIPE.task);
  const from = values.init_from === undefined ? undefined : resolveModel(values.init_from, '--init_from', DEFAULT_RECIPE.task);
  const student = { ...studentOf(values, from?.layers ?? teacher.layers, from?.source), ...given(widthsOf(values)) };
  const training = trainingOf(values, { ...TEXT_RECIPE.training, ...given({ aug: values.aug }) });
  const method = values.method ?? 'masked_lm_distill';
  const knobs = { kd_weight: 0.5, ...values, mapping: values.mapping ?? values.layer_selection };
  const { stages, notes } = textStages(method, knobs, training, { student: student.num_hidden_layers, teacher: teacher.layers ?? Infinity });
  const fidelity = values.fidelity ?? 'corrected';
  const name = ['text', method.replace(/[^\w.-]+/g, '-'), initSlug(student), 'seed', training.seed].join('-');
  const base: Recipe = { ...TEXT_RECIPE, name, student, stages, fidelity, training, baselines: values.baselines !== 'off', dropout: DROPOUT[values.dropout ?? (fidelity === 'released' ? 'both' : 'student')] };
  const job = onCorpus(values, jobOf(withoutRows(values), teacher, base), STUDENT_DOCUMENTS);
  return { ...job, folders: { ...job.folders, ...given({ student: from?.folder }) }, notes };
}

const withoutRows = (values: PretrainValues) => ({ ...values, train_rows: undefined, dev_rows: undefined });

/** On the samples of a folder, or on the generated corpus. UsageError for a folder without samples, and for options of the corpus beside it. */
function onCorpus({ data_seed, documents, shards }: PretrainValues, job: Job, usual: number): Job {
  if (shards !== undefined) {
    if (documents !== undefined) throw new UsageError('--documents', '--shards or --documents, not both', 'both');
    const folder = resolveFolder(shards, '--shards');
    if (!existsSync(join(folder, SAMPLES_RECORD))) throw new UsageError('--shards', `a folder that generate_samples has filled, with ${SAMPLES_RECORD}`, `"${shards}" without it`, 'Run generate_samples to its end.');
    return { recipe: { ...job.recipe, data: { kind: 'folder', name: basename(folder) } }, folders: { ...job.folders, data: folder } };
  }
  const data: DataSource = { ...MINI_GLUE, seed: data_seed ?? MINI_GLUE.seed, train_rows: documents ?? usual };
  return { ...job, recipe: { ...job.recipe, data } };
}
