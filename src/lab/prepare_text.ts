import type { Example } from '../data/task.ts';
import { taskNamed } from '../data/tasks.ts';
import { learnsNextSentences } from '../experiment/objective_catalogue.ts';
import { BUNDLED_BASE } from '../experiment/presets.ts';
import type { DataSource, Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import { Fault } from '../fault/fault.ts';
import type { Head } from '../model/config.ts';
import { initialiseStudent, studentConfig } from '../model/student_init.ts';
import type { Weights } from '../model/weights.ts';
import { deviceLimits } from '../tensor/limits.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { alternating, DEV_ROWS, nextSentencePairs, WATCHED_ROWS, writeTexts } from './corpus_texts.ts';
import { encodeAll } from './encode.ts';
import { fromScratch } from './fitting.ts';
import { checkLength, checkObjectives } from './limits.ts';
import { readSamplesFolder } from './samples_folder.ts';
import type { EncodedData, Session } from './session.ts';
import { checkMemory } from './memory_check.ts';
import { folderOf, keptSamples, loadInit, loadModel, type Shelf } from './sources.ts';
import { shapeNotes } from './student.ts';
import { checkTextHeads, textHeads } from './text_heads.ts';
import { checkFit, tokenizerFor, type NamedTokenizer } from './tokenizers.ts';

type GeneratedData = Extract<DataSource, { kind: 'mini-glue' }>;
type FolderData = Extract<DataSource, { kind: 'folder' }>;

/** The session of a pretraining run: a model that goes on with masked words, or begins with them, beside next sentences where a stage says so. */
export async function preparePretraining(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  if (recipe.stages.length > 0) checkObjectives(recipe);
  const loaded = await loadModel(recipe.teacher, shelf);
  const named = await tokenizerFor(recipe, loaded, shelf);
  checkTextHeads(recipe, loaded.weights.config);
  for (const text of newHeads(recipe, loaded.weights)) shelf.emit({ type: 'note', text });
  return sessionOf(recipe, { start: textWeights(loaded.weights, recipe, named.tokenizer) }, named, shelf, gate);
}

/** The session of a distillation on text; Fault `no-masked-lm` for a teacher that does not predict masked words. */
export async function prepareTextDistillation(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  checkObjectives(recipe);
  const loaded = await loadModel(recipe.teacher, shelf);
  if (!loaded.weights.heads.includes('masked-lm')) throw noMaskedLm(recipe);
  const named = await tokenizerFor(recipe, loaded, shelf);
  const start = loaded.weights;
  const initFrom = await loadInit(recipe, shelf, start);
  checkTextHeads(recipe, (initFrom ?? start).config);
  for (const text of shapeNotes(recipe, start.config, initFrom?.config)) shelf.emit({ type: 'note', text });
  return sessionOf(recipe, { start, ...(initFrom ? { initFrom } : {}) }, named, shelf, gate);
}

/**
 * Models, tokenizer and texts of a run as token ids: samples of a folder, or neighbouring sentences of the documents of the
 * generated corpus.
 *
 * `data.train_rows` counts documents. Every second text is a pair, so that the second segment is met before any task
 * is; where next sentences are learned, every one.
 */
async function sessionOf(recipe: Recipe, models: Pick<Session, 'start' | 'initFrom'>, named: NamedTokenizer, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  const { tokenizer } = named;
  const { config } = models.start;
  checkFit(recipe, named, config, shelf);
  checkLength(recipe, config, 5);
  checkMemory(recipe, config, textHeads(recipe), false, deviceLimits(), (text) => shelf.emit({ type: 'note', text }));
  const data = await (recipe.data.kind === 'folder' ? samplesOf(recipe, recipe.data, tokenizer, shelf, gate) : corpusOf(recipe, recipe.data, tokenizer, shelf, gate));
  return { task: taskNamed(recipe.task), tokenizer, data, ...models, teacherUntrained: false, teacherRows: [] };
}

/** Neighbouring sentences of the generated corpus; the last texts are held out. */
async function corpusOf(recipe: Recipe, { seed, train_rows }: GeneratedData, tokenizer: Tokenizer, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedData> {
  const { max_seq_length: maxLength } = recipe.training;
  const texts = await writeTexts(seed, train_rows, maxLength, shelf, gate);
  const { train, tuning, dev } = learnsNextSentences(recipe) ? nextSentencePairs(texts, seed) : alternating(texts);
  const set = (examples: readonly Example[]) => ({ name: 'the corpus', examples });
  return encodeAll({ train: set(train), tuning: set(tuning), dev: set(dev) }, { tokenizer, maxLength }, shelf, gate);
}

/** Samples of a folder that `generate_samples` made, whose masks are fixed; those of its test shards are held out. */
async function samplesOf(recipe: Recipe, data: FolderData, tokenizer: Tokenizer, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedData> {
  const folder = data.samples === undefined ? folderOf(data, shelf.given.data, shelf)! : await keptSamples(data.samples, data.name, shelf);
  return readSamplesFolder(folder, { tokenizer, maxLength: recipe.training.max_seq_length, nextSentence: learnsNextSentences(recipe), watched: WATCHED_ROWS, held: DEV_ROWS }, shelf, gate);
}

/** Random weights for a model from scratch; otherwise the model's layers as the recipe names them, in any order and number. */
function textWeights({ heads, config, tensors }: Weights, recipe: Recipe, tokenizer: Tokenizer): Weights {
  if (tensors.size === 0) return fromScratch(config, textHeads(recipe), tokenizer.vocabSize, recipe);
  const { student, training } = recipe;
  const layers = student.init.kind === 'layers' ? student.init.layers : [];
  return initialiseStudent({ heads, config, tensors }, studentConfig(config, student.num_hidden_layers), layers, training.seed, textHeads(recipe)).weights;
}

/** What a person should know of heads that a loaded model lacks. */
function newHeads(recipe: Recipe, { heads, tensors }: Weights): string[] {
  const words: Readonly<Partial<Record<Head, string>>> = { 'masked-lm': 'masked words', 'next-sentence': 'next sentences' };
  const lacking = textHeads(recipe).filter((head) => tensors.size > 0 && !heads.includes(head));
  return lacking.map((head) => `${sourceName(recipe.teacher)} has no head for ${words[head]}: it starts with a random one.`);
}

const noMaskedLm = ({ teacher }: Recipe) =>
  new Fault({ code: 'no-masked-lm', where: `teacher ${sourceName(teacher)}`, expected: 'a model that predicts masked words', got: 'one without such a head', remedy: `Choose a pretrained model, such as ${BUNDLED_BASE}: a finetuned one has lost its head.` });
