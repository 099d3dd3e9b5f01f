/** From the values of a command line to a recipe and the folders that it needs. */
import { basename } from 'node:path';
import { taskNamed } from '../../src/data/tasks.ts';
import { glueTraining } from '../../src/experiment/glue_recipes.ts';
import { bundledTeacher, DEFAULT_RECIPE, evenLayers, TABLE_EPOCHS } from '../../src/experiment/presets.ts';
import type { ModelSource, Recipe } from '../../src/experiment/recipe.ts';
import { studentOf } from '../../src/experiment/sweep.ts';
import { given, trainingOf } from '../../src/experiment/training_values.ts';
import { UsageError, type Values } from '../command_line/option.ts';
import { dataOf } from './data_from.ts';
import { resolveFolder, resolveModel, type ResolvedModel } from './sources.ts';
import type { TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';

type TrainingValues = Values<typeof TRAINING_OPTIONS>;

/** A recipe, and the folders of this machine that the page reads for it. */
export interface Job {
  readonly recipe: Recipe;
  readonly folders: { readonly teacher?: string; readonly data?: string; readonly tokenizer?: string; readonly student?: string };
}

/** What only a distilling command says. */
export interface StudentValues {
  readonly student_layers?: number;
  readonly init?: readonly number[] | 'random';
  readonly temperature?: number;
  readonly kd_weight?: number;
}

/** The recipe of `distill`. UsageError when student, teacher, tokenizer and data do not fit together. */
export function distillJob(values: TrainingValues & StudentValues & { readonly teacher?: string }): Job {
  const task = values.task ?? DEFAULT_RECIPE.task;
  const teacher = modelOf(values.teacher, '--teacher', task);
  const student = studentOf(values, teacher.layers);
  const { temperature, kd_weight } = values;
  const parameters = given({ temperature, kd_weight });
  const stages = DEFAULT_RECIPE.stages.map((stage) => ({ ...stage, objectives: stage.objectives.map((term) => ({ ...term, parameters: { ...term.parameters, ...parameters } })) }));
  const name = `${task}-${student.num_hidden_layers}-layers-seed-${values.seed ?? DEFAULT_RECIPE.training.seed}`;
  return jobOf(values, teacher, { ...DEFAULT_RECIPE, name, task, student, stages });
}

/** The recipe of `finetune`: the whole model on one task, nothing else beside it. */
export function finetuneJob(values: TrainingValues & { readonly model: string }): Job {
  const task = values.task ?? DEFAULT_RECIPE.task;
  const model = modelOf(values.model, '--model', task);
  const layers = model.layers ?? DEFAULT_RECIPE.student.num_hidden_layers;
  const student = { num_hidden_layers: layers, init: { kind: 'layers', layers: evenLayers(layers, layers) } } as const;
  const name = `${task}-finetune-seed-${values.seed ?? DEFAULT_RECIPE.training.seed}`;
  return jobOf(values, model, { ...DEFAULT_RECIPE, kind: 'finetune', name, task, student, stages: [], baselines: false });
}

/** A recipe with the data, the tokenizer, the model and the training arguments of the options; UsageError where they do not fit. */
export function jobOf(values: TrainingValues, model: ResolvedModel, base: Recipe): Job {
  const data = dataOf(values);
  const tokenizer = values.tokenizer === undefined ? undefined : resolveFolder(values.tokenizer, '--tokenizer');
  if (model.source.kind === 'scratch' && data.source.kind === 'folder' && tokenizer === undefined) {
    throw new UsageError('--tokenizer', 'a folder, since a model from scratch brings none', 'nothing', 'Name the folder of a tokenizer.');
  }
  const folders = { teacher: model.folder, data: data.folder, tokenizer };
  const usual = data.source.kind === 'folder' ? { ...base.training, num_train_epochs: TABLE_EPOCHS } : base.training;
  const published = values.recipe === undefined ? {} : glueTraining(values.recipe, taskNamed(base.task));
  const recipe: Recipe = {
    ...base,
    data: data.source,
    teacher: model.source,
    training: trainingOf(values, { ...usual, ...published }),
    backend: values.backend ?? DEFAULT_RECIPE.backend,
    ...(tokenizer === undefined ? {} : { tokenizer: folderSource(tokenizer) }),
  };
  return { recipe, folders: given(folders) };
}

/** The model that an option names, or the task's bundled teacher. */
export function modelOf(named: string | undefined, where: string, task: string): ResolvedModel {
  const fallback = bundledTeacher(task);
  return resolveModel(named ?? (fallback.kind === 'bundled' ? fallback.name : ''), where, task);
}

function folderSource(folder: string): ModelSource {
  return { kind: 'folder', name: basename(folder) };
}
