/** Bundled for Node: a model folder and texts → logits. */
import { toReport, type FaultReport } from '../src/fault/fault.ts';
import { Fault } from '../src/fault/fault.ts';
import { FormatError } from '../src/formats/format_error.ts';
import { readModelFolder } from '../src/hub/model_folder.ts';
import { checkComplete } from '../src/model/name_report.ts';
import { usablePositions } from '../src/model/families.ts';
import { fromFile } from '../src/model/names.ts';
import { dispose, upload, type Weights } from '../src/model/weights.ts';
import { openBackend } from '../src/tensor/backends/open.ts';
import { checkTokenizerFitsModel, Tokenizer } from '../src/tokenizer/tokenizer.ts';
import { logitsOf } from '../src/train/evaluate.ts';
import { openPath } from './disk_folder.ts';

/** One text, or a pair, to be classified. */
export interface Question {
  readonly text: string;
  readonly text_pair?: string;
}

export interface PredictJob {
  readonly model: string;
  readonly questions: readonly Question[];
  readonly backend: 'wasm' | 'cpu';
  readonly maxLength: number;
  /** Hears how many questions are answered. */
  readonly onProgress?: (done: number) => void;
}

/** Logits of each question, and the words for their places. */
export interface Predicted {
  readonly labels: readonly string[];
  readonly logits: readonly (readonly number[])[];
  /** What it took to answer, once the model was loaded and the texts were token ids. */
  readonly seconds: number;
}

/** Resolves to the answers, or to what went wrong: a bundle's faults are of another class than the program's. */
export function main(job: PredictJob): Promise<Predicted | FaultReport> {
  return run(job).catch(toReport);
}

async function run({ model, questions, backend, maxLength, onProgress }: PredictJob): Promise<Predicted> {
  const { weights, tokenizer } = await load(model);
  const length = Math.min(maxLength, usablePositions(weights.config));
  const examples = questions.map(({ text, text_pair }) => ({ ...tokenizer.encode(text, text_pair, length), label: 0 }));
  await openBackend({ choice: backend, onFault: (fault) => { throw fault; } });
  const parameters = upload(weights, false);
  const began = performance.now();
  const logits = await logitsOf({ config: weights.config, parameters }, examples, { padId: tokenizer.special.pad, maxLength: length, ...(onProgress ? { onProgress } : {}) });
  const seconds = (performance.now() - began) / 1000;
  dispose(parameters);
  const classes = weights.config.labels.length;
  return { labels: weights.config.labels, seconds, logits: questions.map((_, i) => Array.from(logits.subarray(i * classes, (i + 1) * classes))) };
}

async function load(model: string): Promise<{ weights: Weights; tokenizer: Tokenizer }> {
  const folder = openPath(model);
  const { config, tensors, tokenizerFiles, file } = await readModelFolder(folder);
  const { weights, report } = fromFile(config, tensors);
  checkComplete(report, config, `${folder.name}/${file}`);
  if (!weights.heads.includes('classification')) {
    throw new Fault({ code: 'no-classifier', where: folder.name, expected: 'a model with a classification head', got: 'an encoder without one', remedy: 'Finetune it on a task first: npm run lab -- finetune --model FOLDER --task NAME.' });
  }
  if (tokenizerFiles.size === 0) throw new FormatError('MissingFile', folder.name, 'tokenizer.json, or vocab.txt with tokenizer_config.json', 'none', 'Add the tokenizer files to the folder.');
  const tokenizer = Tokenizer.fromFiles(tokenizerFiles, folder.name);
  checkTokenizerFitsModel(tokenizer, config, folder.name);
  return { weights, tokenizer };
}
