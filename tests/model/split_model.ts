import { uploadBatch } from '../../src/model/batch.ts';
import type { Head, ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../src/model/heads.ts';
import { joined } from '../../src/model/parts.ts';
import { dispose, download, randomWeights, upload, type HostTensor } from '../../src/model/weights.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import * as tf from '../../src/tensor/tf.ts';
import { smallBatch } from './variants.ts';

export const HEADS: readonly Head[] = ['classification', 'masked-lm'];

/** Four parts for 17 words of width 21: three of five rows, and one of two. */
export const LIMIT = 4 * 21 * 5 + 3;

/** What a model with both heads gives: its numbers as one tensor each, and the number of tensors of its word embeddings. */
export interface Given {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  readonly parts: number;
}

/** Forward pass and gradients of both losses, with the word embeddings in parts of at most `limit` bytes. */
export async function given(config: ModelConfig, limit: number): Promise<Given> {
  const parameters = upload(randomWeights(config, HEADS, 11), true, limit);
  const dropout = { seed: 5, step: 3 };
  const kept: Record<string, tf.Tensor> = {};
  const { value, grads } = tf.variableGrads(() => {
    const batch = uploadBatch(smallBatch(config), config);
    const { last, taps } = encode(parameters, config, batch, { dropout, taps: { hiddenStates: [0] } });
    const words = maskedLmLogits(parameters, config, last, idIndex(Int32Array.of(1, 3, 6, 11), 15));
    Object.assign(kept, { embeddings: tf.keep(taps.at('hiddenStates', 0).clone()), words: tf.keep(words.clone()) });
    const classes = crossEntropy(classify(parameters, config, last, batch, dropout).logits, tf.tensor1d([2, 0, 1], 'int32'));
    return tf.add(tf.mean(classes), tf.mean(crossEntropy(words, tf.tensor1d([4, 16, 0, 4], 'int32')))) as tf.Scalar;
  }, [...parameters.values()]);
  const named = [...parameters].flatMap(([name, variable]) => (grads[variable.name] ? [[`gradient of ${name}`, grads[variable.name]!] as const] : []));
  const tensors = await download(new Map([...Object.entries(kept), ...named] as [string, tf.Variable][]));
  const parts = [...parameters.keys()].filter((name) => name.includes('word_embeddings')).length;
  tf.dispose([value, grads, kept]);
  dispose(parameters);
  return { tensors: joined(tensors), parts };
}

/** Largest difference over the largest value, by name; the gradient of the keys' biases is 0 but for rounding, and left out. */
export function differences(a: Given['tensors'], b: Given['tensors']): Map<string, number> {
  return new Map([...a].filter(([name]) => !/^gradient of .*key\.bias$/.test(name)).map(([name, { data }]) => {
    const other = b.get(name)!.data;
    const most = data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    return [name, data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - other[i]!)), 0) / most];
  }));
}
