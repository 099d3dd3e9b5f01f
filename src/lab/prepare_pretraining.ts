import { corpus } from '../data/mini_glue/index.ts';
import type { Example } from '../data/task.ts';
import { taskNamed } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import { Fault } from '../fault/fault.ts';
import { initialiseStudent, studentConfig } from '../model/student_init.ts';
import type { Weights } from '../model/weights.ts';
import { deviceLimits } from '../tensor/limits.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { encodeAll } from './encode.ts';
import { fromScratch } from './fitting.ts';
import { checkLength } from './limits.ts';
import { Progress } from './progress.ts';
import type { Session } from './session.ts';
import { checkMemory } from './memory_check.ts';
import { loadModel, type Shelf } from './sources.ts';
import { checkFit, tokenizerFor } from './tokenizers.ts';

/** Sentences of held-out documents that a pretrained model is scored on, and watched on. */
const DEV_ROWS = 1000;
const WATCHED_ROWS = 400;

/**
 * The session of a pretraining run: sentences of the corpus, one or two of a document at a time, as token ids.
 *
 * `data.train_rows` counts documents. Two neighbouring sentences are put together as a pair half of the time, so that the
 * second segment and longer texts are met before any task is.
 */
export async function preparePretraining(recipe: Recipe, shelf: Shelf, gate: () => Promise<void>): Promise<Session> {
  if (recipe.data.kind !== 'mini-glue') throw notYet();
  const loaded = await loadModel(recipe.teacher, shelf);
  const named = await tokenizerFor(recipe, loaded, shelf);
  const { tokenizer } = named;
  const start = maskedLmWeights(loaded.weights, recipe, tokenizer);
  checkFit(recipe, named, start.config, shelf);
  checkLength(recipe, start.config, 5);
  checkMemory(recipe, start.config, ['masked-lm'], false, deviceLimits(), (text) => shelf.emit({ type: 'note', text }));
  const sentences = await writeCorpus(recipe.data.seed, recipe.data.train_rows, shelf, gate);
  const encode = (label: string, examples: readonly Example[]) => encodeAll(label, examples, tokenizer, recipe.training.max_seq_length, shelf, gate);
  const held = DEV_ROWS + WATCHED_ROWS;
  const data = {
    train: await encode('Tokenising the corpus', sentences.slice(0, -held)),
    tuning: await encode('Tokenising the corpus', sentences.slice(-held, -DEV_ROWS)),
    dev: await encode('Tokenising the corpus', sentences.slice(-DEV_ROWS)),
  };
  return { task: taskNamed(recipe.task), tokenizer, data, start, teacherUntrained: false, teacherRows: [] };
}

/** Random weights for a model from scratch; otherwise the model's layers as the recipe names them, in any order and number. */
function maskedLmWeights({ heads, config, tensors }: Weights, recipe: Recipe, tokenizer: Tokenizer): Weights {
  if (tensors.size === 0) return fromScratch(config, ['masked-lm'], tokenizer.vocabSize, recipe);
  const { student, training } = recipe;
  const layers = student.init.kind === 'layers' ? student.init.layers : [];
  return initialiseStudent({ heads, config, tensors }, studentConfig(config, student.num_hidden_layers), layers, training.seed, ['masked-lm']).weights;
}

/** The texts of the corpus, with progress; documents are written in slices, so that the run can be stopped. */
async function writeCorpus(seed: number, documents: number, shelf: Shelf, gate: () => Promise<void>): Promise<Example[]> {
  const progress = new Progress('Writing the corpus', documents, shelf.now, (event) => shelf.emit(event));
  const texts: Example[] = [];
  let done = 0;
  for (const document of corpus(seed, documents)) {
    texts.push(...inTexts(document));
    if (++done % 100 > 0) continue;
    progress.at(done);
    await gate();
  }
  return texts;
}

/** A document as texts: alternately one sentence, and two as a pair. */
function inTexts(document: readonly string[]): Example[] {
  const texts: Example[] = [];
  for (let at = 0; at < document.length; ) {
    const pair = texts.length % 2 === 1 ? document[at + 1] : undefined;
    texts.push({ text: document[at]!, label: 0, ...(pair === undefined ? {} : { textPair: pair }) });
    at += pair === undefined ? 1 : 2;
  }
  return texts;
}

const notYet = () =>
  new Fault({ code: 'no-corpus', where: 'pretraining', expected: 'the corpus of the mini-GLUE grammar', got: 'a folder of text', remedy: 'Leave --data out: pretraining on files of one\'s own is not built yet.' });
