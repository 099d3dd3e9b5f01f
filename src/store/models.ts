/** Models made in this browser and kept by name for later runs, e.g. teachers finetuned on their first use. */
import { promisifyRequest } from 'idb-keyval';
import { Fault } from '../fault/fault.ts';
import { labDatabase, under, type Database } from './database.ts';
import { loadGeneration, saveGeneration } from './generations.ts';
import { whenFree } from './locks.ts';
import { parseHead } from './manifest.ts';
import type { JsonValue, Owner, StoredModel, TextFile } from './types.ts';

/** A cached model as the storage panel shows it. */
export interface ModelEntry {
  readonly key: string;
  readonly bytes: number;
}

/**
 * Keeps a model under a name, in place of an earlier one of the same name.
 * @returns bytes written
 * @throws Fault `not-finite` naming the tensor, `storage-full`; an earlier model of this name is intact then
 */
export async function putModel(key: string, model: StoredModel, database: Database = labDatabase): Promise<number> {
  const { config, tensors, tokenizerFiles } = model;
  const meta = { config, tokenizerFiles: tokenizerFiles.map(({ name, text }) => ({ name, text })) };
  const owner = ownerOf(key);
  const save = () => saveGeneration(database, owner, { meta, tensors }, { label: 'weights', keep: 1 });
  return (await whenFree(owner, save)).bytes;
}

/**
 * A model by its name; undefined when it was never made, was deleted, or was evicted by the browser.
 * @throws Fault `checkpoint-damaged` when its bytes changed: delete it and make it again
 */
export async function getModel(key: string, database: Database = labDatabase): Promise<StoredModel | undefined> {
  const loaded = await loadGeneration(database, ownerOf(key));
  if (loaded === undefined) return undefined;
  const { meta, tensors } = loaded.contents;
  if (!isModelMeta(meta)) throw noModel(key);
  return { config: meta.config, tensors, tokenizerFiles: meta.tokenizerFiles };
}

/** Names and sizes of all cached models, by name. */
export async function listModels(database: Database = labDatabase): Promise<ModelEntry[]> {
  const [keys, heads] = await database.relaxed('readonly', (entries) => Promise.all([
    promisifyRequest(entries.getAllKeys(under('head', 'model'))),
    promisifyRequest<unknown[]>(entries.getAll(under('head', 'model'))),
  ]));
  return keys.map((path, i) => {
    const key = Array.isArray(path) ? String(path[2]) : '';
    const generations = parseHead(heads[i], ownerOf(key))?.generations ?? [];
    return { key, bytes: generations.reduce((sum, { bytes }) => sum + bytes, 0) };
  });
}

/** Deletes a model by its name; nothing happens when there is none. */
export async function deleteModel(key: string, database: Database = labDatabase): Promise<void> {
  await whenFree(ownerOf(key), () => database.strict('readwrite', (entries) => {
    for (const kind of ['head', 'manifest', 'part']) entries.delete(under(kind, 'model', key));
  }));
}

function ownerOf(key: string): Owner {
  return { kind: 'model', id: key };
}

interface ModelMeta {
  readonly config: JsonValue;
  readonly tokenizerFiles: readonly TextFile[];
}

function isModelMeta(meta: unknown): meta is ModelMeta {
  if (typeof meta !== 'object' || meta === null) return false;
  const { config, tokenizerFiles }: { config?: unknown; tokenizerFiles?: unknown } = meta;
  return config !== undefined && Array.isArray(tokenizerFiles) && tokenizerFiles.every(isTextFile);
}

function isTextFile(file: unknown): file is TextFile {
  if (typeof file !== 'object' || file === null) return false;
  const { name, text }: { name?: unknown; text?: unknown } = file;
  return typeof name === 'string' && typeof text === 'string';
}

function noModel(key: string): Fault {
  return new Fault({
    code: 'store-unreadable',
    where: `cached model ${key}`,
    expected: 'a configuration and tokenizer files',
    got: 'other contents',
    remedy: 'Delete it in the storage panel; it is made again when it is needed.',
  });
}
