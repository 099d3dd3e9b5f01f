import { key, permutation } from '../random/counter.ts';
import type { TokenBatch } from '../model/batch.ts';

/** One tokenised example. */
export interface EncodedExample {
  readonly ids: ArrayLike<number>;
  readonly typeIds: ArrayLike<number>;
  /** Class id, or score of a regression. */
  readonly label: number;
  readonly depth?: number;
  /** Where words were masked beforehand: their places in `ids`, and the words. */
  readonly masked?: MaskedPlaces;
}

/** [M] places of masked words, and [M] the ids that stood there. */
export interface MaskedPlaces {
  readonly positions: ArrayLike<number>;
  readonly words: ArrayLike<number>;
}

/** A padded batch with its labels and the examples it was made of. */
export interface LabelledBatch extends TokenBatch {
  /** Class ids, or scores of a regression. */
  readonly labels: Float32Array | Int32Array;
  readonly indices: readonly number[];
  /** Where words of all examples were masked beforehand: places among all of the batch. */
  readonly masked?: { readonly positions: Int32Array; readonly words: Int32Array };
}

/** Sorting happens within groups of this many batches, so that batches stay random and padding stays short. */
const GROUP = 50;

/**
 * The batches of one epoch as lists of example indices: shuffled, grouped by length, shuffled again.
 *
 * A function of (seed, epoch) alone, so a run resumes in mid-epoch without a saved generator. The last batch may be short.
 * `lengths` are those of the examples, where they are known.
 */
export function epochBatches(examples: readonly EncodedExample[], batchSize: number, seed: number, epoch: number, lengths: ArrayLike<number> = lengthsOf(examples)): number[][] {
  const order = permutation(key(seed, 'shuffle', epoch), examples.length);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += GROUP * batchSize) {
    const group = longestFirst(order.subarray(from, from + GROUP * batchSize), lengths);
    for (let at = 0; at < group.length; at += batchSize) batches.push(group.slice(at, at + batchSize));
  }
  const shuffled = permutation(key(seed, 'shuffle', epoch + 0x40000000), batches.length);
  return Array.from(shuffled, (index) => batches[index]!);
}

/** Batches for evaluation: by length, so that padding is short; no randomness. */
export function evaluationBatches(examples: readonly EncodedExample[], batchSize: number): number[][] {
  const order = longestFirst([...examples.keys()], lengthsOf(examples));
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => order.slice(i * batchSize, (i + 1) * batchSize));
}

/** Tokens of each example. */
export function lengthsOf(examples: readonly EncodedExample[]): Int32Array {
  return Int32Array.from(examples, ({ ids }) => ids.length);
}

/** Rows by length, those of one length by their index. Sorted as numbers that hold both, which takes a fraction of the time that a comparison in JavaScript does. */
function longestFirst(rows: ArrayLike<number>, lengths: ArrayLike<number>): number[] {
  const keys = Float64Array.from(rows, (row) => (2 ** 20 - lengths[row]!) * 2 ** 32 + row).sort();
  return Array.from(keys, (value) => value % 2 ** 32);
}

/** Padded lengths are multiples of this, so that few different shapes occur. */
export const LENGTH_STEP = 8;
/** The step for rows that would be padded too much otherwise, as the many short sentences of SST-2 and CoLA. */
const SHORT_STEP = 4;
/** Least share of the computed tokens that are real. */
const LEAST_REAL = 0.85;

/** How texts of a batch are padded: to multiples of `step` (default 8), or all to the longest length there may be. */
export interface Padding {
  readonly step?: number;
  readonly toMax?: boolean;
}

/** Padded lengths: multiples of `step`, at most `max`. */
export function bucketLength(longest: number, max: number, step = LENGTH_STEP): number {
  return Math.min(Math.ceil(longest / step) * step, max);
}

/** 8, or 4 where multiples of 8 would make more than 15 % of the tokens of a first epoch padding; a function of its arguments alone. */
export function lengthStep(examples: readonly EncodedExample[], batchSize: number, maxLength: number, seed: number): number {
  return realShare(examples, epochBatches(examples, batchSize, seed, 0), maxLength, LENGTH_STEP) < LEAST_REAL ? SHORT_STEP : LENGTH_STEP;
}

/** Share of the computed tokens of these batches that are real: Σ lengths / Σ size · padded length; 1 without any. */
export function realShare(examples: readonly EncodedExample[], batches: readonly (readonly number[])[], maxLength: number, step = LENGTH_STEP): number {
  const lengths = lengthsOf(examples);
  let [real, computed] = [0, 0];
  for (const batch of batches) {
    let longest = 0;
    for (const row of batch) {
      real += lengths[row]!;
      longest = Math.max(longest, lengths[row]!);
    }
    computed += batch.length * bucketLength(longest, maxLength, step);
  }
  return computed > 0 ? real / computed : 1;
}

/** Pads the chosen examples to one length: that of the longest, rounded up as `padding` says. */
export function collate(examples: readonly EncodedExample[], indices: readonly number[], padId: number, maxLength: number, { step, toMax = false }: Padding = {}): LabelledBatch {
  const chosen = indices.map((index) => examples[index]!);
  const tokens = chosen.map(({ ids }) => ids);
  const length = toMax ? maxLength : bucketLength(Math.max(...tokens.map((ids) => ids.length)), maxLength, step);
  const size = chosen.length;
  const ids = new Int32Array(size * length).fill(padId);
  const typeIds = new Int32Array(size * length);
  const mask = new Float32Array(size * length);
  chosen.forEach((example, row) => {
    ids.set(tokens[row]!, row * length);
    typeIds.set(example.typeIds, row * length);
    mask.fill(1, row * length, row * length + tokens[row]!.length);
  });
  const masked = maskedPlaces(chosen, length);
  return { size, length, ids, typeIds, mask, labels: Float32Array.from(chosen, ({ label }) => label), indices, ...(masked ? { masked } : {}) };
}

/** The masked words of examples that all have theirs, row after row. */
function maskedPlaces(examples: readonly EncodedExample[], length: number): LabelledBatch['masked'] {
  const places = examples.flatMap(({ masked }) => masked ?? []);
  if (places.length < examples.length) return undefined;
  return {
    positions: Int32Array.from(places.flatMap(({ positions }, row) => Array.from(positions, (at) => row * length + at))),
    words: Int32Array.from(places.flatMap(({ words }) => Array.from(words))),
  };
}
