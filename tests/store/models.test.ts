import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { saveCheckpoint } from '../../src/store/checkpoints.ts';
import { deleteModel, getModel, listModels, putModel } from '../../src/store/models.ts';
import { isPersisted, requestPersistence, storageUsage } from '../../src/store/usage.ts';
import { bits, flipBit, freshDatabase, keysOf, memoryLocks, someCheckpoint, someTensors } from './fixtures.ts';

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const model = (seed: number) => ({
  config: { model_type: 'bert', layer_norm_eps: 1e-12, labels: ['negative', 'positive'] },
  tensors: someTensors(seed),
  tokenizerFiles: [{ name: 'tokenizer.json', text: '{"é":1}' }, { name: 'vocab.txt', text: '[PAD]\n' }],
});

it('a model comes back as it was put, and a second of its name replaces it', async () => {
  const database = freshDatabase();
  await putModel('mini/qnli', model(1), database);
  await putModel('mini/qnli', model(2), database);
  const got = await getModel('mini/qnli', database);
  expect(got?.config).toEqual(model(2).config);
  expect(got?.tokenizerFiles).toEqual(model(2).tokenizerFiles);
  expect(got?.tensors.map(bits)).toEqual(model(2).tensors.map(bits));
  expect(await keysOf(database, 'part')).toHaveLength(1);
});

it('models are listed with their sizes, and deleted whole', async () => {
  const database = freshDatabase();
  const bytes = await putModel('b', model(1), database);
  await putModel('a', { ...model(1), tensors: [] }, database);
  const listed = await listModels(database);
  expect(listed.map(({ key }) => key)).toEqual(['a', 'b']);
  expect(listed[1]?.bytes).toBe(bytes);
  expect(bytes).toBeGreaterThan(4 * 23);
  await deleteModel('b', database);
  expect(await getModel('b', database)).toBeUndefined();
  expect(await keysOf(database, 'part')).toHaveLength(0);
  expect((await listModels(database)).map(({ key }) => key)).toEqual(['a']);
});

it('two writers of one model take turns', async () => {
  const database = freshDatabase();
  await Promise.all([1, 2, 3].map((seed) => putModel('a', model(seed), database)));
  expect((await getModel('a', database))?.tensors.map(bits)).toEqual(model(3).tensors.map(bits));
});

it('a damaged model is a fault, never a wrong model', async () => {
  const database = freshDatabase();
  await putModel('a', model(1), database);
  const [key] = await keysOf(database, 'part');
  await flipBit(database, key!, 91);
  await expect(getModel('a', database)).rejects.toMatchObject({
    code: 'checkpoint-damaged',
    got: expect.stringContaining('“step.scale”') as string,
  });
});

it('usage counts the kept checkpoints by run, and asks the browser for the rest', async () => {
  const database = freshDatabase();
  const storage = {
    estimate: async () => ({ usage: 1013, quota: 10007 }),
    persisted: async () => false,
    persist: async () => true,
  };
  vi.stubGlobal('navigator', { locks: memoryLocks(), storage });
  const saved = await saveCheckpoint('a', someCheckpoint(2), undefined, database);
  await saveCheckpoint('a', someCheckpoint(3), undefined, database);
  const usage = await storageUsage(database);
  expect(usage).toMatchObject({ used: 1013, quota: 10007, persisted: false, models: [] });
  expect([...usage.runs]).toEqual([['a', 2 * saved.bytes]]);
  expect(await requestPersistence()).toBe(true);
});

it('usage does without the browser’s figures where it gives none', async () => {
  vi.stubGlobal('navigator', {});
  expect(await storageUsage(freshDatabase())).toEqual({
    used: undefined, quota: undefined, persisted: false, runs: new Map(), models: [], samples: new Map(), tokens: 0,
  });
  expect(await isPersisted()).toBe(false);
  expect(await requestPersistence()).toBe(false);
});
