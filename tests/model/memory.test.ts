import { describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import { deviceLimits } from '../../src/tensor/limits.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { uploadBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify } from '../../src/model/heads.ts';
import { fits, largestBatch, memoryPlan } from '../../src/model/memory.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';

const CONFIG: ModelConfig = {
  model_type: 'bert', vocab_size: 211, hidden_size: 60, num_hidden_layers: 2, num_attention_heads: 5, intermediate_size: 170, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 41, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes', 'perhaps'],
};
const ROBERTA: ModelConfig = { ...CONFIG, model_type: 'roberta', vocab_size: 50_265, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072, max_position_embeddings: 514, type_vocab_size: 1, labels: ['a', 'b'] };

/** Bytes that a step has at its peak, by tfjs's own count. */
async function measured(batch: number, length: number): Promise<number> {
  const weights = randomWeights(CONFIG, ['classification'], 3);
  const parameters = upload(weights, true);
  const source = { seed: 1, step: 1 };
  const tokens = { size: batch, length, ids: new Int32Array(batch * length).fill(7), typeIds: new Int32Array(batch * length), mask: new Float32Array(batch * length).fill(1) };
  const loss = () => {
    const onDevice = uploadBatch(tokens, CONFIG);
    const { logits } = classify(parameters, CONFIG, encode(parameters, CONFIG, onDevice, { dropout: source }).last, onDevice, source);
    return tf.mean(crossEntropy(logits, tf.tensor1d(new Array<number>(batch).fill(1), 'int32'))) as tf.Scalar;
  };
  const before = tf.memory().numBytes;
  const { peakBytes } = await tf.profile(() => {
    const { value, grads } = tf.tidy(() => tf.variableGrads(loss, [...parameters.values()]));
    tf.dispose([value, ...Object.values(grads)]);
    return tf.scalar(0);
  });
  dispose(parameters);
  const own = [...weights.tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  return peakBytes - before + own;
}

describe('the memory of a step', () => {
  it.each([['wasm', 7, 37, 0.05], ['wasm', 3, 23, 0.05], ['cpu', 7, 37, 0.25]] as const)('is estimated on %s for %d texts of %d tokens', async (backend, batch, length, tolerance) => {
    await open(backend);
    const plan = memoryPlan({ config: CONFIG, heads: ['classification'], batch, length, fusedAttention: deviceLimits().fusedAttention });
    const peak = await measured(batch, length);
    expect(Math.abs(plan.total - plan.moments - peak) / peak).toBeLessThan(tolerance);
  });

  it('is little more than one layer in a pass without gradients', async () => {
    await open('wasm');
    const [batch, length] = [7, 37];
    const peak = async (num_hidden_layers: number) => {
      const config = { ...CONFIG, num_hidden_layers };
      const parameters = upload(randomWeights(config, ['classification'], 3), false);
      const tokens = { size: batch, length, ids: new Int32Array(batch * length).fill(7), typeIds: new Int32Array(batch * length), mask: new Float32Array(batch * length).fill(1) };
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() => tf.tidy(() => encode(parameters, config, uploadBatch(tokens, config), { taps: { values: [0], hiddenStates: [1] } }).last));
      dispose(parameters);
      return (peakBytes - before) / (4 * batch * length * CONFIG.hidden_size);
    };
    expect((await peak(9)) - (await peak(2))).toBeLessThan(1.2 * 7);
  });

  it('is exact for what is counted', () => {
    const load = { config: ROBERTA, heads: ['classification'] as const, batch: 1, length: 128, fusedAttention: false };
    const plan = memoryPlan({ ...load, teacher: ROBERTA });
    expect(plan.parameters).toBe(124_647_170);
    expect([plan.weights, plan.moments, plan.teacher]).toEqual([498_588_680, 997_177_360, 498_588_680]);
    expect(plan.largest).toEqual({ name: 'embeddings.word_embeddings.weight', bytes: 154_414_080 });
    expect(memoryPlan({ ...load, batch: 64, length: 512 }).largest).toEqual({ name: 'the attention scores of one layer', bytes: 4 * 64 * 12 * 512 * 512 });
    expect(memoryPlan({ ...load, heads: ['masked-lm'], batch: 64 }).largest.name).toBe('the masked-LM logits');
  });

  it('bounds the batch', () => {
    const load = { config: ROBERTA, heads: ['classification'] as const, length: 128, fusedAttention: true };
    const limits = { total: 2 ** 32 };
    const most = largestBatch(load, limits);
    expect(most).toBeGreaterThan(1);
    expect(fits(memoryPlan({ ...load, batch: most }), limits)).toBe(true);
    expect(fits(memoryPlan({ ...load, batch: most + 1 }), limits)).toBe(false);
    expect(largestBatch(load, { binding: 128 * 2 ** 20 })).toBe(85);
    expect(largestBatch(load, { binding: 8 * 2 ** 20 })).toBe(0);
    expect(largestBatch(load, {})).toBe(4096);
  });
});
