import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { embeddingGradient, embeddingSum as sumOnGpu } from './embedding_sum.wgsl.ts';
import { lookup, type IdIndex } from './lookup.ts';

/** Tokens of a row of the batch, and rows of the tables of words, types and positions. */
type Attrs = { length: number; tables: readonly [words: number, types: number, positions: number] };

/** The three tables [V, d] of an input embedding. */
export interface EmbeddingTables {
  readonly words: tf.Tensor;
  readonly types: tf.Tensor;
  readonly positions: tf.Tensor;
}

/** Ids of N tokens; without ids of their own, positions count from 0 in each text of `length` tokens. */
export interface EmbeddingIds {
  readonly words: IdIndex;
  readonly types: IdIndex;
  readonly positions?: IdIndex | undefined;
  readonly length: number;
}

/**
 * The sum of word, type and position embeddings; two kernels, for the tape saves inputs by name, and positions may have none.
 *
 *   y_n = W[w_n] + T[t_n] + P[p_n];  dW_v = Σ dy_n over the n with w_n = v in the order of n, and so for T and P
 *   W, T, P [V, d] each, their ids [N] → y [N, d]
 */
const forwardOf = (name: string, indices: readonly string[]) => defineKernel<Attrs>({
  name,
  plain: ({ words, types, positions, wordIds, typeIds, positionIds }, { length }) => {
    const rows = (table: tf.Tensor, ids: tf.Tensor) => tf.gather(table, ids as tf.Tensor1D);
    return [tf.add(tf.add(rows(words!, wordIds!), rows(types!, typeIds!)), rows(positions!, positionIds ?? counted(wordIds!.size, length)))];
  },
  native: { webgpu: (inputs, { length }, backend) => [sumOnGpu(backend as LabWebGPUBackend, inputs, length)] },
  saves: indices.flatMap((index) => [`${index}Ids`, `${index}Order`, `${index}Start`]),
  gradient: ([dy], saved, attrs) => {
    const [words, types, positions] = backward({ ...saved, dy: dy! }, attrs);
    return { words: words!, types: types!, positions: positions! };
  },
});

const counting = forwardOf('LabEmbeddingSum', ['word', 'type']);
const placing = forwardOf('LabPlacedEmbeddingSum', ['word', 'type', 'position']);

const backward = defineKernel<Attrs>({
  name: 'LabEmbeddingSumGradient',
  plain: ({ dy, wordIds, typeIds, positionIds }, { length, tables }) =>
    [wordIds!, typeIds!, positionIds ?? counted(wordIds!.size, length)].map((ids, i) => tf.unsortedSegmentSum(dy!, ids as tf.Tensor1D, tables[i]!)),
  native: { webgpu: (inputs, { length, tables }, backend) => embeddingGradient(backend as LabWebGPUBackend, inputs, tables, length) },
});

/** 0 … length − 1 again and again, [size]. */
const counted = (size: number, length: number): tf.Tensor1D => tf.tensor1d(Int32Array.from({ length: size }, (_, n) => n % length), 'int32');

type EmbeddingSum = (tables: EmbeddingTables, ids: EmbeddingIds) => tf.Tensor;

const composed: EmbeddingSum = ({ words, types, positions }, ids) => {
  const byText = (x: tf.Tensor) => tf.reshape(x, [-1, ids.length, words.shape[1]!]);
  const placed = ids.positions ? byText(lookup(positions, ids.positions)) : tf.slice(positions, [0, 0], [ids.length, words.shape[1]!]);
  return tf.reshape(tf.add(byText(tf.add(lookup(words, ids.words), lookup(types, ids.types))), placed), [-1, words.shape[1]!]);
};

const fused: EmbeddingSum = (tables, { words, types, positions, length }) => {
  const named = (name: string, { ids, order, start }: IdIndex): Inputs => ({ [`${name}Ids`]: ids, [`${name}Order`]: order, [`${name}Start`]: start });
  const ids = { ...named('word', words), ...named('type', types), ...(positions && named('position', positions)) };
  const attrs: Attrs = { length, tables: [tables.words.shape[0]!, tables.types.shape[0]!, tables.positions.shape[0]!] };
  return (positions ? placing : counting)({ ...tables, ...ids }, attrs)[0]!;
};

const FORMS: Readonly<Record<string, EmbeddingSum>> = { webgpu: fused };

/** Word + type + position embeddings of N tokens, [N, d]; composed of lookups where no backend does it in one. */
export const embeddingSum: EmbeddingSum = (tables, ids) => (FORMS[tf.getBackend()] ?? composed)(tables, ids);
