import * as tf from '../tensor/tf.ts';
import { MASKED_SCORE } from '../tensor/kernels/attention.ts';
import { attentionCorrelation } from '../tensor/kernels/attention_correlation.ts';
import { relationDivergences } from '../tensor/kernels/relation_divergence.ts';
import { rowDivergence } from '../tensor/kernels/row_divergence.ts';
import { scoreSquares } from '../tensor/kernels/score_squares.ts';
import { queryMean } from './averages.ts';
import type { ObjectiveInputs } from './objective.ts';

type Masked = Pick<ObjectiveInputs, 'mask' | 'fidelity'>;

/** Smallest probability whose logarithm and its gradient are finite in float32. */
const TINY = 1e-20;

/** Largest common divisor. */
export function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Means over groups of neighbouring heads: x [B, H, T, T] → [B, groups, T, T]. */
function headMeans(x: tf.Tensor, groups: number): tf.Tensor {
  const [batch, heads, rows, columns] = x.shape as [number, number, number, number];
  if (heads === groups) return x;
  const grouped = tf.reshape(x, [batch * groups, heads / groups, rows * columns]);
  return tf.reshape(tf.mean(grouped, 1), [batch, groups, rows, columns]);
}

/** The same of scores, none of them −∞. */
function finiteHeadMeans(scores: tf.Tensor, groups: number): tf.Tensor {
  return scores.shape[1] === groups ? scores : headMeans(tf.maximum(scores, MASKED_SCORE), groups);
}

/** Scores whose softmax is the mean of the softmaxes of a group of heads. */
function meanDistribution(scores: tf.Tensor, groups: number): tf.Tensor {
  if (scores.shape[1] === groups) return scores;
  return tf.log(tf.maximum(headMeans(tf.softmax(tf.maximum(scores, MASKED_SCORE)), groups), TINY));
}

/** Heads that both models can be reduced to: their number where it is the same, else the largest common divisor. */
const commonHeads = (student: tf.Tensor, teacher: tf.Tensor): number => gcd(student.shape[1]!, teacher.shape[1]!);

/**
 * Mean over B, H and queries of KL(softmax(t) ‖ softmax(s)) of scores [B, H, T, T].
 *
 * Student probabilities below `floor` count as `floor`. Where the numbers of heads differ, distributions are first averaged
 * over groups of neighbouring heads. Corrected: real queries only. Released: all queries.
 */
export function scoreDivergence(student: tf.Tensor, teacher: tf.Tensor, masked: Masked, floor: number): tf.Scalar {
  const groups = commonHeads(student, teacher);
  const rows = rowDivergence(meanDistribution(teacher, groups), meanDistribution(student, groups), floor);
  return queryMean(rows as tf.Tensor as tf.Tensor3D, masked);
}

/** Where the correlation of attention is defined: corrected, and as the reference adds to what it divides by. */
const CORRELATED = {
  corrected: { threshold: 1e-12, floor: 1e-12, added: 0 },
  released: { threshold: -1, floor: 1e-24, added: 1e-8 },
} as const;

/**
 * Mean of 1 − ρ over vectors of attention probabilities along keys, queries, heads and sentences, [4], of scores [B, H, T, T].
 *
 * Corrected: elements are pairs of real tokens, and vectors that are constant in the teacher do not count. Released: all
 * elements and vectors. Where the numbers of heads differ, distributions are first averaged over groups of neighbouring heads.
 */
export function attentionDistances(student: tf.Tensor, teacher: tf.Tensor, { mask, fidelity }: Masked): tf.Tensor1D {
  const groups = commonHeads(student, teacher);
  const elements = fidelity === 'released' ? tf.onesLike(mask) : mask;
  return attentionCorrelation(meanDistribution(student, groups), meanDistribution(teacher, groups), elements, CORRELATED[fidelity]);
}

/**
 * Mean of (s − t)² over scores [B, H, T, T].
 *
 * Corrected: over pairs of a real query and a real key. Released: over all pairs, with scores of −100 and less as 0, which
 * is how the reference removes what masking added. Where the numbers of heads differ, scores are first averaged over
 * groups of neighbouring heads.
 */
export function scoreMeanSquare(student: tf.Tensor, teacher: tf.Tensor, { mask, fidelity }: Masked): tf.Scalar {
  const groups = commonHeads(student, teacher);
  if (fidelity === 'released') return tf.mean(tf.squaredDifference(headMeans(unmasked(student), groups), headMeans(unmasked(teacher), groups)));
  const squares = scoreSquares(finiteHeadMeans(student, groups), finiteHeadMeans(teacher, groups), mask);
  return tf.div(tf.sum(squares), tf.mul(tf.sum(tf.square(tf.sum(mask, 1))), groups)) as tf.Scalar;
}

/** Scores of −100 and less as 0; comparisons have no gradient on the tape, so that it is written out. */
const unmasked = tf.customGrad((...[scores, save]) => {
  const removed = tf.lessEqual(scores as tf.Tensor, -100);
  const without = (x: tf.Tensor, where: tf.Tensor) => tf.where(where, tf.zerosLike(x), x);
  (save as tf.GradSaveFunc)([removed]);
  return { value: without(scores as tf.Tensor, removed), gradFunc: (dy, saved) => without(dy as tf.Tensor, saved[0]!) };
});

/** How two projections of one layer are brought to equal heads, and which head sizes scale their products. */
export interface RelationOptions {
  /** Relation heads; both widths must be divisible by it. */
  readonly heads: number;
  /** Student probabilities below it count as this, in the released form. */
  readonly floor: number;
  /** The scale is 1/√(student's head size) for both models, in the released form of value relations. */
  readonly studentScale: boolean;
}

/**
 * Relation transfer: mean over B, heads and queries of KL(softmax(R_t) ‖ softmax(R_s)), R = x·xᵀ/√dh of two projections x
 * [B, H, T, dh] (queries, keys or values).
 *
 * Corrected: real queries and real keys only. Released: padding takes part.
 * Source: Wang et al. 2020 (MiniLM), 2021 (MiniLMv2).
 */
export function relationDivergence(student: tf.Tensor, teacher: tf.Tensor, masked: Masked, options: RelationOptions): tf.Scalar {
  if (masked.fidelity === 'released') return releasedRelations(student, teacher, masked, options);
  const [s, t] = [relationHeads(student, options.heads), relationHeads(teacher, options.heads)];
  return queryMean(relationDivergences(s, t, masked.mask) as tf.Tensor3D, masked);
}

function releasedRelations(student: tf.Tensor, teacher: tf.Tensor, masked: Masked, { heads, floor, studentScale }: RelationOptions): tf.Scalar {
  const [s, t] = [reshapedHeads(student, heads), reshapedHeads(teacher, heads)];
  const relations = (x: tf.Tensor, size: number) => tf.mul(tf.matMul(x, x, false, true), 1 / Math.sqrt(size));
  return scoreDivergence(relations(s, s.shape[3]!), relations(t, studentScale ? s.shape[3]! : t.shape[3]!), masked, floor);
}

/** Each token's vector cut anew: [B, H, T, dh] → [B, R, T, d/R], d = H·dh. */
function relationHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, before, length, size] = x.shape as [number, number, number, number];
  if (before === heads) return x;
  const tokens = tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads, (before * size) / heads]);
  return tf.transpose(tokens, [0, 2, 1, 3]);
}

/** The released reshape, which mixes heads and positions where the numbers of heads differ. */
function reshapedHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, before, length, size] = x.shape as [number, number, number, number];
  return before === heads ? x : tf.reshape(x, [batch, heads, length, (before * size) / heads]);
}
