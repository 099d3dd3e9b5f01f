/**
 * Token ids of rows that were tokenised before, so that a later run on the same rows begins at once.
 *
 * A table is found by the digest of everything that it depends on. What is not used for a month is deleted, and what was used
 * longest ago when all tables together take more than 256 MiB.
 */
import { promisifyRequest } from 'idb-keyval';
import { isWhole, tableBytes, type TokenTable } from '../train/token_table.ts';
import { labDatabase, under, type Database } from './database.ts';
import { sha256, sha256OfText } from './digest.ts';

/** A kept table as the list shows it. */
export interface TokensEntry {
  /** Digest of the rows, the tokenizer and the options. */
  readonly key: string;
  /** What the rows are, e.g. `the training rows`. */
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** How long a table is kept after its last use, in milliseconds, and how many bytes all of them may take. */
const KEPT_FOR = 30 * 24 * 3600 * 1000;
const MOST_BYTES = 256 * 2 ** 20;

const tableKey = (key: string): IDBValidKey => ['tokens', key];
const entryKey = (key: string): IDBValidKey => ['tokens-entry', key];

/** What is stored of a table beside its entry. */
interface StoredTable extends TokenTable {
  /** SHA-256 of the parts. */
  readonly digest: string;
}

/** The kept tables in one database; `now` is a clock in milliseconds since 1970. */
export class KeptTokens {
  constructor(
    private readonly database: Database = labDatabase,
    private readonly now: () => number = Date.now,
  ) {}

  /** The table of a key; undefined where none is kept. `damaged` says that its bytes changed: it is deleted then. */
  async get(key: string): Promise<{ readonly table?: TokenTable; readonly damaged?: true }> {
    const [stored, entry] = await this.database.relaxed('readonly', (entries) => Promise.all([promisifyRequest<unknown>(entries.get(tableKey(key))), promisifyRequest<unknown>(entries.get(entryKey(key)))]));
    if (stored === undefined) return {};
    const known = asEntry(entry);
    if (!isStoredTable(stored) || !known || (await digestOf(stored)) !== stored.digest) {
      await this.delete(key);
      return { damaged: true };
    }
    // On a full disk its use cannot be noted; the table is there all the same.
    await this.#write((entries) => void entries.put({ ...known, usedAt: this.now() }, entryKey(key))).catch(() => undefined);
    const { starts, ids, typeIds } = stored;
    return { table: { starts, ids, typeIds } };
  }

  /** Keeps a table, unless it is larger than all together may be; Fault `storage-full` when there is no room. */
  async put(key: string, name: string, table: TokenTable): Promise<void> {
    const bytes = tableBytes(table);
    if (bytes > MOST_BYTES) return;
    const stored: StoredTable = { ...table, digest: await digestOf(table) };
    const entry: TokensEntry = { key, name, rows: table.starts.length - 1, bytes, usedAt: this.now() };
    await this.#write((entries) => {
      entries.put(stored, tableKey(key));
      entries.put(entry, entryKey(key));
    });
    await this.sweep();
  }

  /** All kept tables, the one used last first. */
  async list(): Promise<TokensEntry[]> {
    const found = await this.database.relaxed('readonly', (entries) => promisifyRequest<unknown[]>(entries.getAll(under('tokens-entry'))));
    return found.map(asEntry).filter((entry) => entry !== undefined).sort((a, b) => b.usedAt - a.usedAt);
  }

  /** Deletes one table, or all of them. */
  async delete(key?: string): Promise<void> {
    await this.#write((entries) => {
      for (const kind of ['tokens', 'tokens-entry']) entries.delete(key === undefined ? under(kind) : [kind, key]);
    });
  }

  /** Deletes what was not used for a month, and what was used longest ago of more than 256 MiB; returns how many tables. */
  async sweep(): Promise<number> {
    let room = MOST_BYTES;
    const old = (await this.list()).filter(({ bytes, usedAt }) => {
      room -= bytes;
      return room < 0 || this.now() - usedAt > KEPT_FOR;
    });
    for (const { key } of old) await this.delete(key);
    return old.length;
  }

  #write(change: (entries: IDBObjectStore) => void): Promise<void> {
    return this.database.relaxed('readwrite', (entries) => Promise.resolve(change(entries)));
  }
}

async function digestOf({ starts, ids, typeIds }: TokenTable): Promise<string> {
  const parts = await Promise.all([starts, ids, typeIds].map(({ buffer, byteOffset, byteLength }) => sha256(new Uint8Array(buffer, byteOffset, byteLength))));
  return sha256OfText(`${ids.BYTES_PER_ELEMENT} ${parts.join(' ')}`);
}

function isStoredTable(value: unknown): value is StoredTable {
  if (typeof value !== 'object' || value === null) return false;
  const { starts, ids, typeIds, digest }: Readonly<Record<string, unknown>> = { ...value };
  if (!(starts instanceof Int32Array && (ids instanceof Uint16Array || ids instanceof Int32Array) && typeIds instanceof Uint8Array && typeof digest === 'string')) return false;
  return [starts, ids, typeIds].every(({ buffer }) => buffer instanceof ArrayBuffer) && isWhole({ starts, ids, typeIds } as TokenTable);
}

function asEntry(value: unknown): TokensEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { key, name, rows, bytes, usedAt }: Readonly<Record<string, unknown>> = { ...value };
  const isEntry = typeof key === 'string' && typeof name === 'string' && typeof rows === 'number' && typeof bytes === 'number' && typeof usedAt === 'number';
  return isEntry ? { key, name, rows, bytes, usedAt } : undefined;
}
