/** Removal of what no head refers to: the parts of saves that were interrupted, and dropped generations. */
import { promisifyRequest } from 'idb-keyval';
import { Fault } from '../fault/fault.ts';
import { labDatabase, under, type Database } from './database.ts';
import { withOwnerLock } from './locks.ts';
import { headKey, parseHead } from './manifest.ts';
import type { Owner } from './types.ts';

/**
 * Removes the parts and manifests of one owner that its head does not list.
 * @returns how many entries were removed
 * @throws Fault `store-newer`, with nothing removed, when the head is of a newer format
 */
export function sweepOwner(database: Database, owner: Owner): Promise<number> {
  return database.relaxed('readwrite', async (entries) => {
    const head = parseHead(await promisifyRequest<unknown>(entries.get(headKey(owner))), owner);
    const kept = new Set(head?.generations.map(({ token }) => token));
    const [parts, manifests] = await Promise.all(
      ['part', 'manifest'].map((kind) => promisifyRequest(entries.getAllKeys(under(kind, owner.kind, owner.id)))),
    );
    const orphans = [...parts!, ...manifests!].filter((key) => !kept.has(tokenOf(key)));
    for (const key of orphans) entries.delete(key);
    return orphans.length;
  });
}

/**
 * Sweeps every owner that no tab is writing to; meant for the start of the page.
 * @returns how many entries were removed
 */
export async function sweep(database: Database = labDatabase): Promise<number> {
  let removed = 0;
  for (const owner of await owners(database)) {
    removed += await withOwnerLock(owner, () => sweepOwner(database, owner)).catch(skipped);
  }
  return removed;
}

/** An owner that another tab is writing to, or that a newer version has written, is left as it is. */
function skipped(error: unknown): number {
  if (error instanceof Fault && LEFT_ALONE.has(error.code)) return 0;
  throw error;
}
const LEFT_ALONE: ReadonlySet<string> = new Set(['run-busy', 'store-newer', 'store-unreadable']);

async function owners(database: Database): Promise<Owner[]> {
  const keys = await database.relaxed('readonly', (entries) =>
    Promise.all(['part', 'manifest'].map((kind) => promisifyRequest(entries.getAllKeys(under(kind))))));
  const found = new Map<string, Owner>();
  for (const key of keys.flat()) {
    const [, kind, id] = Array.isArray(key) ? key : [];
    if ((kind === 'run' || kind === 'model') && typeof id === 'string') found.set(`${kind}/${id}`, { kind, id });
  }
  return [...found.values()];
}

function tokenOf(key: IDBValidKey): string {
  return Array.isArray(key) ? String(key[3]) : '';
}
