import * as tf from '../tensor/tf.ts';
import type { Batch } from './batch.ts';

/** Vectors of the first token of each text, [CLS]: x [B·T, d] → [B, d]; of the first tokens alone, [B, d], these themselves. */
export function firstTokens(x: tf.Tensor, { size, length }: Pick<Batch, 'size' | 'length'>): tf.Tensor2D {
  const width = x.shape[1]!;
  if (x.shape[0] === size) return x as tf.Tensor2D;
  return tf.reshape(tf.slice(tf.reshape(x, [size, length, width]), [0, 0, 0], [size, 1, width]), [size, width]);
}
