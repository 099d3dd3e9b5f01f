/** What a stored record of a set of samples must hold before anything of it is shown or used. */
import type { SampleSet, StoredSamples } from './samples.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
const isShare = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

/** Fields of a record, of its plan and of its parts, with what they hold. */
const RECORD: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText, name: isText, createdAt: isCount, vocabularyName: isText, maxSeqLength: isCount, nextSentence: isFlag,
  articles: isCount, sentences: isCount, textBytes: isCount,
  state: (value) => value === 'reading' || value === 'making' || value === 'done',
  vocabulary: (value) => fits(value, { tokens: isCount, crc32: isText }),
  read: (value) => fits(value, { blocks: isCount, file: isCount, articles: isCount, text: isCount }),
  text: (value) => isListOf(value, { name: isText, bytes: isCount }),
  samples: (value) => isListOf(value, { kind: (kind) => kind === 'train' || kind === 'test', index: isCount, bytes: isCount, instances: isCount, tokens: isCount }),
  lengths: (value) => Array.isArray(value) && value.every(isCount),
  plan: (value) => value === undefined || fits(value, PLAN),
};

const PLAN: Readonly<Record<string, (value: unknown) => boolean>> = {
  type: (value) => value === 'auto' || value === 'wiki' || value === 'bookcorpus' || value === 'lines',
  num_train_shards: isCount, num_test_shards: isCount, frac_test: isShare, ratio: isCount, dup_factor: isCount, seed: isCount,
  max_seq_length: isCount, max_predictions_per_seq: isCount, masked_lm_prob: isShare, short_seq_prob: isShare, next_sentence: isFlag, whole_words: isFlag,
};

function fits(value: unknown, fields: Readonly<Record<string, (value: unknown) => boolean>>): boolean {
  return isObject(value) && Object.entries(fields).every(([name, holds]) => holds(value[name]));
}

function isListOf(value: unknown, fields: Readonly<Record<string, (value: unknown) => boolean>>): boolean {
  return Array.isArray(value) && value.every((entry) => fits(entry, fields));
}

function isSampleSet(value: unknown): value is SampleSet {
  return fits(value, RECORD);
}

/** The value as a set of samples; undefined when it is none. */
export function asSampleSet(value: unknown): SampleSet | undefined {
  return isSampleSet(value) ? value : undefined;
}

/** Bytes of the files of samples. */
export function bytesOfSet({ samples }: { readonly samples: readonly StoredSamples[] }): number {
  return samples.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Samples of each kind. */
export function samplesOfSet({ samples }: Pick<SampleSet, 'samples'>): Readonly<Record<StoredSamples['kind'], number>> {
  const count = (wanted: StoredSamples['kind']) => samples.reduce((sum, { kind, instances }) => sum + (kind === wanted ? instances : 0), 0);
  return { train: count('train'), test: count('test') };
}
