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
 */
export function epochBatches(examples: readonly EncodedExample[], batchSize: number, seed: number, epoch: number): number[][] {
  const order = permutation(key(seed, 'shuffle', epoch), examples.length);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += GROUP * batchSize) {
    const group = Array.from(order.subarray(from, from + GROUP * batchSize));
    group.sort((a, b) => examples[b]!.ids.length - examples[a]!.ids.length || a - b);
    for (let at = 0; at < group.length; at += batchSize) batches.push(group.slice(at, at + batchSize));
  }
  const shuffled = permutation(key(seed, 'shuffle', epoch + 0x40000000), batches.length);
  return Array.from(shuffled, (index) => batches[index]!);
}

/** Batches for evaluation: by length, so that padding is short; no randomness. */
export function evaluationBatches(examples: readonly EncodedExample[], batchSize: number): number[][] {
  const order = [...examples.keys()].sort((a, b) => examples[b]!.ids.length - examples[a]!.ids.length || a - b);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) => order.slice(i * batchSize, (i + 1) * batchSize));
}

/** Padded lengths: a multiple of 8, so that few different shapes occur. */
export function bucketLength(longest: number, max: number): number {
  return Math.min(Math.ceil(longest / 8) * 8, max);
}

/** Pads the chosen examples to one length: that of the longest in multiples of 8, or `maxLength` where `toMax` says so. */
export function collate(examples: readonly EncodedExample[], indices: readonly number[], padId: number, maxLength: number, toMax = false): LabelledBatch {
  const chosen = indices.map((index) => examples[index]!);
  const length = toMax ? maxLength : bucketLength(Math.max(...chosen.map(({ ids }) => ids.length)), maxLength);
  const size = chosen.length;
  const ids = new Int32Array(size * length).fill(padId);
  const typeIds = new Int32Array(size * length);
  const mask = new Float32Array(size * length);
  chosen.forEach((example, row) => {
    ids.set(Array.from(example.ids), row * length);
    typeIds.set(Array.from(example.typeIds), row * length);
    mask.fill(1, row * length, row * length + example.ids.length);
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
