import { FormatError } from '../formats/format_error.ts';
import { readGlueFolder } from '../data/glue.ts';
import { miniGlue } from '../data/mini_glue/index.ts';
import type { Example, TaskData, TaskSpec } from '../data/task.ts';
import { taskNamed } from '../data/tasks.ts';
import { TEACHER_ROWS } from '../experiment/presets.ts';
import type { DataSource, Recipe } from '../experiment/recipe.ts';
import { readTokenizerFiles } from '../hub/model_folder.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialValues, parameterSpecs } from '../model/parameters.ts';
import { randomWeights, type Weights } from '../model/weights.ts';
import { checkTokenizerFitsModel, Tokenizer } from '../tokenizer/tokenizer.ts';
import { encodeAll } from './encode.ts';
import type { Session } from './session.ts';
import { preparePretraining } from './prepare_pretraining.ts';
import { folderOf, loadModel, type LoadedSource, type Shelf } from './sources.ts';

/** The tuning rows that are cut out of a file are the same in every run, whatever its seed. */
const SPLIT_SEED = 0;

/** Resolves everything that a recipe names; `gate` is waited for between slices of long work. */
export function prepare(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  return recipe.kind === 'pretrain' ? preparePretraining(recipe, shelf, gate) : prepareTask(recipe, shelf, gate);
}

async function prepareTask(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  const task = taskNamed(recipe.task);
  const { start, tokenizer, trained } = await loadStart(recipe, shelf);
  const teacherUntrained = recipe.kind === 'distill' && !trained;
  const rows = await taskRows(task, recipe.data, shelf, gate);
  const encode = (label: string, examples: readonly Example[]) => encodeAll(label, examples, tokenizer, recipe.training.max_seq_length, shelf, gate);
  const data = {
    train: await encode('Tokenising the training rows', rows.train),
    tuning: await encode('Tokenising the tuning rows', rows.tuning),
    dev: await encode('Tokenising the dev rows', rows.dev),
  };
  const teacherRows = teacherUntrained ? await encode("Tokenising the teacher's rows", await teacherExamples(task, recipe.data, rows, gate)) : [];
  return { task, tokenizer, data, start, teacherUntrained, teacherRows };
}

/** The recipe's model as a classifier of its task, with its tokenizer; both are checked against each other. */
export async function loadStart(recipe: Recipe, shelf: Shelf): Promise<{ start: Weights; tokenizer: Tokenizer; trained: boolean }> {
  const task = taskNamed(recipe.task);
  const loaded = await loadModel(recipe.teacher, shelf);
  const tokenizer = await tokenizerFor(recipe, loaded, shelf);
  const start = fitted(loaded.weights, recipe, task, tokenizer);
  checkTokenizerFitsModel(tokenizer, start.config, `${describe(recipe.teacher)} with its tokenizer`);
  return { start, tokenizer, trained: isTrainedOn(loaded.weights, task) };
}

const describe = (source: Recipe['teacher']): string => ('name' in source ? source.name : source.kind);

export async function tokenizerFor(recipe: Recipe, loaded: LoadedSource, shelf: Shelf): Promise<Tokenizer> {
  const folder = recipe.tokenizer && folderOf(recipe.tokenizer, shelf.given.tokenizer, shelf);
  const files = folder ? await readTokenizerFiles(folder) : loaded.tokenizerFiles;
  const where = folder?.name ?? describe(recipe.teacher);
  if (files.size > 0) return Tokenizer.fromFiles(files, where);
  throw new FormatError('MissingFile', where, 'a tokenizer: tokenizer.json, or vocab.txt with tokenizer_config.json', 'none of these files', 'Add the tokenizer files to the folder, or give a tokenizer folder of its own.');
}

/** A model counts as finetuned on the task when it has a classification head with the task's number of classes. */
function isTrainedOn({ heads, config }: Weights, task: TaskSpec): boolean {
  const otherTask = config.finetuning_task !== undefined && config.finetuning_task !== task.name;
  return heads.includes('classification') && config.labels.length === task.labels.length && !otherTask;
}

/**
 * The loaded weights as a classifier of the task: a head that is missing is initialised, labels are checked.
 *
 * FormatError UnknownLabel when the model's label words are the task's in another order, or other words altogether.
 */
function fitted(loaded: Weights, recipe: Recipe, task: TaskSpec, tokenizer: Tokenizer): Weights {
  const config: ModelConfig = { ...loaded.config, labels: task.labels, finetuning_task: task.name };
  if (loaded.tensors.size === 0) return randomWeights({ ...config, vocab_size: tokenizer.vocabSize }, ['classification'], recipe.training.seed);
  if (isTrainedOn(loaded, task)) {
    checkLabels(loaded.config.labels, task, describe(recipe.teacher));
    return { ...loaded, config };
  }
  const specs = parameterSpecs(config, ['classification']);
  const keep = (name: string) => (name.startsWith('classifier.') ? undefined : loaded.tensors.get(name));
  const tensors = new Map(specs.map((spec) => [spec.name, keep(spec.name) ?? { shape: spec.shape, data: initialValues(spec, config, recipe.training.seed) }]));
  return { config, heads: ['classification'], tensors };
}

function checkLabels(labels: readonly string[], task: TaskSpec, where: string): void {
  const unnamed = labels.every((label, id) => label === `LABEL_${id}`);
  if (unnamed || labels.join() === task.labels.join()) return;
  throw new FormatError('UnknownLabel', `${where}/config.json, id2label`, `the labels of ${task.name} in this order: ${task.labels.join(', ')}`, labels.join(', '), 'Choose a model that was finetuned on this task, or correct id2label.');
}

async function taskRows(task: TaskSpec, data: DataSource, shelf: Shelf, gate: () => Promise<void>): Promise<TaskData> {
  if (data.kind === 'folder') return readGlueFolder(task, folderOf(data, shelf.given.data, shelf)!, { seed: SPLIT_SEED });
  await gate();
  return miniGlue(task, { seed: data.seed, train_rows: data.train_rows, dev_rows: data.dev_rows });
}

async function teacherExamples(task: TaskSpec, data: DataSource, rows: TaskData, gate: () => Promise<void>): Promise<readonly Example[]> {
  if (data.kind === 'folder') return rows.train;
  await gate();
  return miniGlue(task, { seed: data.seed, train_rows: TEACHER_ROWS, dev_rows: 1 }).train;
}
