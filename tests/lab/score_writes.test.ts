import { beforeAll, expect, it } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { bindTerms, objectiveTensors } from '../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import { shapeOf } from '../../src/lab/teacher_pass.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { integer, key } from '../../src/random/counter.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';

const [BATCH, HEADS, LENGTH] = [7, 3, 16];
const STUDENT: ModelConfig = {
  model_type: 'bert', vocab_size: 101, hidden_size: 33, num_hidden_layers: 2, num_attention_heads: HEADS, intermediate_size: 19, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 61, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
};
const TEACHER: ModelConfig = { ...STUDENT, num_hidden_layers: 5 };
const ROWS = Array.from({ length: BATCH }, (_, i) => ({ ids: Array.from({ length: LENGTH - i }, (_word, j) => 5 + integer(key(3, 'grammar', i), j, 90)), typeIds: Array<number>(LENGTH - i).fill(0), label: i % 2 }));

/** Operations that give a tensor another name. */
const RENAMING = ['Reshape', 'Identity'];

/** How often one step writes a tensor of B·H·T² values. */
async function scoreWrites(name: string): Promise<number> {
  const terms = bindTerms([{ name, weight: 1, parameters: {} }], { student: shapeOf(STUDENT), teacher: shapeOf(TEACHER), fidelity: 'corrected', seed: 3, rowLabels: Int32Array.from(ROWS, ({ label }) => label) });
  const loop = classifierLoop({
    config: STUDENT, parameters: upload(randomWeights(STUDENT, ['classification'], 5), true), terms, trained: objectiveTensors('trained', terms), memory: objectiveTensors('memory', terms),
    examples: ROWS, options: { ...DEFAULT_RECIPE.training, per_device_train_batch_size: BATCH, max_seq_length: LENGTH }, steps: 3, first: 0, padId: 0, fidelity: 'corrected', dropout: { student: true, teacher: false },
    teacher: { config: TEACHER, parameters: upload(randomWeights(TEACHER, ['classification'], 6), false), needsLogits: true, dropout: false },
  });
  const { kernels } = await tf.profile(async () => {
    await loop.next();
    return tf.scalar(0);
  });
  const large = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1) === BATCH * HEADS * LENGTH ** 2;
  return kernels.filter((kernel) => !RENAMING.includes(kernel.name)).flatMap(({ outputShapes }) => outputShapes).filter((shape) => large(shape)).length;
}

/** For each pair of layers whose attention is compared: the scores of both models, and the gradient of the student's. */
const BY_PAIR = 3;
const PAIRS: Readonly<Record<string, number>> = { att_kl: 2, att_mse: 2, att_mse_hidden_mse: 2, att_kl_hidden_mse: 2, attn_rand: 2, minilm: 1, minilm_random: 2, minilm_v2: 0, pear_col: 1 };

beforeAll(() => open('wasm'));

it.each(OBJECTIVES.filter(({ needs }) => !needs.maskedLm && !needs.nextSentence).map(({ name }) => name))('%s writes scores no more often than they have to be compared', async (name) => {
  expect(await scoreWrites(name)).toBe(BY_PAIR * (PAIRS[name] ?? 0));
});
