/** The two small entries that make stored parts count: a manifest for each generation, and one head for each owner. */
import { Fault } from '../fault/fault.ts';
import type { Database } from './database.ts';
import type { Stream, TensorEntry } from './parts.ts';
import { get } from 'idb-keyval';
import type { JsonValue, Owner } from './types.ts';

/** Version of manifest and head; higher ones are refused and never deleted. */
export const FORMAT = 1;

/** Everything of one generation but its bytes; stored as JSON text, whose checksum is in the head. */
export interface Manifest {
  readonly format: number;
  readonly meta: JsonValue;
  readonly stream: Stream;
}

/** One kept generation, as the head lists it. */
export interface Generation {
  readonly generation: number;
  readonly token: string;
  /** What a person calls it, e.g. `distilled, step 200`. */
  readonly label: string;
  readonly manifestSha256: string;
  /** Bytes of tensors and manifest. */
  readonly bytes: number;
}

/** The kept generations, newest first. */
export interface Head {
  readonly format: number;
  readonly generations: readonly Generation[];
}

export function headKey(owner: Owner): IDBValidKey {
  return ['head', owner.kind, owner.id];
}

export function manifestKey(owner: Owner, token: string): IDBValidKey {
  return ['manifest', owner.kind, owner.id, token];
}

/**
 * The head of an owner, or undefined when nothing was saved.
 * @throws Fault `store-newer` for a head of a newer format, `store-unreadable` for one that is no head
 */
export async function readHead(database: Database, owner: Owner): Promise<Head | undefined> {
  return parseHead(await get<unknown>(headKey(owner), database.relaxed), owner);
}

/** The stored value as a head; errors as for `readHead`. */
export function parseHead(value: unknown, owner: Owner): Head | undefined {
  if (value === undefined) return undefined;
  const where = `the saved states of ${owner.kind} ${owner.id}`;
  checkFormat(value, where);
  if (isRecord(value) && Array.isArray(value.generations) && value.generations.every(isGeneration)) {
    return { format: FORMAT, generations: value.generations };
  }
  throw new Fault({
    code: 'store-unreadable',
    where,
    expected: 'a list of generations',
    got: 'something else',
    remedy: 'Delete it from the list; other runs are not affected.',
  });
}

/**
 * A manifest from its text, or undefined when the text is not one.
 * @throws Fault `store-newer` for a manifest of a newer format
 */
export function parseManifest(text: string, where: string): Manifest | undefined {
  const value: unknown = JSON.parse(text);
  checkFormat(value, where);
  if (!isRecord(value) || !isJson(value.meta) || !isStream(value.stream)) return undefined;
  return { format: FORMAT, meta: value.meta, stream: value.stream };
}

function checkFormat(value: unknown, where: string): void {
  if (!isRecord(value) || typeof value.format !== 'number' || value.format <= FORMAT) return;
  throw new Fault({
    code: 'store-newer',
    where,
    expected: `format ${FORMAT}`,
    got: `format ${value.format}, written by a newer version of Distill Lab`,
    remedy: 'Reload the page to get the newer version; the stored data are untouched.',
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** JSON.parse gives nothing but JSON, so only absence has to be told apart. */
function isJson(value: unknown): value is JsonValue {
  return value !== undefined;
}

function isGeneration(value: unknown): value is Generation {
  return isRecord(value)
    && Number.isSafeInteger(value.generation)
    && typeof value.bytes === 'number'
    && [value.token, value.label, value.manifestSha256].every((field) => typeof field === 'string');
}

function isStream(value: unknown): value is Stream {
  return isRecord(value)
    && typeof value.token === 'string'
    && isSizes(value.parts)
    && Array.isArray(value.tensors)
    && value.tensors.every(isTensorEntry);
}

function isTensorEntry(value: unknown): value is TensorEntry {
  return isRecord(value)
    && typeof value.name === 'string'
    && typeof value.sha256 === 'string'
    && Number.isSafeInteger(value.offset)
    && isSizes(value.shape);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
