import { beforeAll, expect, it } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { bindTerms, objectiveTensors } from '../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import { comparedBy } from '../../src/lab/objective_memory.ts';
import { shapeOf } from '../../src/lab/teacher_pass.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { memoryPlan } from '../../src/model/memory.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import { integer, key } from '../../src/random/counter.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';

const STUDENT: ModelConfig = {
  model_type: 'bert', vocab_size: 211, hidden_size: 60, num_hidden_layers: 2, num_attention_heads: 5, intermediate_size: 170, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 61, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
};
const TEACHER: ModelConfig = { ...STUDENT, num_hidden_layers: 3 };
const [BATCH, LENGTH, COUNT] = [5, 24, 35];
const ROWS = Array.from({ length: COUNT }, (_, i) => ({ ids: Array.from({ length: LENGTH }, (_word, j) => 5 + integer(key(3, 'grammar', i), j, 200)), typeIds: Array<number>(LENGTH).fill(0), label: i % 2 }));
const OPTIONS = { ...DEFAULT_RECIPE.training, per_device_train_batch_size: BATCH, max_seq_length: LENGTH };

beforeAll(() => open('wasm'));

/** Bytes at the peak of a step with one objective, by tfjs's own count. */
async function measured(name: string): Promise<number> {
  const before = tf.memory().numBytes;
  const models = [upload(randomWeights(STUDENT, ['classification'], 5), true), upload(randomWeights(TEACHER, ['classification'], 6), false)] as const;
  const rowLabels = Int32Array.from(ROWS, ({ label }) => label);
  const terms = bindTerms([{ name, weight: 1, parameters: {} }], { student: shapeOf(STUDENT), teacher: shapeOf(TEACHER), fidelity: 'corrected', seed: 3, rowLabels });
  const [trained, memory] = [objectiveTensors('trained', terms), objectiveTensors('memory', terms)];
  const loop = classifierLoop({
    config: STUDENT, parameters: models[0], terms, trained, memory, examples: ROWS, options: OPTIONS, steps: 7, first: 0, padId: 0, fidelity: 'corrected', dropout: { student: true, teacher: false },
    teacher: { config: TEACHER, parameters: models[1], needsLogits: false, dropout: false },
  });
  await loop.next();
  const { peakBytes } = await tf.profile(async () => {
    await loop.next();
    return tf.scalar(0);
  });
  loop.dispose();
  [...models, trained, memory].forEach(dispose);
  return peakBytes - before;
}

const COMPARING = OBJECTIVES.filter(({ taps, needs }) => taps !== undefined && !needs.maskedLm).map(({ name }) => name);

it.each(COMPARING)('the memory of a step with %s is estimated', async (name) => {
  const terms = [{ name, weight: 1, parameters: {} }];
  const compared = comparedBy(terms, { ...DEFAULT_RECIPE, training: OPTIONS }, STUDENT, TEACHER, COUNT);
  const plan = memoryPlan({ config: STUDENT, teacher: TEACHER, heads: ['classification'], batch: BATCH, length: LENGTH, fusedAttention: true, ...(compared ? { compared } : {}) });
  const share = (await measured(name)) / plan.total;
  console.info(`${name}: ${share.toFixed(3)} of the estimate`);
  expect(plan.objectives).toBeGreaterThan(0);
  expect(share).toBeLessThan(1.1);
  expect(share).toBeGreaterThan(0.5);
});
