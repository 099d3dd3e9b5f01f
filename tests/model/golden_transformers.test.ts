import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { architectureOf, readConfig, type Architecture } from '../../src/formats/config_json.ts';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import { uploadBatch, type Batch } from '../../src/model/batch.ts';
import type { Head, ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits, nextSentenceLogits } from '../../src/model/heads.ts';
import { fileName, fromFile } from '../../src/model/names.ts';
import { parameterSpecs, type Parameters } from '../../src/model/parameters.ts';
import { upload } from '../../src/model/weights.ts';
import type * as tf from '../../src/tensor/tf.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

/** What `make.py` in this folder wrote: checkpoints of Python's transformers, and what it computes from them. */
const FOLDER = 'tests/golden/transformers';
const FORWARD = 2e-5;

type Outputs = (parameters: Parameters, config: ModelConfig, last: tf.Tensor, batch: Batch) => Readonly<Record<string, tf.Tensor>>;

const everyPosition = (batch: Batch) => idIndex(Int32Array.from({ length: batch.size * batch.length }, (_, i) => i), batch.size * batch.length);
const classification: Outputs = (parameters, config, last, batch) => ({ logits: classify(parameters, config, last, batch).logits });

const CASES: readonly [string, readonly Head[], Partial<ModelConfig>, Outputs][] = [
  ['bert_gelu_new_classification', ['classification'], { hidden_act: 'gelu_new' }, classification],
  ['bert_relu_regression', ['classification'], { hidden_act: 'relu', labels: ['LABEL_0'] }, classification],
  ['bert_pretraining', ['masked-lm', 'next-sentence'], {}, (parameters, config, last, batch) => ({
    prediction_logits: maskedLmLogits(parameters, config, last, everyPosition(batch)),
    seq_relationship_logits: nextSentenceLogits(parameters, config, last, batch),
  })],
  ['roberta_classification', ['classification'], { model_type: 'roberta', classifier_dropout: 0.25 }, classification],
  ['roberta_relu_masked_lm', ['masked-lm'], { model_type: 'roberta' }, (parameters, config, last, batch) => ({ logits: maskedLmLogits(parameters, config, last, everyPosition(batch)) })],
];

describe.each(NODE_BACKENDS)('checkpoints of transformers, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('%s gives the same hidden states, padded positions included, and outputs', (name, heads, fields, outputs) => {
    const path = (file: string) => `${FOLDER}/${name}/${file}`;
    const config = readConfig(new Uint8Array(readFileSync(path('config.json'))), path('config.json'));
    expect(config).toMatchObject(fields);
    const file = readSafetensors(new Uint8Array(readFileSync(path('model.safetensors'))), path('model.safetensors'));
    const { weights, report } = fromFile(config, new Map([...file.tensors].map(([tensor, t]) => [tensor, { shape: t.shape, data: toFloat32(t, tensor) }])));
    expect(report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    expect(weights.heads).toEqual(heads);

    const golden = new Golden(path('expected.safetensors'));
    const batch = uploadBatch({ size: 3, length: 7, ids: golden.integers('inputs/input_ids'), typeIds: golden.integers('inputs/token_type_ids'), mask: Float32Array.from(golden.integers('inputs/attention_mask')) }, config);
    const parameters = upload(weights, false);
    const { last, taps } = encode(parameters, config, batch, { taps: { hiddenStates: 'all' } });
    const got = { ...Object.fromEntries(taps.get('hiddenStates').map((state, i) => [`hidden_states.${i}`, state])), ...outputs(parameters, config, last, batch) };
    expect(golden.under('expected/').sort()).toEqual(Object.keys(got).map((output) => `expected/${output}`).sort());
    for (const [output, tensor] of Object.entries(got)) {
      const expected = golden.floats(`expected/${output}`);
      expect(relativeError(tensor.dataSync() as Float32Array, expected, golden.scale('expected/')), output).toBeLessThan(FORWARD);
    }
  });
});

describe('names and shapes of the tensors that we write', () => {
  const { classes } = JSON.parse(readFileSync(`${FOLDER}/parameter_names.json`, 'utf8')) as { classes: Record<Architecture, Record<string, number[]>> };
  const base: ModelConfig = {
    model_type: 'bert', vocab_size: 29, hidden_size: 15, num_hidden_layers: 1, num_attention_heads: 3, intermediate_size: 22, hidden_act: 'gelu',
    hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 13, type_vocab_size: 2, initializer_range: 0.3,
    layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['a', 'b', 'c'],
  };

  it.each<[Architecture, ModelConfig['model_type'], readonly Head[]]>([
    ['BertForSequenceClassification', 'bert', ['classification']],
    ['BertForMaskedLM', 'bert', ['masked-lm']],
    ['BertForPreTraining', 'bert', ['masked-lm', 'next-sentence']],
    ['BertForNextSentencePrediction', 'bert', ['next-sentence']],
    ['RobertaForSequenceClassification', 'roberta', ['classification']],
    ['RobertaForMaskedLM', 'roberta', ['masked-lm']],
  ])('are those of %s, neither more nor fewer', (architecture, model_type, heads) => {
    const config = { ...base, model_type };
    expect(architectureOf(config, heads)).toBe(architecture);
    const written = parameterSpecs(config, heads).map(({ name, shape }) => [fileName(name, config), [...shape]] as const);
    expect(Object.fromEntries(written)).toEqual(classes[architecture]);
  });
});
