import { beforeAll, expect, it } from 'vitest';
import { miniGlue } from '../../src/data/mini_glue/index.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { predictSplit } from '../../src/lab/predictions.ts';
import { randomWeights } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession, smallTokenizer } from './small_session.ts';

const DATA = { kind: 'mini-glue', seed: 5, train_rows: 17, dev_rows: 13 } as const;
const TABLES = [{ name: 'train.tsv', blob: new Blob(['sentence\tlabel\n']) }, { name: 'test.tsv', blob: new Blob([`index\tsentence\n${[0, 1, 2, 3, 4].map((i) => `${i}\tthe film is ${i}\n`).join('')}`]) }];
const { start } = smallSession();

function question(recipe: Partial<Recipe>, told: [number, number][] = []) {
  const models = [{ arm: 'teacher', weights: start }, { arm: 'distilled', weights: randomWeights(start.config, ['classification'], 7) }] as const;
  const shelf = { baseUrl: '', given: { data: TABLES }, stored: async () => undefined, now: () => 0, emit: () => undefined };
  return { split: 'dev' as const, recipe: { ...smallRecipe(), data: DATA, ...recipe }, models, tokenizer: smallTokenizer(), shelf, onProgress: (done: number, total: number) => void told.push([done, total]) };
}

beforeAll(() => open('wasm'));

it('asks every model about the dev rows of the recipe, and frees its tensors', async () => {
  const before = tf.memory().numTensors;
  const told: [number, number][] = [];
  const { task, examples, models } = await predictSplit(question({}, told));
  expect(task).toBe(taskNamed('sst-2'));
  expect(examples).toEqual(miniGlue(taskNamed('sst-2'), DATA).dev);
  expect(models.map(({ arm, logits }) => [arm, logits.length])).toEqual([['teacher', 26], ['distilled', 26]]);
  expect(models[0]!.logits).not.toEqual(models[1]!.logits);
  expect(told).toEqual([[13, 26], [26, 26]]);
  expect(tf.memory().numTensors).toBe(before);
});

it('asks about as many as were scored', async () => {
  const { examples, models } = await predictSplit(question({ training: { ...smallRecipe().training, max_eval_samples: 3 } }));
  expect([examples.length, models[1]!.logits.length]).toEqual([3, 6]);
});

it('asks about the mismatched rows, as they were scored', async () => {
  const table = (count: number) => `sentence\tlabel\n${Array.from({ length: count }, (_, i) => `${'good '.repeat(1 + (i % 5))}\t${i % 2}\n`).join('')}`;
  const data = Object.entries({ 'train.tsv': table(19), 'dev.tsv': table(5), 'dev_mismatched.tsv': table(7) }).map(([name, text]) => ({ name, blob: new Blob([text]) }));
  const asked = question({ data: { kind: 'folder', name: 'own' }, training: { ...smallRecipe().training, max_eval_samples: 3 } });
  const { examples, models } = await predictSplit({ ...asked, shelf: { ...asked.shelf, given: { data } }, split: 'mismatched' });
  expect([examples.length, models[1]!.logits.length]).toEqual([3, 6]);
});

it('asks about the rows of a test file, in its order and without labels', async () => {
  const { examples, models } = await predictSplit({ ...question({ data: { kind: 'folder', name: 'own' } }), split: 'test' });
  expect(examples.map(({ text, label }) => [text, label])).toEqual([0, 1, 2, 3, 4].map((i) => [`the film is ${i}`, undefined]));
  expect(models.map(({ logits }) => logits.length)).toEqual([10, 10]);
  await expect(predictSplit({ ...question({ data: { kind: 'folder', name: 'own' } }), split: 'test_mismatched' })).rejects.toMatchObject({ code: 'MissingFile', expected: expect.stringContaining('test_mismatched.tsv') });
  await expect(predictSplit({ ...question({}), split: 'test' })).rejects.toMatchObject({ code: 'no-test-rows' });
});
