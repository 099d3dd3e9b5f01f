import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cdp } from 'vitest/browser';
import { loadCheckpoint, saveCheckpoint } from '../../../src/store/checkpoints.ts';
import { openDatabase, type Database } from '../../../src/store/database.ts';
import { busyRuns, withRunLock } from '../../../src/store/locks.ts';
import { PART_BYTES } from '../../../src/store/parts.ts';
import { deleteRun, listRuns } from '../../../src/store/runs.ts';
import { sweep } from '../../../src/store/sweep.ts';
import type { StoredTensor } from '../../../src/store/types.ts';
import { storageUsage } from '../../../src/store/usage.ts';

const protocol = cdp() as { send(method: string, parameters: object): Promise<unknown> };

let name: string;
let database: Database;

beforeEach(() => {
  name = `test-${crypto.randomUUID()}`;
  database = openDatabase(name);
});

afterEach(async () => {
  await database.close();
  indexedDB.deleteDatabase(name);
  vi.unstubAllGlobals();
});

/** Incompressible finite values: a full disk is only met by bytes that the browser cannot squeeze. */
function randomTensor(tensorName: string, length: number): StoredTensor {
  const data = new Float32Array(length);
  const bytes = new Uint8Array(data.buffer);
  for (let i = 0; i < bytes.length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  // Clears the top bit of the exponent, which makes every value finite.
  for (let i = 3; i < bytes.length; i += 4) bytes[i]! &= 0xbf;
  return { name: tensorName, shape: [length], data };
}

const bitsOf = ({ data }: StoredTensor) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function sameBits(a: StoredTensor | undefined, b: StoredTensor): boolean {
  return a !== undefined && a.data.length === b.data.length && bitsOf(a).every((byte, i) => byte === bitsOf(b)[i]);
}

describe('checkpoints in the browser’s own IndexedDB', () => {
  it('come back bit by bit across parts, and are deleted whole', async () => {
    const tensors = [randomTensor('small', 7), randomTensor('large', PART_BYTES / 4 + 101), randomTensor('last', 13)];
    const { bytes } = await saveCheckpoint('a', { state: { arm: 'teacher', step: 3 }, tensors }, undefined, database);
    const loaded = await loadCheckpoint('a', database);
    expect(loaded?.checkpoint.state).toEqual({ arm: 'teacher', step: 3 });
    expect(tensors.every((tensor, i) => sameBits(loaded?.checkpoint.tensors[i], tensor))).toBe(true);
    const usage = await storageUsage(database);
    expect(usage.runs.get('a')).toBe(bytes);
    expect(usage.quota).toBeGreaterThan(bytes);
    await deleteRun('a', database);
    expect(await loadCheckpoint('a', database)).toBeUndefined();
    expect(await sweep(database)).toBe(0);
  });

  it('survive a full disk, and are saved again when there is room', async () => {
    const tensors = [randomTensor('w', 2 ** 18)];
    const bucket = await smallBucket(5 * 2 ** 20);
    vi.stubGlobal('indexedDB', bucket.indexedDB);
    await saveCheckpoint('a', { state: { step: 2 }, tensors }, undefined, database);
    await expect(saveCheckpoint('a', { state: { step: 3 }, tensors: [randomTensor('w', 3 * 2 ** 20)] }, 1, database))
      .rejects.toMatchObject({ code: 'storage-full' });
    const loaded = await loadCheckpoint('a', database);
    expect(loaded).toMatchObject({ generation: 1, checkpoint: { state: { step: 2 } } });
    expect(sameBits(loaded?.checkpoint.tensors[0], tensors[0]!)).toBe(true);
    expect(await sweep(database)).toBe(0);
    expect(await saveCheckpoint('a', { state: { step: 5 }, tensors }, 1, database)).toMatchObject({ generation: 2 });
  });

  it('say so when the site’s data were cleared meanwhile, and can be saved anew', async () => {
    const tensors = [randomTensor('w', 101)];
    const { generation } = await saveCheckpoint('a', { state: { step: 2 }, tensors }, undefined, database);
    await protocol.send('Storage.clearDataForOrigin', { origin: location.origin, storageTypes: 'indexeddb' });
    await expect(saveCheckpoint('a', { state: { step: 3 }, tensors }, generation, database))
      .rejects.toMatchObject({ code: 'store-lost' });
    expect(await listRuns(database)).toEqual([]);
    await saveCheckpoint('a', { state: { step: 3 }, tensors }, undefined, database);
    expect(await loadCheckpoint('a', database)).toMatchObject({ checkpoint: { state: { step: 3 } } });
  });

  it('of a worker that is killed at any moment are the one before or the new one, never a mixture', async () => {
    const saved = [2, 3].map((step) => ({ state: { step }, tensors: [randomTensor('w', 2 ** 18 + step)] }));
    await saveCheckpoint('a', saved[0]!, undefined, database);
    for (const delay of [0, 5, 11, 23, 47]) {
      const worker = new Worker(new URL('./saving.worker.ts', import.meta.url), { type: 'module' });
      await new Promise((resolve) => {
        worker.onmessage = resolve;
      });
      worker.postMessage({ name, checkpoint: saved[1] });
      await new Promise((resolve) => setTimeout(resolve, delay));
      worker.terminate();
      const loaded = await loadCheckpoint('a', database);
      expect(loaded?.warning).toBeUndefined();
      const tensor = loaded?.checkpoint.tensors[0];
      expect(saved.some(({ tensors }) => sameBits(tensor, tensors[0]!))).toBe(true);
    }
    await expect.poll(() => busyRuns().then((runs) => runs.size)).toBe(0);
    await sweep(database);
    expect((await loadCheckpoint('a', database))?.warning).toBeUndefined();
  });
});

describe('the lock of a run', () => {
  it('refuses a second holder and is free again when the first is done', async () => {
    await withRunLock('a', async () => {
      expect((await busyRuns()).has('a')).toBe(true);
      await expect(withRunLock('a', async () => 1)).rejects.toMatchObject({ code: 'run-busy' });
      await expect(deleteRun('a', database)).rejects.toMatchObject({ code: 'run-busy' });
    });
    expect(await withRunLock('a', async () => 2)).toBe(2);
  });
});

/** A storage bucket of its own quota; the override of the developer tools comes late where one was in use before. */
async function smallBucket(quota: number): Promise<{ readonly indexedDB: IDBFactory }> {
  const { storageBuckets } = navigator as unknown as {
    storageBuckets: { open(name: string, options: { quota: number }): Promise<{ readonly indexedDB: IDBFactory }> };
  };
  return storageBuckets.open(name.toLowerCase(), { quota });
}
