import { expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { bindTerms, objectiveTensors } from '../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import { shapeOf } from '../../src/lab/teacher_pass.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { integer, key } from '../../src/random/counter.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const [BATCH, LENGTH, VOCABULARY] = [7, 16, 101];
const STUDENT: ModelConfig = {
  model_type: 'bert', vocab_size: VOCABULARY, hidden_size: 33, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 19, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 61, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: [],
};
const TEACHER: ModelConfig = { ...STUDENT, num_hidden_layers: 5 };
const ROWS = Array.from({ length: BATCH }, (_, i) => ({ ids: Array.from({ length: LENGTH }, (_word, j) => 5 + integer(key(3, 'grammar', i), j, 90)), typeIds: Array<number>(LENGTH).fill(0), label: i % 2 }));

/** Shapes of every tensor that one step makes. */
async function shapesOf(names: readonly string[], teacherLayers: (layer: number) => void = () => undefined): Promise<(readonly number[])[]> {
  const objectives = names.map((name) => ({ name, weight: 1, parameters: {}, ...(name === 'att_kl' ? { mapping: '0,1' } : {}) }));
  const terms = bindTerms(objectives, { student: shapeOf(STUDENT), teacher: shapeOf(TEACHER), fidelity: 'corrected', seed: 3 });
  const read = upload(randomWeights(TEACHER, ['masked-lm'], 6), false);
  const parameters = { get: (name: string) => (teacherLayers(Number(/^encoder\.layer\.(\d+)/.exec(name)?.[1] ?? -1)), read.get(name)), has: (name: string) => read.has(name), keys: () => read.keys() };
  const loop = classifierLoop({
    config: STUDENT, parameters: upload(randomWeights(STUDENT, ['masked-lm', 'next-sentence'], 5), true), terms, trained: objectiveTensors('trained', terms), memory: objectiveTensors('memory', terms),
    examples: ROWS, options: { ...DEFAULT_RECIPE.training, per_device_train_batch_size: BATCH, max_seq_length: LENGTH }, steps: 3, first: 0, padId: 0, fidelity: 'corrected', dropout: { student: true, teacher: false },
    masking: { mask: 4, untouchable: new Set([0, 2, 3]), vocabSize: VOCABULARY },
    teacher: { config: TEACHER, parameters: parameters as unknown as typeof read, needsLogits: names.includes('masked_lm_distill'), dropout: false },
  });
  const { kernels } = await tf.profile(async () => {
    await loop.next();
    return tf.scalar(0);
  });
  return kernels.flatMap(({ outputShapes }) => outputShapes);
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

it.each(NODE_BACKENDS.flatMap((backend) => [['masked_lm'], ['masked_lm_distill'], ['masked_lm', 'next_sentence', 'masked_lm_distill', 'att_kl']].map((names) => [backend, names] as const)))('on %s a step by %j makes logits of masked words alone', async (backend, names) => {
  await open(backend);
  const shapes = await shapesOf(names);
  const logits = shapes.filter((shape) => shape.length === 2 && shape[1] === VOCABULARY).map(([rows]) => rows!);
  expect(logits.length).toBeGreaterThan(1);
  expect(Math.max(...logits)).toBeLessThan(0.4 * BATCH * LENGTH);
  expect(Math.max(...shapes.map(sizeOf))).toBeLessThan(BATCH * LENGTH * VOCABULARY);
});

it('runs a teacher no deeper than the mapping needs', async () => {
  await open('wasm');
  const layers = new Set<number>();
  await shapesOf(['masked_lm', 'att_kl'], (layer) => void layers.add(layer));
  expect([...layers].sort()).toEqual([-1, 0, 1]);
});
