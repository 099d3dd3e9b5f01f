/** How projections [B·T, d] lie by head, and scores in stock operations: what kernels of attention share. */
import * as tf from '../tf.ts';
import { MASKED_SCORE } from './masked_score.ts';

/** The sizes that give [N, d] its meaning, N = batch·length and d = heads·(head size). */
export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
}

/** Sizes and dropout of one attention; `rate` 0 is none. */
export type AttentionAttrs = {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly rate: number;
  readonly key: number;
  /** Tokens of each text that ask, its first ones; all by default. */
  readonly queries?: number;
};

/** How many tokens of each text ask. */
export const queriesOf = ({ queries, length }: AttentionAttrs): number => queries ?? length;

/** [B·T, d] → [B, H, T, dh]. */
export function split(x: tf.Tensor, { batch, length, heads }: AttentionShape): tf.Tensor4D {
  return tf.transpose(tf.reshape(x, [batch, length, heads, x.shape[1]! / heads]), [0, 2, 1, 3]);
}

/** [B, H, T, dh] → [B·T, d]. */
export function merge(x: tf.Tensor, { batch, length }: AttentionShape): tf.Tensor {
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, -1]);
}

/** Q·Kᵀ/√dh, padded keys lowered by 10000: q, k [B, H, T, dh], mask [B, T] → [B, H, T, T]. */
export function maskedScores(q: tf.Tensor4D, k: tf.Tensor4D, mask: tf.Tensor): tf.Tensor4D {
  const [batch, length] = mask.shape as [number, number];
  const penalty = tf.mul(tf.sub(1, tf.reshape(mask, [batch, 1, 1, length])), MASKED_SCORE);
  return tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape[3])), penalty);
}
