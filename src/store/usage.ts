/** How much the lab stores, how much the browser allows, and whether it may evict it. */
import { promisifyRequest } from 'idb-keyval';
import { labDatabase, under, type Database } from './database.ts';
import { parseHead } from './manifest.ts';
import { listModels, type ModelEntry } from './models.ts';
import { bytesOfSet } from './samples_record.ts';
import { SampleStore } from './samples.ts';
import { KeptTokens } from './tokens.ts';

export interface StorageUsage {
  /** Bytes used by this site and allowed to it, as the browser estimates them; undefined where it does not say. */
  readonly used?: number;
  readonly quota?: number;
  /** False: the browser may evict everything when the disk gets full. */
  readonly persisted: boolean;
  /** Bytes of the kept checkpoints by run id. */
  readonly runs: ReadonlyMap<string, number>;
  readonly models: readonly ModelEntry[];
  /** Bytes of the files of samples by the id of their set. */
  readonly samples: ReadonlyMap<string, number>;
  /** Bytes of kept token ids. */
  readonly tokens: number;
}

/** What is stored at the moment; the browser's own figures are hints, the others are exact. */
export async function storageUsage(database: Database = labDatabase): Promise<StorageUsage> {
  const estimate = await storageManager()?.estimate();
  return {
    used: estimate?.usage,
    quota: estimate?.quota,
    persisted: await isPersisted(),
    runs: await runSizes(database),
    models: await listModels(database),
    samples: new Map((await new SampleStore(database).list()).sets.map((set) => [set.id, bytesOfSet(set)])),
    tokens: (await new KeptTokens(database).list()).reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Whether the browser has promised not to evict what is stored. */
export async function isPersisted(): Promise<boolean> {
  return (await storageManager()?.persisted()) ?? false;
}

/** Asks the browser not to evict what is stored; false when it keeps that right, as it often does. */
export async function requestPersistence(): Promise<boolean> {
  return (await storageManager()?.persist()) ?? false;
}

async function runSizes(database: Database): Promise<ReadonlyMap<string, number>> {
  const [keys, heads] = await database.relaxed('readonly', (entries) => Promise.all([
    promisifyRequest(entries.getAllKeys(under('head', 'run'))),
    promisifyRequest<unknown[]>(entries.getAll(under('head', 'run'))),
  ]));
  return new Map(keys.map((path, i) => {
    const id = Array.isArray(path) ? String(path[2]) : '';
    const generations = parseHead(heads[i], { kind: 'run', id })?.generations ?? [];
    return [id, generations.reduce((sum, { bytes }) => sum + bytes, 0)];
  }));
}

function storageManager(): StorageManager | undefined {
  // Browsers hide `navigator.storage` outside secure contexts, against the type.
  return globalThis.navigator?.storage;
}
