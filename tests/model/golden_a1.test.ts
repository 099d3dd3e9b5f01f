import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/formats/config_json.ts';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import { uploadBatch, type Batch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../src/model/heads.ts';
import { fromFile, ourName } from '../../src/model/names.ts';
import { TAP_NAMES } from '../../src/model/taps.ts';
import { upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const FORWARD = 2e-5;
const GRADIENT = 2e-4;
const folder = 'tests/golden/a1_bert_postln';
const golden = new Golden(`${folder}.safetensors`);

function readModel() {
  const config = readConfig(new Uint8Array(readFileSync(`${folder}/config.json`)), `${folder}/config.json`);
  const file = readSafetensors(new Uint8Array(readFileSync(`${folder}/model.safetensors`)), folder);
  const tensors = new Map([...file.tensors].map(([name, t]) => [name, { shape: t.shape, data: toFloat32(t, name) }]));
  return { config, ...fromFile(config, tensors) };
}

function inputs(config: ModelConfig): Batch {
  return uploadBatch(
    {
      size: 4,
      length: 12,
      ids: golden.integers('inputs/input_ids'),
      typeIds: golden.integers('inputs/token_type_ids'),
      mask: Float32Array.from(golden.integers('inputs/attention_mask')),
    },
    config,
  );
}

/** Positions with a masked-LM label, in row-major order, and their labels. */
function masked() {
  const labels = golden.integers('inputs/masked_lm_labels');
  const positions = [...labels.keys()].filter((i) => labels[i] !== -1);
  return { positions: idIndex(Int32Array.from(positions), 48), labels: tf.tensor1d(positions.map((i) => labels[i]!), 'int32') };
}

describe.each(NODE_BACKENDS)('BERT post-LN against the original code, on %s', (backend) => {
  beforeAll(() => open(backend));

  const near = (name: string, got: tf.Tensor, group: string, tolerance: number) => {
    const error = relativeError(got.dataSync() as Float32Array, golden.floats(name), golden.scale(group));
    expect(error, name).toBeLessThan(tolerance);
  };

  it('reads the checkpoint without a missing or unexpected tensor', () => {
    expect(readModel().report).toEqual({ missing: [], unexpected: [], misshaped: [] });
  });

  it('gives every internal tensor', () => {
    const { config, weights } = readModel();
    const parameters = upload(weights, false);
    const { last, taps } = encode(parameters, config, inputs(config), { taps: new Set(TAP_NAMES) });
    near('expected/embedding_output', taps.get('hiddenStates')[0]!, 'expected/', FORWARD);
    for (let layer = 0; layer < 4; layer++) {
      const name = (part: string) => `expected/layer.${layer}.${part}`;
      near(name('hidden_state'), taps.get('hiddenStates')[layer + 1]!, 'expected/', FORWARD);
      near(name('attention_scores'), taps.get('attentionScores')[layer]!, 'expected/', FORWARD);
      near(name('attention_probs'), taps.get('attentionProbabilities')[layer]!, 'expected/', FORWARD);
      near(name('query'), taps.get('queries')[layer]!, 'expected/', FORWARD);
      near(name('key'), taps.get('keys')[layer]!, 'expected/', FORWARD);
      near(name('value'), taps.get('values')[layer]!, 'expected/', FORWARD);
    }
    const { pooled, logits } = classify(parameters, config, last, inputs(config));
    near('expected/classification/pooled_output', pooled, 'expected/classification/', FORWARD);
    near('expected/classification/logits', logits, 'expected/classification/', FORWARD);
  });

  const losses = {
    classification: (p: Map<string, tf.Variable>, config: ModelConfig, batch: Batch) => {
      const { logits } = classify(p, config, encode(p, config, batch).last, batch);
      return tf.mean(crossEntropy(logits, tf.tensor1d(golden.integers('inputs/class_labels'), 'int32'))) as tf.Scalar;
    },
    mlm: (p: Map<string, tf.Variable>, config: ModelConfig, batch: Batch) => {
      const { positions, labels } = masked();
      const logits = maskedLmLogits(p, config, encode(p, config, batch).last, positions, 'released');
      return tf.mean(crossEntropy(logits, labels)) as tf.Scalar;
    },
  };

  it.each(['classification', 'mlm'] as const)('gives the %s loss and every gradient', (name) => {
    const { config, weights } = readModel();
    const parameters = upload(weights, true);
    const batch = inputs(config);
    const { value, grads } = tf.variableGrads(() => losses[name](parameters, config, batch), [...parameters.values()]);
    near(`expected/${name}/loss`, value, `expected/${name}/`, FORWARD);
    const prefix = `grad/${name}/`;
    const compared = golden.under(prefix);
    expect(compared.length).toBeGreaterThan(65);
    for (const full of compared) near(full, grads[parameters.get(ourName(full.slice(prefix.length)))!.name]!, prefix, GRADIENT);
  });

  it('gives masked-LM logits without and with the decoder bias, and the regression loss', () => {
    const { config, weights } = readModel();
    const parameters = upload(weights, false);
    const { last } = encode(parameters, config, inputs(config));
    const { positions } = masked();
    near('expected/mlm/logits_masked_positions', maskedLmLogits(parameters, config, last, positions, 'released'), 'expected/mlm/', FORWARD);
    near('expected/mlm_dense_head/logits_masked_positions', maskedLmLogits(parameters, config, last, positions), 'expected/mlm_dense_head/', FORWARD);
    const regression = new Map<string, tf.Tensor>([
      ...parameters,
      ['classifier.weight', tf.tensor(golden.floats('inputs/regression_head.weight'), [1, 32])],
      ['classifier.bias', tf.tensor(golden.floats('inputs/regression_head.bias'))],
    ]);
    const { logits } = classify(regression, config, last, inputs(config));
    near('expected/regression/logits', logits, 'expected/regression/', FORWARD);
    const targets = tf.tensor(golden.floats('inputs/regression_labels'), [4, 1]);
    near('expected/regression/loss', tf.mean(tf.squaredDifference(logits, targets)), 'expected/regression/', FORWARD);
  });
});
