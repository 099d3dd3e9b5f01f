import { beforeAll, describe, expect, it } from 'vitest';
import { uploadBatch } from '../../src/model/batch.ts';
import { encode, tapsOf } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../src/model/heads.ts';
import type { Parameters } from '../../src/model/parameters.ts';
import * as tf from '../../src/tensor/tf.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { GoldenModel } from './golden_model.ts';

const SIZES = { size: 4, length: 12 };
const model = new GoldenModel('a3_roberta');
const { golden, config } = model;
const sum = (x: tf.Tensor) => tf.sum(x);

const masked = () => {
  const chosen = golden.integers('inputs/lm_masked_positions');
  const positions = Int32Array.from([...chosen.keys()].filter((i) => chosen[i] !== 0));
  return { positions: idIndex(positions, chosen.length), labels: tf.tensor1d(golden.integers('inputs/lm_labels_at_masked_positions'), 'int32') };
};

const lastOf = (parameters: Parameters) => encode(parameters, config, model.batch(SIZES), { fidelity: 'released' }).last;

const LOSSES = {
  classification: (parameters: Parameters) => {
    const { logits } = classify(parameters, config, lastOf(parameters), model.batch(SIZES));
    return sum(crossEntropy(logits, tf.tensor1d(golden.integers('inputs/class_labels'), 'int32')));
  },
  lm: (parameters: Parameters) => {
    const { positions, labels } = masked();
    return sum(crossEntropy(maskedLmLogits(parameters, config, lastOf(parameters), positions, 'released'), labels));
  },
};

describe.each(NODE_BACKENDS)('RoBERTa against the original code, on %s', (backend) => {
  beforeAll(() => open(backend));

  it('is read without a missing or unexpected tensor', () => {
    expect(model.report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    expect(model.weights.heads).toEqual(['classification', 'masked-lm']);
  });

  it('gives every internal tensor', () => {
    expect(model.compareInternals(model.parameters(), model.batch(SIZES), 'released')).toBe(36);
  });

  it('gives the embeddings before padding is set to 0, and the position term', () => {
    const traced = new Map<string, tf.Tensor>();
    const taps = tapsOf(model.parameters(), config, model.batch(SIZES), { taps: { hiddenStates: [0] }, trace: (name, tensor) => traced.set(name, tensor) });
    model.near('expected/embedding_layernorm_before_pad_zeroing', taps.at('hiddenStates', 0));
    model.near('expected/embedding_positions_term', traced.get('embedding_positions')!);
    expect([...traced.keys()]).toEqual(['embedding_positions', 'embedding_layernorm']);
  });

  it.each([['classification', 72], ['lm', 6]] as const)('gives the %s loss and its %d gradients', (name, count) => {
    expect(model.compareGradients(name, 'loss_sum', LOSSES[name]).length).toBe(count);
  });

  it('gives the logits of both heads', () => {
    const parameters = model.parameters();
    model.near('expected/classification/logits', classify(parameters, config, lastOf(parameters), model.batch(SIZES)).logits);
    model.near('expected/lm/logits_masked_positions', maskedLmLogits(parameters, config, lastOf(parameters), masked().positions));
  });

  it('gives one text without padding', () => {
    const ids = golden.integers('inputs/input_ids').slice(0, SIZES.length);
    const batch = uploadBatch({ size: 1, length: SIZES.length, ids, typeIds: ids.map(() => 0), mask: Float32Array.from(ids, () => 1) }, config);
    const parameters = model.parameters();
    const { last } = encode(parameters, config, batch, { fidelity: 'released' });
    model.near('expected/single_unpadded/last_hidden_state', last);
    model.near('expected/single_unpadded/logits', classify(parameters, config, last, batch).logits);
  });
});
