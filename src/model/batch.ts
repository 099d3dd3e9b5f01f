import * as tf from '../tensor/tf.ts';
import { idIndex, indexTensors, type IdIndex } from '../tensor/kernels/lookup.ts';
import type { ModelConfig } from './config.ts';
import { familyOf, usablePositions } from './families.ts';

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
  /** Absent where every text counts its positions from 0. */
  readonly positions?: IdIndex;
  /** [B, T], 1 = real token. */
  readonly mask: tf.Tensor2D;
}

/** The tensors of a batch. */
export function batchTensors({ words, types, positions, mask }: Batch): tf.Tensor[] {
  return [words, types, ...(positions ? [positions] : [])].flatMap(indexTensors).concat(mask);
}

/**
 * Uploads a batch; call within `tf.tidy`.
 *
 * RangeError when a token id is outside the vocabulary or the batch is longer than the model's positions.
 */
export function uploadBatch(batch: TokenBatch, config: ModelConfig): Batch {
  const { size, length, ids } = batch;
  const most = usablePositions(config);
  if (length > most) throw new RangeError(`a batch of ${length} tokens is longer than the model's ${most} positions`);
  const positions = familyOf(config).positionIds?.(ids, length, config);
  return {
    size,
    length,
    words: idIndex(ids, config.vocab_size),
    types: idIndex(batch.typeIds, config.type_vocab_size),
    ...(positions && { positions: idIndex(positions, config.max_position_embeddings) }),
    mask: tf.tensor2d(batch.mask, [size, length]),
  };
}

/** Whether two models take a batch of token ids alike, so that both can use the same tensors. */
export function takeAlike(a: ModelConfig, b: ModelConfig): boolean {
  return (['model_type', 'vocab_size', 'type_vocab_size', 'pad_token_id', 'max_position_embeddings'] as const).every((name) => a[name] === b[name]);
}
