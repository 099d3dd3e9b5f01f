import { get, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../../src/store/checkpoints.ts';
import type { Database } from '../../src/store/database.ts';
import { saveGeneration } from '../../src/store/generations.ts';
import { bits, flipBit, freshDatabase, HARD_VALUES, keysOf, someCheckpoint, someTensors } from './fixtures.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const owner = { kind: 'run', id: 'a' } as const;

async function firstPartOf(database: Database, generation: number): Promise<IDBValidKey> {
  const head = await get<{ generations: { generation: number; token: string }[] }>(['head', 'run', 'a'], database.relaxed);
  const token = head?.generations.find((kept) => kept.generation === generation)?.token ?? '';
  return ['part', 'run', 'a', token, 0];
}

describe('a saved checkpoint', () => {
  it('comes back bit by bit, with its state', async () => {
    const database = freshDatabase();
    const saved = await saveCheckpoint('a', someCheckpoint(3), undefined, database);
    const loaded = await loadCheckpoint('a', database);
    expect(saved.generation).toBe(1);
    expect(saved.bytes).toBeGreaterThan(4 * 23);
    expect(loaded?.generation).toBe(1);
    expect(loaded?.warning).toBeUndefined();
    expect(loaded?.checkpoint.state).toEqual(someCheckpoint(3).state);
    expect(loaded?.checkpoint.tensors.map(({ name, shape }) => ({ name, shape })))
      .toEqual(someTensors(3).map(({ name, shape }) => ({ name, shape })));
    expect(loaded?.checkpoint.tensors.map(bits)).toEqual(someTensors(3).map(bits));
    expect(Object.is(loaded?.checkpoint.tensors[0]?.data[0], -0)).toBe(true);
    expect(HARD_VALUES).toHaveLength(7);
  });

  it.each([4, 13, 28, 61, 1009])('comes back the same from parts of %i bytes', async (partBytes) => {
    const database = freshDatabase();
    const contents = { meta: null, tensors: someTensors(5) };
    await saveGeneration(database, owner, contents, { label: 'x', keep: 2, partBytes });
    const loaded = await loadCheckpoint('a', database);
    expect(loaded?.checkpoint.tensors.map(bits)).toEqual(someTensors(5).map(bits));
    expect(await keysOf(database, 'part')).toHaveLength(Math.ceil((4 * 23) / partBytes));
  });

  it('stores no more than its own values of a view', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(3), undefined, database);
    const parts = await Promise.all((await keysOf(database, 'part')).map((key) => get<unknown>(key, database.relaxed)));
    expect(parts.map((part) => part instanceof ArrayBuffer && part.byteLength)).toEqual([4 * (7 + 15 + 1)]);
  });

  it('is undefined before the first, and belongs to its run alone', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(3), undefined, database);
    expect(await loadCheckpoint('ab', database)).toBeUndefined();
  });

  it('keeps two generations and nothing of the third', async () => {
    const database = freshDatabase();
    for (const step of [2, 3, 5, 7]) await saveCheckpoint('a', someCheckpoint(step), undefined, database);
    expect(await keysOf(database, 'part')).toHaveLength(2);
    expect(await keysOf(database, 'manifest')).toHaveLength(2);
    expect((await loadCheckpoint('a', database))?.generation).toBe(4);
  });
});

describe('what is refused before anything is written', () => {
  it.each([NaN, Infinity, -Infinity])('a tensor with %d, by its name and place', async (value) => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    const tensors = someTensors(3);
    tensors[1]!.data[4] = value;
    await expect(saveCheckpoint('a', { state: { step: 3 }, tensors }, undefined, database)).rejects.toMatchObject({
      code: 'not-finite',
      got: '1 of 15 not finite in “encoder.0.weight”, the first at index 4',
    });
    expect((await loadCheckpoint('a', database))?.generation).toBe(1);
  });

  it('a number in the state that JSON would turn into null', async () => {
    const state = { step: 3, best: [1, -Infinity] };
    await expect(saveCheckpoint('a', { state, tensors: [] }, undefined, freshDatabase()))
      .rejects.toMatchObject({ code: 'not-finite', got: '-Infinity at state.best.1' });
  });

  it('a shape that does not fit, and a name that comes twice', async () => {
    const [tensor] = someTensors();
    const wrong = { ...tensor!, shape: [2, 3] };
    await expect(saveCheckpoint('a', { state: null, tensors: [wrong] }, undefined, freshDatabase()))
      .rejects.toMatchObject({ code: 'tensor-shape', expected: '6 values' });
    await expect(saveCheckpoint('a', { state: null, tensors: [tensor!, tensor!] }, undefined, freshDatabase()))
      .rejects.toMatchObject({ code: 'tensor-name' });
  });
});

