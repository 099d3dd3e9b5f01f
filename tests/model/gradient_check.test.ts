import { beforeAll, describe, expect, it } from 'vitest';
import { uploadBatch, type TokenBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode, type DropoutSource } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../src/model/heads.ts';
import type { Head, Parameters } from '../../src/model/parameters.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import { bits, integer, key } from '../../src/random/counter.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const [B, T] = [3, 5];
const CONFIG: ModelConfig = {
  model_type: 'bert', vocab_size: 17, hidden_size: 21, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 13,
  hidden_act: 'gelu', hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3, max_position_embeddings: 7,
  type_vocab_size: 2, initializer_range: 0.4, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['a', 'b', 'c'],
};
const LENGTHS = [5, 2, 4];
const draws = key(3, 'grammar');
const ROWS: TokenBatch = {
  size: B,
  length: T,
  // Some ids come twice, so that their gradients are sums.
  ids: Int32Array.from({ length: B * T }, (_, i) => integer(draws, i, 11)),
  typeIds: Int32Array.from({ length: B * T }, (_, i) => Number(i % T > 2)),
  mask: Float32Array.from({ length: B * T }, (_, i) => Number(i % T < LENGTHS[Math.floor(i / T)]!)),
};

type Loss = (parameters: Parameters, dropout?: DropoutSource) => tf.Scalar;

const LOSSES: Readonly<Record<Head, Loss>> = {
  classification: (parameters, dropout) => {
    const batch = uploadBatch(ROWS, CONFIG);
    const { last } = encode(parameters, CONFIG, batch, dropout ? { dropout } : {});
    const { logits } = classify(parameters, CONFIG, last, batch, dropout);
    return tf.mean(crossEntropy(logits, tf.tensor1d([2, 0, 1], 'int32'))) as tf.Scalar;
  },
  'masked-lm': (parameters, dropout) => {
    const { last } = encode(parameters, CONFIG, uploadBatch(ROWS, CONFIG), dropout ? { dropout } : {});
    const logits = maskedLmLogits(parameters, CONFIG, last, idIndex(Int32Array.of(1, 3, 6, 11), B * T));
    return tf.mean(crossEntropy(logits, tf.tensor1d([4, 16, 0, 4], 'int32'))) as tf.Scalar;
  },
};

/** Length of a step: float32 gives the loss to about 1e-7, the curvature of this rough model allows no more. */
const STEP = 1 / 64;

/** A change of all values by ± the same amount, of length STEP in all. */
function change(size: number, parameter: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => ((bits(key(parameter, 'grammar'), i) % 2 === 0 ? 1 : -1) * STEP) / Math.sqrt(size));
}

/** Along one random direction of one parameter: the derivative by central differences, and by the gradient. */
function derivatives(variable: tf.Variable, gradient: Float32Array, parameter: number, loss: () => number): { differences: number; product: number } {
  const values = Float32Array.from(variable.dataSync());
  const direction = change(values.length, parameter);
  const at = (sign: number): number => {
    tf.tidy(() => variable.assign(tf.tensor(values.map((value, i) => value + sign * direction[i]!), variable.shape)));
    return loss();
  };
  // Richardson's extrapolation takes the cubic term out: float32 allows no smaller steps.
  const [near, far] = [(at(1) - at(-1)) / 2, (at(2) - at(-2)) / 4];
  at(0);
  return { differences: (4 * near - far) / 3 / STEP, product: gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0) / STEP };
}

describe.each(NODE_BACKENDS)('every gradient of a 2-layer model on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each<[Head, string, DropoutSource | undefined]>([
    ['classification', 'without dropout', undefined],
    ['classification', 'under one dropout mask', { seed: 5, step: 3 }],
    ['masked-lm', 'without dropout', undefined],
    ['masked-lm', 'under one dropout mask', { seed: 5, step: 3 }],
  ])('of the %s loss agrees with differences, %s', (head, _name, dropout) => {
    const parameters = upload(randomWeights(CONFIG, [head], 11), true);
    const run = () => tf.tidy(() => LOSSES[head](parameters, dropout).dataSync()[0]!);
    const { grads, value } = tf.variableGrads(() => LOSSES[head](parameters, dropout), [...parameters.values()]);
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    let checked = 0;
    for (const [name, variable] of parameters) {
      const gradient = Float32Array.from(grads[variable.name]!.dataSync());
      const { differences, product } = derivatives(variable, gradient, checked, run);
      expect(Math.abs(differences - product), `${name}: ${differences} by differences, ${product} by the gradient`).toBeLessThan(2.5e-4);
      checked += 1;
    }
    expect(checked).toBe(parameters.size);
    tf.dispose([value, ...Object.values(grads)]);
    dispose(parameters);
  });

  it('is 0 for words and positions that are not there, and for the padding’s own values', () => {
    const parameters = upload(randomWeights(CONFIG, ['classification'], 11), true);
    const { grads } = tf.variableGrads(() => LOSSES.classification(parameters), [...parameters.values()]);
    const rows = (name: string) => grads[parameters.get(name)!.name]!.arraySync() as number[][];
    const zero = (row: readonly number[]) => row.every((value) => value === 0);
    const words = rows('embeddings.word_embeddings.weight').map(zero);
    const present = new Set([...ROWS.ids].filter((_, i) => ROWS.mask[i] === 1));
    expect(words.map((isZero, id) => isZero !== present.has(id))).toEqual(Array<boolean>(17).fill(true));
    expect(rows('embeddings.position_embeddings.weight').map(zero)).toEqual([false, false, false, false, false, true, true]);
    dispose(parameters);
  });
});
