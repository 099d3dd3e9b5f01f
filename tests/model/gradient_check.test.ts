import { beforeAll, describe, expect, it } from 'vitest';
import { uploadBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode, type DropoutSource } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits, nextSentenceLogits } from '../../src/model/heads.ts';
import type { Head, Parameters } from '../../src/model/parameters.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import { bits, key } from '../../src/random/counter.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { LENGTHS, smallBatch, VARIANTS } from './variants.ts';

const SIZE = LENGTHS.length * 5;

type Loss = (config: ModelConfig, parameters: Parameters, dropout?: DropoutSource) => tf.Scalar;

const LOSSES: Readonly<Record<Head, Loss>> = {
  classification: (config, parameters, dropout) => {
    const batch = uploadBatch(smallBatch(config), config);
    const { last } = encode(parameters, config, batch, dropout ? { dropout } : {});
    const { logits } = classify(parameters, config, last, batch, dropout);
    return tf.mean(crossEntropy(logits, tf.tensor1d([2, 0, 1], 'int32'))) as tf.Scalar;
  },
  'masked-lm': (config, parameters, dropout) => {
    const { last } = encode(parameters, config, uploadBatch(smallBatch(config), config), dropout ? { dropout } : {});
    const logits = maskedLmLogits(parameters, config, last, idIndex(Int32Array.of(1, 3, 6, 11), SIZE));
    return tf.mean(crossEntropy(logits, tf.tensor1d([4, 16, 0, 4], 'int32'))) as tf.Scalar;
  },
  'next-sentence': (config, parameters, dropout) => {
    const batch = uploadBatch(smallBatch(config), config);
    const { last } = encode(parameters, config, batch, dropout ? { dropout } : {});
    return tf.mean(crossEntropy(nextSentenceLogits(parameters, config, last, batch), tf.tensor1d([1, 0, 0], 'int32'))) as tf.Scalar;
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

const DROPOUT = { seed: 5, step: 3 };
const CASES: readonly [string, Head, DropoutSource | undefined][] = [
  ...Object.keys(VARIANTS).flatMap((variant): [string, Head, DropoutSource | undefined][] => [
    [variant, 'classification', DROPOUT],
    [variant, 'masked-lm', undefined],
  ]),
  ['bert', 'classification', undefined],
  ['bert', 'masked-lm', DROPOUT],
  ['bert', 'next-sentence', undefined],
];

describe.each(NODE_BACKENDS)('every gradient of a 2-layer model on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('%s: of the %s loss agrees with differences (dropout: %j)', (variant, head, dropout) => {
    const config = VARIANTS[variant]!;
    const parameters = upload(randomWeights(config, [head], 11), true);
    const run = () => tf.tidy(() => LOSSES[head](config, parameters, dropout).dataSync()[0]!);
    const { grads, value } = tf.variableGrads(() => LOSSES[head](config, parameters, dropout), [...parameters.values()]);
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

  it.each([['bert', [0, 1, 2, 3, 4]], ['roberta', [2, 3, 4, 5, 6]]] as const)('of %s is 0 for words and positions that are not there, and for the padding’s own values', (variant, positions) => {
    const config = VARIANTS[variant]!;
    const rows = smallBatch(config);
    const parameters = upload(randomWeights(config, ['classification'], 11), true);
    const { grads } = tf.variableGrads(() => LOSSES.classification(config, parameters), [...parameters.values()]);
    const used = (name: string) => (grads[parameters.get(name)!.name]!.arraySync() as number[][]).map((row) => row.some((value) => value !== 0));
    const present = new Set([...rows.ids].filter((_, i) => rows.mask[i] === 1));
    expect(used('embeddings.word_embeddings.weight')).toEqual(Array.from({ length: 17 }, (_, id) => present.has(id)));
    expect(used('embeddings.position_embeddings.weight')).toEqual(Array.from({ length: config.max_position_embeddings }, (_, at) => (positions as readonly number[]).includes(at)));
    dispose(parameters);
  });
});
