/** The list of runs: one small record each, and news of every change for the pages that show it. */
import { get, promisifyRequest, set } from 'idb-keyval';
import { upgradeRecipe } from '../experiment/recipe_versions.ts';
import { labDatabase, under, type Database } from './database.ts';
import { withRunLock } from './locks.ts';
import type { RunRecord } from './types.ts';

const CHANNEL = 'distill-lab/runs';

/**
 * All runs, the newest first. A record that this version cannot read is left out and left alone.
 * @throws Fault `store-unreadable`, `store-newer`, `no-storage`
 */
export async function listRuns(database: Database = labDatabase): Promise<RunRecord[]> {
  const values = await database.relaxed('readonly', (entries) =>
    promisifyRequest<unknown[]>(entries.getAll(under('run'))));
  return values.filter(isRunRecord).map(upToDate).sort((a, b) => b.createdAt - a.createdAt);
}

/** One run by its id; undefined when there is none. */
export async function getRun(id: string, database: Database = labDatabase): Promise<RunRecord | undefined> {
  const value = await get<unknown>(runKey(id), database.relaxed);
  return isRunRecord(value) ? upToDate(value) : undefined;
}

/**
 * Stores a run's record in place of the one before and tells every page.
 * @throws Fault `storage-full`; the record before is intact
 */
export async function putRun(record: RunRecord, database: Database = labDatabase): Promise<void> {
  await set(runKey(record.id), record, database.relaxed);
  announce();
}

/**
 * Deletes a run with its checkpoints and its history, in one transaction, and tells every page.
 * @throws Fault `run-busy` when a tab or worker is working on it; nothing is deleted then
 */
export async function deleteRun(id: string, database: Database = labDatabase): Promise<void> {
  await withRunLock(id, () => database.strict('readwrite', (entries) => {
    for (const kind of ['head', 'manifest', 'part']) entries.delete(under(kind, 'run', id));
    for (const kind of ['history', 'run']) entries.delete(under(kind, id));
  }));
  announce();
}

/**
 * Calls back with all runs, at once and after every change made in any tab or worker.
 * @param onError receives what reading the list throws
 * @returns a function that ends it
 */
export function watchRuns(
  callback: (runs: readonly RunRecord[]) => void,
  onError: (error: unknown) => void = (error) => reportError(error),
  database: Database = labDatabase,
): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  let watching = true;
  let reading = false;
  let stale = false;
  const read = async (): Promise<void> => {
    reading = true;
    do {
      stale = false;
      const runs = await listRuns(database);
      if (watching) callback(runs);
    } while (stale && watching);
  };
  const refresh = (): void => {
    stale = true;
    if (reading || !watching) return;
    read().catch(onError).finally(() => {
      reading = false;
    });
  };
  channel.onmessage = refresh;
  refresh();
  return () => {
    watching = false;
    channel.close();
  };
}

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('changed');
  channel.close();
}

function runKey(id: string): IDBValidKey {
  return ['run', id];
}

/** A record whose recipe may be of an earlier version, with the recipe in the present one. */
function upToDate(record: RunRecord): RunRecord {
  return { ...record, recipe: upgradeRecipe(record.recipe) };
}

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return ['id', 'name', 'state', 'arm'].every((name) => typeof fields[name] === 'string')
    && ['createdAt', 'updatedAt', 'step', 'steps', 'generation'].every((name) => typeof fields[name] === 'number')
    && typeof fields.recipe === 'object'
    && Array.isArray(fields.rows);
}
