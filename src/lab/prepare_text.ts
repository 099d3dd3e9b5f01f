import { corpus } from '../data/mini_glue/index.ts';
import type { Example } from '../data/task.ts';
import { taskNamed } from '../data/tasks.ts';
import { BUNDLED_BASE } from '../experiment/presets.ts';
import type { DataSource, Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import { Fault } from '../fault/fault.ts';
import type { Folder } from '../hub/folder.ts';
import { initialiseStudent, studentConfig } from '../model/student_init.ts';
import type { Weights } from '../model/weights.ts';
import { deviceLimits } from '../tensor/limits.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { encodeAll } from './encode.ts';
import { fromScratch } from './fitting.ts';
import { checkLength, checkObjectives } from './limits.ts';
import { Progress } from './progress.ts';
import { readSamplesFolder } from './samples_folder.ts';
import type { EncodedData, Session } from './session.ts';
import { checkMemory } from './memory_check.ts';
import { folderOf, loadInit, loadModel, type Shelf } from './sources.ts';
import { shapeNotes } from './student.ts';
import { checkFit, tokenizerFor, type NamedTokenizer } from './tokenizers.ts';

/** Texts of held-out documents that a model is scored on, and watched on; of a small corpus together a third at most. */
const DEV_ROWS = 1000;
const WATCHED_ROWS = 400;
const HELD_SHARE = 1 / 3;

type GeneratedData = Extract<DataSource, { kind: 'mini-glue' }>;
type FolderData = Extract<DataSource, { kind: 'folder' }>;

/** The session of a pretraining run: a model that goes on with masked words, or begins with them. */
export async function preparePretraining(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  const loaded = await loadModel(recipe.teacher, shelf);
  const named = await tokenizerFor(recipe, loaded, shelf);
  return sessionOf(recipe, { start: maskedLmWeights(loaded.weights, recipe, named.tokenizer) }, named, shelf, gate);
}

/** The session of a distillation on text; Fault `no-masked-lm` for a teacher that does not predict masked words. */
export async function prepareTextDistillation(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  checkObjectives(recipe);
  const loaded = await loadModel(recipe.teacher, shelf);
  if (!loaded.weights.heads.includes('masked-lm')) throw noMaskedLm(recipe);
  const named = await tokenizerFor(recipe, loaded, shelf);
  const start = loaded.weights;
  const initFrom = await loadInit(recipe, shelf, start);
  for (const text of shapeNotes(recipe, start.config, initFrom?.config)) shelf.emit({ type: 'note', text });
  return sessionOf(recipe, { start, ...(initFrom ? { initFrom } : {}) }, named, shelf, gate);
}

/**
 * Models, tokenizer and texts of a run as token ids: samples of a folder, or neighbouring sentences of the documents of the
 * generated corpus.
 *
 * `data.train_rows` counts documents. Every second text is a pair, so that the second segment is met before any task
 * is.
 */
async function sessionOf(recipe: Recipe, models: Pick<Session, 'start' | 'initFrom'>, named: NamedTokenizer, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  const { tokenizer } = named;
  const { config } = models.start;
  checkFit(recipe, named, config, shelf);
  checkLength(recipe, config, 5);
  checkMemory(recipe, config, ['masked-lm'], false, deviceLimits(), (text) => shelf.emit({ type: 'note', text }));
  const data = await (recipe.data.kind === 'folder' ? samplesOf(recipe, recipe.data, tokenizer, shelf, gate) : corpusOf(recipe.data, tokenizer, recipe.training.max_seq_length, shelf, gate));
  return { task: taskNamed(recipe.task), tokenizer, data, ...models, teacherUntrained: false, teacherRows: [] };
}

/** Neighbouring sentences of the generated corpus; the last texts are held out. */
async function corpusOf({ seed, train_rows }: GeneratedData, tokenizer: Tokenizer, maxLength: number, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedData> {
  const { train, tuning, dev } = splitTexts(await writeCorpus(seed, train_rows, maxLength, shelf, gate));
  const set = (examples: readonly Example[]) => ({ name: 'the corpus', examples });
  return encodeAll({ train: set(train), tuning: set(tuning), dev: set(dev) }, { tokenizer, maxLength }, shelf, gate);
}

/** Samples of a folder that `generate_samples` made, whose masks are fixed; those of its test shards are held out. */
async function samplesOf(recipe: Recipe, data: FolderData, tokenizer: Tokenizer, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedData> {
  const folder = data.samples === undefined ? folderOf(data, shelf.given.data, shelf)! : await keptSamples(data.samples, data.name, shelf);
  return readSamplesFolder(folder, { tokenizer, maxLength: recipe.training.max_seq_length, watched: WATCHED_ROWS, held: DEV_ROWS }, shelf, gate);
}

/** A set of samples that the browser keeps; Fault `no-such-samples` when there is none. */
async function keptSamples(id: string, name: string, shelf: Shelf): Promise<Folder> {
  const folder = await shelf.samples?.(id, name);
  if (folder) return folder;
  throw new Fault({ code: 'no-such-samples', where: `samples ${name}`, expected: 'a place that keeps sets of samples', got: 'none', remedy: 'Export the set on the page, and name its folder with --shards.' });
}

/** The last texts are held out. */
function splitTexts(texts: readonly Example[]): { train: readonly Example[]; tuning: readonly Example[]; dev: readonly Example[] } {
  const held = Math.min(DEV_ROWS + WATCHED_ROWS, Math.floor(HELD_SHARE * texts.length));
  const [from, middle] = [texts.length - held, texts.length - Math.ceil((held * DEV_ROWS) / (DEV_ROWS + WATCHED_ROWS))];
  return { train: texts.slice(0, from), tuning: texts.slice(from, middle), dev: texts.slice(middle) };
}

/** Random weights for a model from scratch; otherwise the model's layers as the recipe names them, in any order and number. */
function maskedLmWeights({ heads, config, tensors }: Weights, recipe: Recipe, tokenizer: Tokenizer): Weights {
  if (tensors.size === 0) return fromScratch(config, ['masked-lm'], tokenizer.vocabSize, recipe);
  const { student, training } = recipe;
  const layers = student.init.kind === 'layers' ? student.init.layers : [];
  return initialiseStudent({ heads, config, tensors }, studentConfig(config, student.num_hidden_layers), layers, training.seed, ['masked-lm']).weights;
}

/** The texts of the corpus, with progress; documents are written in slices, so that the run can be stopped. */
async function writeCorpus(seed: number, documents: number, max_seq_length: number, shelf: Shelf, gate: () => Promise<void>): Promise<Example[]> {
  const progress = new Progress('Writing the corpus', documents, shelf.now, (event) => shelf.emit(event));
  const texts: Example[] = [];
  let done = 0;
  for (const document of corpus(seed, documents)) {
    texts.push(...inTexts(document, max_seq_length, texts.length));
    if (++done % 100 > 0) continue;
    progress.at(done);
    await gate();
  }
  return texts;
}

/** Share of the longest length that a text's words and marks may take up; cut words and special tokens need the rest. */
const FILLED = 0.85;

/** How neighbouring sentences become a text, in turn: as one, or as a pair of two halves. */
const FORMS: readonly ((sentences: readonly string[]) => { text: string; textPair?: string })[] = [
  (sentences) => ({ text: sentences.join(' ') }),
  (sentences) => {
    const half = Math.ceil(sentences.length / 2);
    const second = sentences.slice(half).join(' ');
    return { text: sentences.slice(0, half).join(' '), ...(second === '' ? {} : { textPair: second }) };
  },
];

/** A document as texts of neighbouring sentences; what words mean shows in the company that they keep. */
function inTexts(document: readonly string[], max_seq_length: number, first: number): Example[] {
  const texts: Example[] = [];
  for (let at = 0; at < document.length; ) {
    const sentences = fitting(document, at, FILLED * max_seq_length);
    texts.push({ ...FORMS[(first + texts.length) % FORMS.length]!(sentences), label: 0 });
    at += sentences.length;
  }
  return texts;
}

/** The sentences from `at` on that together have at most `words` words and marks; at least one. */
function fitting(document: readonly string[], at: number, words: number): readonly string[] {
  let left = words;
  let end = at;
  for (; end < document.length; end++) {
    left -= document[end]!.match(/\w+|[^\w\s]/g)?.length ?? 0;
    if (left < 0 && end > at) break;
  }
  return document.slice(at, end);
}

const noMaskedLm = ({ teacher }: Recipe) =>
  new Fault({ code: 'no-masked-lm', where: `teacher ${sourceName(teacher)}`, expected: 'a model that predicts masked words', got: 'one without such a head', remedy: `Choose a pretrained model, such as ${BUNDLED_BASE}: a finetuned one has lost its head.` });
