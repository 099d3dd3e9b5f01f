import { readGlueFolder } from '../data/glue.ts';
import { miniGlue } from '../data/mini_glue/index.ts';
import type { Example, TaskData, TaskSpec } from '../data/task.ts';
import { modelLabels, taskOf } from '../data/tasks.ts';
import { TEACHER_ROWS } from '../experiment/presets.ts';
import type { DataSource, Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Weights } from '../model/weights.ts';
import { deviceLimits } from '../tensor/limits.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { encodeAll } from './encode.ts';
import { fitted, fromScratch, type Fitted } from './fitting.ts';
import { limitedRows } from './limited_rows.ts';
import { checkLength, checkObjectives } from './limits.ts';
import { Progress } from './progress.ts';
import type { Session } from './session.ts';
import { shapeNotes } from './student.ts';
import { preparePretraining, prepareTextDistillation } from './prepare_text.ts';
import { checkMemory, longestBatch } from './memory_check.ts';
import { folderOf, loadInit, loadModel, type Shelf } from './sources.ts';
import { checkFit, tokenizerFor } from './tokenizers.ts';

/** The tuning rows that are cut out of a file are the same in every run, whatever its seed. */
const SPLIT_SEED = 0;

/**
 * Resolves everything that a recipe names and checks that it fits together; `gate` is waited for between slices of long
 * work. Faults and FormatErrors say what does not fit; no tensor is uploaded.
 */
export function prepare(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  return PREPARE[recipe.kind](recipe, shelf, gate);
}

const PREPARE: Readonly<Record<Recipe['kind'], typeof prepareTask>> = { distill: prepareTask, finetune: prepareTask, pretrain: preparePretraining, 'distill-text': prepareTextDistillation };

async function prepareTask(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  const task = taskOf(recipe);
  if (recipe.kind === 'distill') checkObjectives(recipe);
  const { start, tokenizer, trained } = await loadStart(recipe, shelf);
  const teacherUntrained = recipe.kind === 'distill' && !trained;
  const initFrom = recipe.kind === 'distill' ? await loadInit(recipe, shelf, start) : undefined;
  const memoryAt = (length: number, tell: (text: string) => void, scoredLength = length) =>
    checkMemory({ ...recipe, training: { ...recipe.training, max_seq_length: length } }, start.config, ['classification'], teacherUntrained, deviceLimits(), tell, scoredLength);
  memoryAt(recipe.training.max_seq_length, () => undefined);
  if (recipe.kind === 'distill') for (const text of shapeNotes(recipe, start.config, initFrom?.config)) shelf.emit({ type: 'note', text });
  const rows = limitedRows(await taskRows(task, recipe.data, shelf, gate), recipe.training);
  const source = `${task.name}, ${recipe.data.kind === 'mini-glue' ? 'generated' : recipe.data.name}`;
  const set = (what: string, examples: readonly Example[]) => ({ name: `the ${what} rows of ${source}`, examples });
  const sets = {
    train: set('training', rows.train),
    tuning: set('tuning', rows.tuning),
    dev: set('dev', rows.dev),
    mismatched: set('mismatched', rows.mismatched ?? []),
    teacher: set('teacher’s', teacherUntrained ? await teacherExamples(task, recipe.data, rows, shelf, gate) : []),
  };
  const { teacher: teacherRows, mismatched, ...encoded } = await encodeAll(sets, { tokenizer, maxLength: recipe.training.max_seq_length }, shelf, gate);
  memoryAt(longestBatch(recipe.training, [...encoded.train, ...teacherRows]), (text) => shelf.emit({ type: 'note', text }), longestBatch({ max_seq_length: recipe.training.max_seq_length }, [...encoded.tuning, ...encoded.dev, ...mismatched]));
  const data = { ...encoded, ...(rows.mismatched ? { mismatched } : {}) };
  return { task, tokenizer, data, start, ...(initFrom ? { initFrom } : {}), teacherUntrained, teacherRows };
}

/** The recipe's model as a classifier of its task, with its tokenizer; all is checked against the recipe. */
export async function loadStart(recipe: Recipe, shelf: Shelf): Promise<{ start: Weights; tokenizer: Tokenizer; trained: boolean }> {
  const task = taskOf(recipe);
  const loaded = await loadModel(recipe.teacher, shelf);
  const named = await tokenizerFor(recipe, loaded, shelf);
  const { weights: start, trained, note } = startFrom(loaded.weights, recipe, task, named.tokenizer);
  checkFit(recipe, named, start.config, shelf);
  checkLength(recipe, start.config, task.textPair === undefined ? 3 : 5);
  if (note !== undefined) shelf.emit({ type: 'note', text: note });
  return { start, tokenizer: named.tokenizer, trained };
}

function startFrom(loaded: Weights, recipe: Recipe, task: TaskSpec, tokenizer: Tokenizer): Fitted {
  if (loaded.tensors.size > 0) return fitted(loaded, recipe, task, sourceName(recipe.teacher));
  const config: ModelConfig = { ...loaded.config, labels: modelLabels(task), finetuning_task: task.name };
  return { weights: fromScratch(config, ['classification'], tokenizer.vocabSize, recipe), trained: false };
}

/** The rows of a task from where a recipe has them; throws what reading its tables throws. */
export async function taskRows(task: TaskSpec, data: DataSource, shelf: Shelf, gate: () => Promise<void>): Promise<TaskData> {
  if (data.kind === 'folder') {
    return readGlueFolder(task, folderOf(data, shelf.given.data, shelf)!, { ...data, seed: SPLIT_SEED, onNote: (text) => shelf.emit({ type: 'note', text }), onBytes: readingBytes(shelf), gate });
  }
  await gate();
  const { seed, train_rows, dev_rows } = data;
  return miniGlue(task, { seed, train_rows, dev_rows, onProgress: writing('Writing the rows', shelf) });
}

async function teacherExamples(task: TaskSpec, data: DataSource, rows: TaskData, shelf: Shelf, gate: () => Promise<void>): Promise<readonly Example[]> {
  if (data.kind === 'folder') return rows.train;
  await gate();
  return miniGlue(task, { seed: data.seed, train_rows: TEACHER_ROWS, dev_rows: 1, onProgress: writing("Writing the teacher's rows", shelf) }).train;
}

/** Tells how much of a table was read. */
function readingBytes(shelf: Shelf): (where: string, done: number, total: number) => void {
  let progress: Progress | undefined;
  return (where, done, total) => {
    const label = `Reading ${where}`;
    if (progress?.label !== label) progress = new Progress(label, total, shelf.now, (event) => shelf.emit(event));
    progress.at(done);
  };
}

/** Tells the progress of a generator; the page hears it while the worker writes. */
function writing(label: string, shelf: Shelf): (done: number, total: number) => void {
  let progress: Progress | undefined;
  return (done, total) => (progress ??= new Progress(label, total, shelf.now, (event) => shelf.emit(event))).at(done);
}
