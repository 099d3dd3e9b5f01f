/** One training step that every side makes: the sizes, the weights, the batch and the constants. */
import type { ModelConfig } from '../../src/model/config.ts';
import { initialValues, parameterSpecs } from '../../src/model/parameters.ts';
import { integer, key, uniform } from '../../src/random/counter.ts';
import type { LabelledBatch } from '../../src/train/batches.ts';

/** What of a step's size can differ. */
export interface Size {
  readonly batch: number;
  readonly length: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly teacherLayers: number;
  readonly studentLayers: number;
  readonly vocabulary: number;
  /** Rate of the student's dropout; none by default. */
  readonly dropout?: number;
}

const TINY: Size = { batch: 16, length: 32, width: 128, heads: 4, feedForward: 512, teacherLayers: 4, studentLayers: 2, vocabulary: 2000 };

/** `micro` has next to no arithmetic: what is left is overhead. */
export const SIZES = {
  micro: { batch: 3, length: 8, width: 32, heads: 4, feedForward: 64, teacherLayers: 2, studentLayers: 1, vocabulary: 100 },
  tiny: TINY,
  small: { batch: 8, length: 64, width: 384, heads: 12, feedForward: 1536, teacherLayers: 6, studentLayers: 3, vocabulary: 2000 },
  base: { batch: 32, length: 128, width: 768, heads: 12, feedForward: 3072, teacherLayers: 12, studentLayers: 6, vocabulary: 30_522 },
} as const satisfies Record<string, Size>;

export type SizeName = keyof typeof SIZES;

/** Logit distillation, clipping of the whole gradient's norm, AdamW. */
export const STEP = {
  temperature: 2, kdWeight: 0.5,
  learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1,
  layerNormEpsilon: 1e-12, classes: 2,
} as const;

export interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters under Hugging Face's names, weights of dense layers [out, in]. */
export type Tensors = ReadonlyMap<string, Values>;

export interface Problem {
  readonly size: Size;
  readonly teacher: { readonly config: ModelConfig; readonly tensors: Tensors };
  readonly student: { readonly config: ModelConfig; readonly tensors: Tensors };
  readonly batch: LabelledBatch;
}

/** The same problem wherever it is made: a function of the size. */
export function problemOf(size: Size): Problem {
  const model = (layers: number, seed: number) => {
    const config = configOf(size, layers);
    return { config, tensors: new Map(parameterSpecs(config, ['classification']).map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, config, seed) }])) };
  };
  return { size, teacher: model(size.teacherLayers, 1), student: model(size.studentLayers, 2), batch: batchOf(size) };
}

function configOf(size: Size, layers: number): ModelConfig {
  return {
    model_type: 'bert', vocab_size: size.vocabulary, hidden_size: size.width, num_hidden_layers: layers, num_attention_heads: size.heads,
    intermediate_size: size.feedForward, hidden_act: 'gelu', hidden_dropout_prob: size.dropout ?? 0, attention_probs_dropout_prob: size.dropout ?? 0,
    max_position_embeddings: size.length, type_vocab_size: 2, initializer_range: 0.05, layer_norm_eps: STEP.layerNormEpsilon, pad_token_id: 0,
    labels: Array.from({ length: STEP.classes }, (_, label) => String(label)),
  };
}

/** The same texts without the second half of the places. */
export function shortened({ length, ids, typeIds, mask, ...rest }: LabelledBatch): LabelledBatch {
  const left = length / 2;
  const kept = (_: number, at: number) => at % length < left;
  return { ...rest, length: left, ids: ids.filter(kept), typeIds: typeIds.filter(kept), mask: mask.filter(kept) };
}

/** Texts of half to the whole length, two sentences each. */
function batchOf({ batch, length, vocabulary }: Size): LabelledBatch {
  const [words, lengths] = [key(3, 'init', 0), key(3, 'init', 1)];
  const ids = new Int32Array(batch * length);
  const typeIds = new Int32Array(batch * length);
  const mask = new Float32Array(batch * length);
  for (let row = 0; row < batch; row++) {
    const end = Math.max(3, Math.floor(length * (0.5 + 0.5 * uniform(lengths, row))));
    for (let at = row * length, t = 0; t < end; at++, t++) {
      ids[at] = 5 + integer(words, at, vocabulary - 5);
      typeIds[at] = t > end / 2 ? 1 : 0;
      mask[at] = 1;
    }
  }
  const indices = Array.from({ length: batch }, (_, row) => row);
  return { size: batch, length, ids, typeIds, mask, labels: Int32Array.from(indices, (row) => row % STEP.classes), indices };
}

/** A matrix [rows, columns] as its transpose, which is how libraries without a product by a transposed weight want it. */
export function transposed({ shape: [rows = 0, columns = 0], data }: Values): Values {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!;
  return { shape: [columns, rows], data: out };
}

/** Whether a parameter is the weight of a dense layer. */
export const isDense = (name: string): boolean => name.endsWith('.weight') && !/embeddings|LayerNorm/.test(name);