describe('damage', () => {
  it('of one bit gives the generation before, and names step and tensor', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(200), undefined, database);
    await saveCheckpoint('a', someCheckpoint(300), undefined, database);
    await flipBit(database, await firstPartOf(database, 2), 4 * 7 + 3);
    const loaded = await loadCheckpoint('a', database);
    expect(loaded?.generation).toBe(1);
    expect(loaded?.checkpoint.state).toMatchObject({ step: 200 });
    expect(loaded?.checkpoint.tensors.map(bits)).toEqual(someTensors(200).map(bits));
    expect(loaded?.warning).toContain('distilled, step 300 (tensor “encoder.0.weight” does not match its checksum)');
    expect(loaded?.warning).toContain('Loaded instead: distilled, step 200.');
  });

  it('of the list of tensors gives the generation before', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    await saveCheckpoint('a', someCheckpoint(3), undefined, database);
    const token = String((await firstPartOf(database, 2) as IDBValidKey[])[3]);
    const key = ['manifest', 'run', 'a', token];
    const text = await get<string>(key, database.relaxed);
    await set(key, text?.replace('"losses":[0.1', '"losses":[0.2'), database.relaxed);
    expect(await loadCheckpoint('a', database)).toMatchObject({ generation: 1, checkpoint: { state: { step: 2 } } });
  });

  it('of every generation is a fault that names both', async () => {
    const database = freshDatabase();
    for (const step of [2, 3]) await saveCheckpoint('a', someCheckpoint(step), undefined, database);
    for (const generation of [1, 2]) await flipBit(database, await firstPartOf(database, generation), 0);
    await expect(loadCheckpoint('a', database)).rejects.toMatchObject({
      code: 'checkpoint-damaged',
      got: expect.stringMatching(/step 3 .*“embeddings.weight”.*step 2 .*“embeddings.weight”/) as string,
    });
  });

  it('that was passed over is dropped before the good generation is', async () => {
    const database = freshDatabase();
    for (const step of [2, 3]) await saveCheckpoint('a', someCheckpoint(step), undefined, database);
    await flipBit(database, await firstPartOf(database, 2), 0);
    const loaded = await loadCheckpoint('a', database);
    const saved = await saveCheckpoint('a', someCheckpoint(5), loaded?.generation, database);
    expect(saved.generation).toBe(3);
    await flipBit(database, await firstPartOf(database, 3), 0);
    expect(await loadCheckpoint('a', database)).toMatchObject({ generation: 1 });
  });

  it('of a newer format is refused, not repaired', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    const head = await get<object>(['head', 'run', 'a'], database.relaxed);
    await set(['head', 'run', 'a'], { ...head, format: 2 }, database.relaxed);
    await expect(loadCheckpoint('a', database)).rejects.toMatchObject({ code: 'store-newer' });
    await expect(saveCheckpoint('a', someCheckpoint(3), undefined, database)).rejects.toMatchObject({ code: 'store-newer' });
    expect(await get<object>(['head', 'run', 'a'], database.relaxed)).toEqual({ ...head, format: 2 });
  });
});

describe('a save that goes on from a generation', () => {
  it('notices that the storage was emptied', async () => {
    await expect(saveCheckpoint('a', someCheckpoint(2), 7, freshDatabase())).rejects.toMatchObject({ code: 'store-lost' });
  });

  it('notices that another tab has saved past it', async () => {
    const database = freshDatabase();
    for (const step of [2, 3, 5]) await saveCheckpoint('a', someCheckpoint(step), undefined, database);
    await expect(saveCheckpoint('a', someCheckpoint(7), 1, database)).rejects.toMatchObject({ code: 'run-taken-over' });
    expect((await loadCheckpoint('a', database))?.generation).toBe(3);
  });
});
