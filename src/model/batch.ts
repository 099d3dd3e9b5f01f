import * as tf from '../tensor/tf.ts';
import { idIndex, type IdIndex } from '../tensor/kernels/lookup.ts';
import type { ModelConfig } from './config.ts';

/** Token ids of B texts padded to T tokens, in main memory; rows follow one another. */
export interface TokenBatch {
  readonly size: number;
  readonly length: number;
  /** [B·T] each. */
  readonly ids: Int32Array;
  readonly typeIds: Int32Array;
  /** 1 = real token. */
  readonly mask: Float32Array;
}

/** A batch on the device. */
export interface Batch {
  readonly size: number;
  readonly length: number;
  readonly words: IdIndex;
  readonly types: IdIndex;
  /** [B, T], 1 = real token. */
  readonly mask: tf.Tensor2D;
}

/**
 * Uploads a batch; call within `tf.tidy`.
 *
 * RangeError when a token id is outside the vocabulary or the batch is longer than the model's positions.
 */
export function uploadBatch(batch: TokenBatch, config: ModelConfig): Batch {
  const { size, length } = batch;
  if (length > config.max_position_embeddings) {
    throw new RangeError(`a batch of ${length} tokens is longer than the model's ${config.max_position_embeddings} positions`);
  }
  return {
    size,
    length,
    words: idIndex(batch.ids, config.vocab_size),
    types: idIndex(batch.typeIds, config.type_vocab_size),
    mask: tf.tensor2d(batch.mask, [size, length]),
  };
}
