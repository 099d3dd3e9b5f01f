/** A folder of samples, as `generate_samples` writes it, → the rows of a pretraining run. */
import { readSamplesRecord, SAMPLES_RECORD, sampleFile } from '../corpus/samples_record.ts';
import { checkSamples, readSamples, type Samples } from '../corpus/samples_read.ts';
import type { ShardKind } from '../corpus/sampling.ts';
import { Fault } from '../fault/fault.ts';
import type { Folder } from '../hub/folder.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample, MaskedPlaces } from '../train/batches.ts';
import { Progress } from './progress.ts';
import type { EncodedData } from './session.ts';
import type { Shelf } from './sources.ts';

export interface SamplesChoice {
  readonly tokenizer: Tokenizer;
  /** Most tokens of a row. */
  readonly maxLength: number;
  /** Whether samples must be pairs of texts, whose label says whether the second follows the first. */
  readonly nextSentence: boolean;
  /** Held-out rows to watch during the training, and to score at its end. */
  readonly watched: number;
  readonly held: number;
}

/**
 * All training samples of a folder with their masks, and of the test samples the first to watch and the next to score.
 *
 * The numbers of a file stay as they are stored, outside of the heap; a row is a place in its file. Fault `no-samples` for a folder that was not
 * finished, or has none to hold out; `bad-samples`, `other-vocabulary`, `other-length`; `no-pairs` where pairs are wanted
 * and the samples are single texts.
 */
export async function readSamplesFolder(folder: Folder, choice: SamplesChoice, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedData> {
  const record = await folder.read(SAMPLES_RECORD);
  if (!record) throw noSamples(folder.name, `${SAMPLES_RECORD}, which generate_samples writes at its end`, 'no such file');
  const counts = readSamplesRecord(record, `${folder.name}/${SAMPLES_RECORD}`);
  const progress = new Progress(`Reading the samples of ${folder.name}`, counts.train + 1, shelf.now, (event) => shelf.emit(event));
  const train: EncodedExample[] = [];
  for (let i = 0; i < counts.train; i++) {
    for (const row of rowsOf(await read(folder, 'train', i, choice))) train.push(row);
    progress.at(i + 1);
    await gate();
  }
  const test: EncodedExample[] = [];
  for (let i = 0; i < counts.test && test.length < choice.watched + choice.held; i++) test.push(...rowsOf(await read(folder, 'test', i, choice)));
  if (train.length === 0 || test.length < 2) throw noSamples(folder.name, 'training samples, and test samples to hold out', `${train.length} and ${test.length}`);
  const watched = Math.min(choice.watched, Math.floor(test.length / 2));
  return { train, tuning: test.slice(0, watched), dev: test.slice(watched, watched + choice.held) };
}

async function read(folder: Folder, kind: ShardKind, index: number, { tokenizer, maxLength, nextSentence }: SamplesChoice): Promise<Samples> {
  const name = sampleFile(kind, index);
  const bytes = await folder.read(name);
  if (!bytes) throw noSamples(`${folder.name}/${name}`, `this file, which ${SAMPLES_RECORD} counts`, 'no such file');
  const samples = readSamples(bytes, `${folder.name}/${name}`);
  checkSamples(samples.header, tokenizer, maxLength, `${folder.name}/${name}`);
  if (nextSentence && !samples.header.next_sentence) throw noPairs(`${folder.name}/${name}`);
  return samples;
}

function rowsOf(samples: Samples): EncodedExample[] {
  const zeros = new Uint8Array(samples.header.max_seq_length);
  return Array.from({ length: samples.count }, (_, i) => new SampleRow(samples, i, zeros));
}

/** A sample as a row, which is looked up in its file when it is asked for. */
class SampleRow implements EncodedExample {
  readonly #samples: Samples;
  readonly #index: number;
  readonly #zeros: Uint8Array;

  constructor(samples: Samples, index: number, zeros: Uint8Array) {
    this.#samples = samples;
    this.#index = index;
    this.#zeros = zeros;
  }

  get ids(): ArrayLike<number> {
    return this.#samples.at(this.#index).ids;
  }

  /** 1 where the second text comes from another document. */
  get label(): number {
    return Number(this.#samples.at(this.#index).isRandomNext);
  }

  /** 0, and 1 on a second text, of which RoBERTa has none. */
  get typeIds(): ArrayLike<number> {
    const { ids, second } = this.#samples.at(this.#index);
    return second < ids.length ? this.#zeros.slice(0, ids.length).fill(1, second) : this.#zeros.subarray(0, ids.length);
  }

  get masked(): MaskedPlaces {
    const { positions, labels } = this.#samples.at(this.#index);
    return { positions, words: labels };
  }
}

function noSamples(where: string, expected: string, got: string): Fault {
  return new Fault({ code: 'no-samples', where, expected, got, remedy: 'Run generate_samples to its end, with test shards among its input.' });
}

const noPairs = (where: string): Fault =>
  new Fault({ code: 'no-pairs', where, expected: 'pairs of texts, to learn from which of them follow each other', got: 'samples of single texts', remedy: 'Make the samples with generate_samples --next_sentence, or leave next sentences out of the training.' });
