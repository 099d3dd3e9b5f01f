import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../../src/store/checkpoints.ts';
import type { Database } from '../../src/store/database.ts';
import { withRunLock } from '../../src/store/locks.ts';
import { sweep } from '../../src/store/sweep.ts';
import { freshDatabase, keysOf, memoryLocks, someCheckpoint, someTensors } from './fixtures.ts';

beforeEach(() => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** A database whose process dies at the transaction that would move the head: nothing happens from then on. */
function dyingAtCommit(database: Database): Database {
  let dead = false;
  const gone = () => Promise.reject(new Error('killed'));
  return {
    ...database,
    relaxed: (mode, callback) => (dead ? gone() : database.relaxed(mode, callback)),
    strict: () => {
      dead = true;
      return gone();
    },
  };
}

describe('a save that is killed before the head moves', () => {
  it('leaves the generation before, and parts that the sweep removes', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    await expect(saveCheckpoint('a', someCheckpoint(3), 1, dyingAtCommit(database))).rejects.toThrow('killed');
    expect(await keysOf(database, 'part')).toHaveLength(2);
    expect(await loadCheckpoint('a', database)).toMatchObject({ generation: 1, checkpoint: { state: { step: 2 } } });
    expect(await sweep(database)).toBe(1);
    expect(await keysOf(database, 'part')).toHaveLength(1);
    expect(await loadCheckpoint('a', database)).toMatchObject({ generation: 1, checkpoint: { state: { step: 2 } } });
    expect(await sweep(database)).toBe(0);
  });

  it('leaves nothing visible when it was the first', async () => {
    const database = freshDatabase();
    await expect(saveCheckpoint('a', someCheckpoint(3), undefined, dyingAtCommit(database))).rejects.toThrow('killed');
    expect(await loadCheckpoint('a', database)).toBeUndefined();
    expect(await sweep(database)).toBe(1);
    expect(await keysOf(database, 'part')).toHaveLength(0);
  });

  it('is not swept while its run is being written', async () => {
    const database = freshDatabase();
    await expect(saveCheckpoint('a', someCheckpoint(3), undefined, dyingAtCommit(database))).rejects.toThrow('killed');
    await withRunLock('a', async () => {
      expect(await sweep(database)).toBe(0);
    });
    expect(await sweep(database)).toBe(1);
  });
});

describe('a full disk', () => {
  const full = () => {
    throw new DOMException('', 'QuotaExceededError');
  };

  it.each([1, 2, 3])('at write %i is a fault that says what to do, and leaves the generation before', async (failing) => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    const put = IDBObjectStore.prototype.put;
    let writes = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...entry) {
      writes += 1;
      return writes === failing ? full() : put.apply(this, entry);
    });
    await expect(saveCheckpoint('a', someCheckpoint(3), 1, database)).rejects.toMatchObject({
      code: 'storage-full',
      remedy: expect.stringContaining('Delete old runs') as string,
    });
    expect(await keysOf(database, 'part')).toHaveLength(1);
    expect(await keysOf(database, 'manifest')).toHaveLength(1);
    expect(await loadCheckpoint('a', database)).toMatchObject({ generation: 1, checkpoint: { state: { step: 2 } } });
    vi.restoreAllMocks();
    expect(await saveCheckpoint('a', someCheckpoint(3), 1, database)).toMatchObject({ generation: 2 });
  });

  it('that aborts without any error is the same fault', async () => {
    const database = freshDatabase();
    const put = IDBObjectStore.prototype.put;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...entry) {
      const request = put.apply(this, entry);
      this.transaction.abort();
      return request;
    });
    await expect(saveCheckpoint('a', someCheckpoint(3), undefined, database)).rejects.toMatchObject({ code: 'storage-full' });
  });
});

describe('a batch with a value that cannot be stored', () => {
  it('leaves nothing of the batch', async () => {
    const database = freshDatabase();
    const batch = database.relaxed('readwrite', (entries) => {
      entries.put(1, ['run', 'x']);
      entries.put(() => 0, ['run', 'y']);
    });
    await expect(batch).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(await keysOf(database, 'run')).toEqual([]);
  });
});

describe('parts that vanish between writing and the head', () => {
  it('keep the head where it was', async () => {
    const database = freshDatabase();
    await saveCheckpoint('a', someCheckpoint(2), undefined, database);
    const emptied: Database = {
      ...database,
      strict: async (mode, callback) => {
        for (const key of await keysOf(database, 'part')) await database.relaxed('readwrite', (entries) => entries.delete(key));
        return database.strict(mode, callback);
      },
    };
    const checkpoint = { state: { step: 3 }, tensors: someTensors(3) };
    await expect(saveCheckpoint('a', checkpoint, 1, emptied)).rejects.toMatchObject({ code: 'store-lost' });
    expect(await keysOf(database, 'manifest')).toHaveLength(1);
  });
});
