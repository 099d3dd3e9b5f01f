import * as tf from '../tensor/tf.ts';
import { bankProducts } from '../tensor/kernels/bank_products.ts';
import type { BankRows } from '../tensor/kernels/bank_rows.ts';
import { linear } from '../tensor/kernels/linear.ts';
import { bits, integer, key } from '../random/counter.ts';
import { normalised, stopGradient } from './averages.ts';

/** Tensors of contrastive distillation for one batch. */
export interface ContrastInputs {
  /** Features of either model, [B, F_S] and [B, F_T]. */
  readonly student: tf.Tensor2D;
  readonly teacher: tf.Tensor2D;
  /** `embed_s.weight` [E, F_S], `embed_s.bias` [E]; `embed_t.…` of the teacher. */
  readonly trained: (name: string) => tf.Tensor;
  /** `memory_v1`, `memory_v2` [n, E]: student and teacher embeddings by training row; `normalisers` [2], 0 until the first batch. */
  readonly memory: (name: string) => tf.Tensor;
  /** Rows of the banks, [B, 1 + K] int32: for each example its own, then its negatives. */
  readonly contrast: tf.Tensor2D;
  readonly temperature: number;
  readonly momentum: number;
}

/** What one batch of contrastive distillation gives. */
export interface Contrast {
  /** Unit vectors [B, E]. */
  readonly studentEmbedding: tf.Tensor;
  readonly teacherEmbedding: tf.Tensor;
  /** exp(e·m/τ)/Z by example and bank row, [B, 1 + K]: the student against the teacher's bank, and the other way round. */
  readonly studentScores: tf.Tensor2D;
  readonly teacherScores: tf.Tensor2D;
  readonly studentLoss: tf.Scalar;
  readonly teacherLoss: tf.Scalar;
  /** The memory after this batch. */
  readonly after: { readonly memory_v1: BankRows; readonly memory_v2: BankRows; readonly normalisers: tf.Tensor };
}

/**
 * Contrastive representation distillation against two memory banks.
 *
 *   e = W·f + b, normalised;  P(b, j) = exp(e_b·m_j/τ)/Z;  c = K/n
 *   L = −1/B Σ_b [ log( P(b, 0)/(P(b, 0) + c + 1e-7) ) + Σ_{j>0} log( c/(P(b, j) + c + 1e-7) ) ]
 *   Z = n · mean of exp(e·m/τ) over the first batch;  m ← normalised(momentum·m + (1 − momentum)·e)
 *
 * Banks and Z have no gradient. Source: Tian et al. 2020; the reference's `crd/memory.py` and `crd/criterion.py`.
 */
export function contrast(inputs: ContrastInputs): Contrast {
  const studentEmbedding = embedding(inputs.student, 's', inputs);
  const teacherEmbedding = embedding(inputs.teacher, 't', inputs);
  const [first, second] = [inputs.memory('memory_v1'), inputs.memory('memory_v2')];
  const rows = inputs.contrast;
  const raw = [similarities(studentEmbedding, second, rows, inputs), similarities(teacherEmbedding, first, rows, inputs)] as const;
  const count = first.shape[0]!;
  const normalisers = fixedNormalisers(inputs.memory('normalisers'), raw, count);
  const scores = raw.map((values, side) => tf.div(values, tf.slice(normalisers, [side], [1]))) as [tf.Tensor2D, tf.Tensor2D];
  const own = tf.slice2d(rows, [0, 0], [rows.shape[0], 1]);
  return {
    studentEmbedding,
    teacherEmbedding,
    studentScores: scores[0],
    teacherScores: scores[1],
    studentLoss: noiseContrast(scores[0], count),
    teacherLoss: noiseContrast(scores[1], count),
    after: {
      memory_v1: updated(first, studentEmbedding, own, inputs.momentum),
      memory_v2: updated(second, teacherEmbedding, own, inputs.momentum),
      normalisers,
    },
  };
}

function embedding(features: tf.Tensor2D, side: 's' | 't', { trained }: ContrastInputs): tf.Tensor {
  return normalised(linear(features, trained(`embed_${side}.weight`), trained(`embed_${side}.bias`)));
}

/** exp(e·m/τ) of every example with its rows of a bank: [B, E] → [B, 1 + K]. */
function similarities(vectors: tf.Tensor, bank: tf.Tensor, rows: tf.Tensor2D, { temperature }: ContrastInputs): tf.Tensor2D {
  return tf.exp(tf.div(bankProducts(vectors, bank, rows), temperature));
}

