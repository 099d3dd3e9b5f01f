import { get, promisifyRequest, set } from 'idb-keyval';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { saveCheckpoint } from '../../src/store/checkpoints.ts';
import { appendHistory } from '../../src/store/history.ts';
import { busyRuns, withRunLock } from '../../src/store/locks.ts';
import { putModel } from '../../src/store/models.ts';
import { deleteRun, getRun, listRuns, putRun, watchRuns } from '../../src/store/runs.ts';
import type { RunRecord } from '../../src/store/types.ts';
import { freshDatabase, memoryLocks, someCheckpoint, someReport, someRun, someTensors } from './fixtures.ts';

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the list of runs', () => {
  it('has the newest first, each as it was stored', async () => {
    const database = freshDatabase();
    const runs = [someRun('a', { createdAt: 2 }), someRun('b', { createdAt: 5, note: 'n' }), someRun('c', { createdAt: 3 })];
    for (const run of runs) await putRun(run, database);
    expect(await listRuns(database)).toEqual([runs[1], runs[2], runs[0]]);
    expect(await getRun('b', database)).toEqual(runs[1]);
    expect(await getRun('d', database)).toBeUndefined();
  });

  it('leaves out a record that cannot be read, and leaves it alone', async () => {
    const database = freshDatabase();
    await putRun(someRun('a'), database);
    await set(['run', 'b'], { id: 'b' }, database.relaxed);
    expect((await listRuns(database)).map(({ id }) => id)).toEqual(['a']);
    expect(await get<unknown>(['run', 'b'], database.relaxed)).toEqual({ id: 'b' });
  });

  it('is handed to its watchers at once and after every change', async () => {
    const database = freshDatabase();
    await putRun(someRun('a'), database);
    const seen: string[] = [];
    const stop = watchRuns((runs) => seen.push(runs.map(({ id, step }) => `${id}${step}`).join()), undefined, database);
    await expect.poll(() => seen.at(-1)).toBe('a5');
    await putRun(someRun('b', { createdAt: 2000, step: 7 }), database);
    await expect.poll(() => seen.at(-1)).toBe('b7,a5');
    await deleteRun('a', database);
    await expect.poll(() => seen.at(-1)).toBe('b7');
    stop();
    const before = seen.length;
    await putRun(someRun('c'), database);
    await new Promise((resolve) => setTimeout(resolve, 53));
    expect(seen).toHaveLength(before);
  });

  it('tells its watcher when it cannot be read', async () => {
    const errors: unknown[] = [];
    const database = freshDatabase();
    const failing = { ...database, relaxed: () => Promise.reject(new Error('unreadable')) };
    const stop = watchRuns(() => undefined, (error) => errors.push(error), failing);
    await expect.poll(() => errors).toEqual([new Error('unreadable')]);
    stop();
  });
});

describe('deleting a run', () => {
  it('leaves nothing of it, and everything of the others', async () => {
    const database = freshDatabase();
    const keys = () => database.relaxed('readonly', (entries) => promisifyRequest(entries.getAllKeys()));
    await putModel('a', { config: {}, tensors: someTensors(), tokenizerFiles: [] }, database);
    await fill('ab');
    const others = await keys();
    await fill('a');
    expect((await keys()).length).toBe(others.length + 7);
    await deleteRun('a', database);
    expect(await keys()).toEqual(others);

    async function fill(id: string): Promise<void> {
      await putRun(someRun(id), database);
      for (const step of [2, 3, 5]) await saveCheckpoint(id, someCheckpoint(step), undefined, database);
      await appendHistory(id, [someReport(1)], database);
    }
  });

  it('is refused while the run is being written', async () => {
    const database = freshDatabase();
    await putRun(someRun('a'), database);
    await withRunLock('a', async () => {
      await expect(deleteRun('a', database)).rejects.toMatchObject({ code: 'run-busy', where: 'run a' });
    });
    expect(await listRuns(database)).toHaveLength(1);
    await deleteRun('a', database);
    expect(await listRuns(database)).toHaveLength(0);
  });
});

describe('the lock of a run', () => {
  it('is held by one at a time, seen by all, and free after an error', async () => {
    const failing = withRunLock('a', async () => {
      expect([...(await busyRuns())]).toEqual(['a']);
      await expect(withRunLock('a', async () => 1)).rejects.toMatchObject({ code: 'run-busy' });
      expect(await withRunLock('b', async () => 2)).toBe(2);
      throw new Error('training failed');
    });
    await expect(failing).rejects.toThrow('training failed');
    expect(await withRunLock('a', async () => 3)).toBe(3);
    expect((await busyRuns()).size).toBe(0);
  });

  it('says what is missing outside secure contexts', async () => {
    vi.stubGlobal('navigator', {});
    await expect(withRunLock('a', async () => 1)).rejects.toMatchObject({ code: 'insecure-context' });
  });
});

it('keeps the fields of a record that are optional', async () => {
  const database = freshDatabase();
  const record: RunRecord = someRun('a', {
    rows: [{
      arm: 'teacher', parameters: 13, seconds: 17,
      scores: { metrics: { accuracy: 0.75 }, byDepth: [1, 0.5], loss: 0.25, examples: 211 },
    }],
    backend: { backend: 'wasm', reason: 'r', adapter: 'a', remedy: '' },
  });
  await putRun(record, database);
  expect(await getRun('a', database)).toEqual(record);
});
