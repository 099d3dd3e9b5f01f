/**
 * Masked words and next sentences against transformers' BertForPreTraining: loss and every gradient, as `make_gradients.py` of
 * tests/golden/transformers wrote them in float64 from the checkpoint beside them.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { readConfig } from '../../src/formats/config_json.ts';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import { batchLosses, type ClassifierTraining } from '../../src/lab/classifier_training.ts';
import { uploadRows } from '../../src/lab/row_tensors.ts';
import { fromFile, ourName } from '../../src/model/names.ts';
import { upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import type { LabelledBatch } from '../../src/train/batches.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { plainTraining } from './plain_training.ts';

const FOLDER = 'tests/golden/transformers/bert_pretraining';
const bytesOf = (name: string) => new Uint8Array(readFileSync(`${FOLDER}/${name}`));
const [given, golden] = [new Golden(`${FOLDER}/expected.safetensors`), new Golden(`${FOLDER}/gradients.safetensors`)];

const ROWS: LabelledBatch = {
  size: 3, length: 7, indices: [0, 1, 2],
  ids: given.integers('inputs/input_ids'), typeIds: given.integers('inputs/token_type_ids'), mask: Float32Array.from(given.integers('inputs/attention_mask')),
  labels: golden.integers('inputs/next_sentence_label'),
  masked: { positions: golden.integers('inputs/positions'), words: golden.integers('inputs/words') },
};

function trainingOf(names: readonly string[]): ClassifierTraining {
  const config = readConfig(bytesOf('config.json'), 'config.json');
  const file = readSafetensors(bytesOf('model.safetensors'), 'model.safetensors');
  const { weights } = fromFile(config, new Map([...file.tensors].map(([name, t]) => [name, { shape: t.shape, data: toFloat32(t, name) }])));
  const objectives = names.map((name) => ({ name, weight: 1, parameters: {} }));
  const plain = plainTraining({ objectives, config, parameters: upload(weights, true), examples: [], options: DEFAULT_RECIPE.training, steps: 1 });
  return { ...plain, dropout: { student: false, teacher: false }, masking: { mask: 4, untouchable: new Set(), vocabSize: config.vocab_size } };
}

/** Keys' biases have a gradient of 0 but for rounding, which is held against a hundredth of the largest gradient. */
const LEAST = 10;

const lossOf = (training: ClassifierTraining): tf.Scalar => tf.addN(Object.values(batchLosses(training, uploadRows(training, ROWS, 0), 0, undefined).terms));

describe.each(NODE_BACKENDS)('masked words and next sentences on %s', (backend) => {
  beforeAll(() => open(backend));

  it('have the loss and the gradients of BertForPreTraining', () => {
    const training = trainingOf(['masked_lm', 'next_sentence']);
    const { value, grads } = tf.variableGrads(() => lossOf(training), [...training.parameters.values()]);
    expect(Math.abs(value.dataSync()[0]! / golden.floats('expected/loss')[0]! - 1)).toBeLessThan(1e-6);
    const names = golden.under('gradients/').map((name) => [name, ourName(name.slice('gradients/'.length))] as const);
    expect(names.map(([, own]) => own).sort()).toEqual([...training.parameters.keys()].sort());
    for (const [name, own] of names) {
      const gradient = grads[training.parameters.get(own)!.name]!;
      expect(relativeError(gradient.dataSync() as Float32Array, golden.floats(name), LEAST * golden.scale('gradients/')), own).toBeLessThan(1e-5);
    }
  });

  it('are a sum: either alone is less', () => {
    const of = (...names: string[]) => lossOf(trainingOf(names)).dataSync()[0]!;
    expect(of('masked_lm') + of('next_sentence')).toBeCloseTo(of('masked_lm', 'next_sentence'), 5);
    expect(of('next_sentence')).toBeGreaterThan(0.05);
  });
});