/** Z of both sides, [2]: what is fixed already, or n times this batch's mean. */
function fixedNormalisers(before: tf.Tensor, raw: readonly tf.Tensor[], count: number): tf.Tensor {
  const ofBatch = tf.mul(tf.stack(raw.map((values) => tf.mean(stopGradient(values)))), count);
  return tf.where(tf.greater(before, 0), before, ofBatch);
}

/** The loss of one side: scores [B, 1 + K], own row first. */
function noiseContrast(scores: tf.Tensor2D, count: number): tf.Scalar {
  const [batch, columns] = scores.shape;
  const noise = (columns - 1) / count;
  const own = tf.slice(scores, [0, 0], [batch, 1]);
  const others = tf.slice(scores, [0, 1], [batch, columns - 1]);
  const log = (numerator: tf.Tensor | number, of: tf.Tensor) => tf.sum(tf.log(tf.div(numerator, tf.add(of, noise + 1e-7))));
  return tf.div(tf.neg(tf.add(log(own, own), log(noise, others))), batch) as tf.Scalar;
}

/** The rows of a bank that the batch moves, which are its own ones. */
function updated(bank: tf.Tensor, vectors: tf.Tensor, own: tf.Tensor2D, momentum: number): BankRows {
  const rows = tf.reshape(own, [-1]) as tf.Tensor1D;
  const values = normalised(tf.add(tf.mul(tf.gather(bank, rows), momentum), tf.mul(vectors, 1 - momentum)));
  return { rows, values };
}

/** Rows of the banks for a batch of `batch` examples, [B·(1 + K)], as a tensor. */
export function contrastTensor(rows: Int32Array, batch: number): tf.Tensor2D {
  return tf.tensor2d(rows, [batch, rows.length / batch], 'int32');
}

/** From which rows negatives are drawn: class ids of all training rows. */
export interface ContrastDraw {
  readonly labels: ArrayLike<number>;
  readonly examples: ArrayLike<number>;
  readonly negatives: number;
  readonly seed: number;
  readonly step: number;
}

/**
 * Rows of the banks for a batch, [B·(1 + K)]: each example, then K rows of other classes.
 *
 * Drawn with replacement where the smallest set of rows of other classes has no more than K; where an example has no row
 * of another class, from all other rows. A function of (seed, step, example), whatever the batch's order.
 */
export function contrastRows({ labels, examples, negatives, seed, step }: ContrastDraw): Int32Array {
  const columns = negatives + 1;
  const rows = new Int32Array(examples.length * columns);
  const pools = negativePools(labels);
  const withReplacement = negatives >= Math.min(...[...pools.values()].map((pool) => pool.length));
  const stream = key(seed, 'negatives', step);
  for (let b = 0; b < examples.length; b++) {
    const example = examples[b]!;
    const pool = poolOf(pools, labels, example);
    const draw = withReplacement || negatives >= pool.length ? repeatedDraws : distinctDraws;
    rows[b * columns] = example;
    rows.set(draw(pool, negatives, bits(stream, example)), b * columns + 1);
  }
  return rows;
}

/** Rows of all other classes, by class. */
function negativePools(labels: ArrayLike<number>): Map<number, number[]> {
  const pools = new Map<number, number[]>();
  for (let row = 0; row < labels.length; row++) pools.set(labels[row]!, []);
  for (let row = 0; row < labels.length; row++) {
    for (const [label, pool] of pools) if (label !== labels[row]) pool.push(row);
  }
  return pools;
}

function poolOf(pools: ReadonlyMap<number, readonly number[]>, labels: ArrayLike<number>, example: number): readonly number[] {
  const pool = pools.get(labels[example]!) ?? [];
  if (pool.length > 0) return pool;
  const others = Array.from({ length: labels.length }, (_, row) => row).filter((row) => row !== example);
  return others.length > 0 ? others : [example];
}

const repeatedDraws = (pool: readonly number[], count: number, k: number): number[] => Array.from({ length: count }, (_, i) => pool[integer(k, i, pool.length)]!);

/** Fisher–Yates of which only the first `count` places are made. */
function distinctDraws(pool: readonly number[], count: number, k: number): number[] {
  const moved = new Map<number, number>();
  return Array.from({ length: count }, (_, i) => {
    const j = i + integer(k, i, pool.length - i);
    const drawn = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return pool[drawn]!;
  });
}
