/**
 * Tensors with their JSON, saved so that what can be seen is whole: parts, then their read-back, then one flushed
 * transaction that stores the manifest and moves the head, and only then the deletion of what the head has dropped.
 */
import { get, promisifyRequest } from 'idb-keyval';
import { Fault } from '../fault/fault.ts';
import { checkJson, checkTensors } from './checks.ts';
import { under, type Database } from './database.ts';
import { sha256OfText } from './digest.ts';
import { FORMAT, headKey, manifestKey, parseHead, parseManifest, readHead, type Generation } from './manifest.ts';
import { readTensors, writeParts, type Stream } from './parts.ts';
import { sweepOwner } from './sweep.ts';
import type { JsonValue, Owner, StoredTensor } from './types.ts';

/** What one generation holds. */
export interface Contents {
  readonly meta: JsonValue;
  readonly tensors: readonly StoredTensor[];
}

export interface SaveOptions {
  /** What a person calls this generation, e.g. `distilled, step 200`. */
  readonly label: string;
  /** Generations that stay, this one included. */
  readonly keep: number;
  /** Generation that this one was computed from; it stays, and the newest one stays when it is undefined. */
  readonly after?: number;
  readonly partBytes?: number;
}

export interface Saved {
  readonly generation: number;
  readonly bytes: number;
}

export interface Loaded extends Saved {
  readonly contents: Contents;
  /** Set when a newer generation was damaged: a sentence that names it and the tensor. */
  readonly warning?: string;
}

/**
 * Saves a new generation of `owner`; until it returns, readers get the one before.
 * @throws Fault `not-finite`, `tensor-shape`, `tensor-name` before anything is written; `storage-full`,
 *   `write-failed`, `store-lost`, `run-taken-over` with the generations before intact
 */
export async function saveGeneration(
  database: Database,
  owner: Owner,
  contents: Contents,
  options: SaveOptions,
): Promise<Saved> {
  const where = `${owner.kind} ${owner.id}, ${options.label}`;
  checkTensors(where, contents.tensors);
  checkJson(where, contents.meta);
  try {
    const stream = await writeParts(database, owner, contents.tensors, options.partBytes);
    const saved = await commit(database, owner, contents.meta, stream, options);
    await sweepQuietly(database, owner);
    return saved;
  } catch (error) {
    await sweepQuietly(database, owner);
    throw error;
  }
}

/**
 * The newest generation whose manifest and tensors all match their checksums; undefined when nothing was saved.
 * @throws Fault `checkpoint-damaged` when no kept generation is whole, `store-newer` when one is of a newer format
 */
export async function loadGeneration(database: Database, owner: Owner): Promise<Loaded | undefined> {
  const head = await readHead(database, owner);
  if (head === undefined) return undefined;
  const damages: string[] = [];
  for (const entry of head.generations) {
    try {
      const contents = await readGeneration(database, owner, entry);
      const { generation, bytes } = entry;
      if (damages.length === 0) return { contents, generation, bytes };
      const warning = `Damaged in the browser’s storage: ${damages.join('; ')}. Loaded instead: ${entry.label}.`;
      return { contents, generation, bytes, warning };
    } catch (error) {
      if (!isDamage(error)) throw error;
      damages.push(`${entry.label} (${error.got})`);
    }
  }
  throw damaged(owner, 'all saved states', damages.join('; '));
}

async function readGeneration(database: Database, owner: Owner, entry: Generation): Promise<Contents> {
  const damage = (what: string): Fault => damaged(owner, entry.label, what);
  const text = await get<unknown>(manifestKey(owner, entry.token), database.relaxed);
  if (typeof text !== 'string') throw damage('its list of tensors is missing');
  if ((await sha256OfText(text)) !== entry.manifestSha256) {
    throw damage('its list of tensors does not match its checksum');
  }
  const manifest = parseManifest(text, `${owner.kind} ${owner.id}, ${entry.label}`);
  if (manifest === undefined) throw damage('its list of tensors cannot be read');
  return { meta: manifest.meta, tensors: await readTensors(database, owner, manifest.stream, damage) };
}

/** Stores the manifest and moves the head in one transaction, which also counts the parts once more. */
async function commit(
  database: Database,
  owner: Owner,
  meta: JsonValue,
  stream: Stream,
  { label, keep, after }: SaveOptions,
): Promise<Saved> {
  const text = JSON.stringify({ format: FORMAT, meta, stream });
  const manifestSha256 = await sha256OfText(text);
  const bytes = text.length + stream.parts.reduce((sum, size) => sum + size, 0);
  return database.strict('readwrite', async (entries) => {
    const head = parseHead(await promisifyRequest<unknown>(entries.get(headKey(owner))), owner);
    const parts = await promisifyRequest(entries.count(under('part', owner.kind, owner.id, stream.token)));
    if (parts !== stream.parts.length) throw lost(owner, `${stream.parts.length} parts`, `${parts}`);
    const before = head?.generations ?? [];
    const base = after === undefined ? before : from(owner, before, after);
    const generation = Math.max(0, ...before.map((kept) => kept.generation)) + 1;
    const added: Generation = { generation, token: stream.token, label, manifestSha256, bytes };
    entries.put(text, manifestKey(owner, stream.token));
    entries.put({ format: FORMAT, generations: [added, ...base].slice(0, keep) }, headKey(owner));
    return { generation, bytes };
  });
}

/** The kept generations with `after` first, without those that are newer and were passed over as damaged. */
function from(owner: Owner, before: readonly Generation[], after: number): readonly Generation[] {
  const index = before.findIndex(({ generation }) => generation === after);
  if (index >= 0) return before.slice(index);
  if (before.length === 0) throw lost(owner, `generation ${after}`, 'no saved state');
  throw new Fault({
    code: 'run-taken-over',
    where: `${owner.kind} ${owner.id}`,
    expected: `generation ${after} among the saved ones`,
    got: `generation ${before[0]!.generation}, saved by another tab`,
    remedy: 'This tab stops saving; go on in the other tab, or reload this one to continue from what it saved.',
  });
}

function lost(owner: Owner, expected: string, got: string): Fault {
  return new Fault({
    code: 'store-lost',
    where: `${owner.kind} ${owner.id}`,
    expected,
    got: `${got}: the browser’s storage was emptied or rolled back meanwhile`,
    remedy: 'Save again to store it anew, or export the model now.',
  });
}

/** What cannot be deleted now is deleted by the next save or the next start, and counts for nothing until then. */
async function sweepQuietly(database: Database, owner: Owner): Promise<void> {
  await sweepOwner(database, owner).catch(() => undefined);
}

const DAMAGED = 'checkpoint-damaged';

function damaged(owner: Owner, label: string, got: string): Fault {
  return new Fault({
    code: DAMAGED,
    where: `${owner.kind} ${owner.id}, ${label}`,
    expected: 'every tensor with its checksum',
    got,
    remedy: 'Start the run again, or delete it from the list; other runs are not affected.',
  });
}

/** Damage of one generation: its own checksums, or a record that the browser itself cannot read. */
function isDamage(error: unknown): error is Fault {
  return error instanceof Fault && (error.code === DAMAGED || error.code === 'store-unreadable');
}
