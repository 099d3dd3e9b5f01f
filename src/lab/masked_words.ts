/** The masked words of a batch on the device. */
import { paddedCount } from '../model/masked_places.ts';
import * as tf from '../tensor/tf.ts';
import { idIndex, indexTensors, type IdIndex } from '../tensor/kernels/lookup.ts';
import { recordingBackend } from '../tensor/plan/planner.ts';
import type { MaskedBatch } from './masked_batch.ts';

/** Masked words, and behind them padding where steps are replayed: a record serves batches of one padded number of words. */
export interface MaskedWords {
  /** Their places among all tokens of the batch, [M]; padding is at place 0. */
  readonly positions: IdIndex;
  /** What stood there, [M]; padding is −1, which is no word. */
  readonly words: tf.Tensor1D;
  /** How many there are, without padding. */
  readonly count: number;
  /** What each counts in means, [M]: 1/count, and 0 for padding; absent where there is none. */
  readonly shares?: tf.Tensor1D;
  /** What the mean over these words is multiplied by in the mean over `batches` of an update: batches·count/(words in all). */
  readonly part?: tf.Scalar;
}

/** Id of what is no word. */
const NO_WORD = -1;

/** Whether batches get padding: where steps are recorded. Elsewhere it would be computed for nothing. */
export const padsWords = (): boolean => recordingBackend() !== undefined;

/**
 * Uploads the masked words of a batch; call within `tf.tidy`.
 *
 * `beside`: how many words each batch of the update has, this one among them; all are padded alike then, and each has its
 * part in the mean over all of their words.
 */
export function uploadWords({ rows, positions, words }: MaskedBatch, beside: readonly number[] = [words.length]): MaskedWords {
  const [places, count] = [rows.size * rows.length, words.length];
  if (!padsWords()) return { positions: idIndex(positions, places), words: tf.tensor1d(words, 'int32'), count };
  const most = paddedCount(Math.max(...beside));
  const all = beside.reduce((sum, number) => sum + number, 0);
  return {
    positions: idIndex(extended(positions, most, 0), places),
    words: tf.tensor1d(extended(words, most, NO_WORD), 'int32'),
    count,
    shares: tf.tensor1d(Float32Array.from({ length: most }, (_, n) => (n < count ? 1 / count : 0))),
    ...(beside.length > 1 && { part: tf.scalar((beside.length * count) / Math.max(1, all)) }),
  };
}

/** The tensors of masked words. */
export function wordTensors({ positions, words, shares, part }: MaskedWords): tf.Tensor[] {
  return [...indexTensors(positions), words, ...(shares ? [shares] : []), ...(part ? [part] : [])];
}

function extended(values: Int32Array, length: number, filler: number): Int32Array {
  const longer = new Int32Array(length).fill(filler);
  longer.set(values);
  return longer;
}
