/**
 * Downloaded model files, so that a broken download goes on where it stopped and a second use needs no network.
 *
 * The bytes of a file are stored as blobs under their offset, each in a transaction of its own: what is there from the
 * first byte on without a gap counts, whatever was interrupted.
 */
import { promisifyRequest } from 'idb-keyval';
import { labDatabase, under, type Database } from './database.ts';

/** One file of a remote model. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
  readonly tag: string;
}

/** What is stored of a file: its first bytes, or all of them. */
export interface StoredFile {
  readonly size: number;
  readonly tag: string;
  readonly parts: readonly Blob[];
}

/** One model as the list of downloads shows it. */
export interface DownloadEntry {
  readonly source: string;
  /** Bytes in the store. */
  readonly bytes: number;
  /** Whether all its files are there, so that it opens without a network. */
  readonly whole: boolean;
}

const fileKey = (source: string, path: string): IDBValidKey => ['file', source, path];
const bytesKey = (source: string, path: string, offset: number): IDBValidKey => ['bytes', source, path, offset];
const sourceKey = (source: string): IDBValidKey => ['source', source];

/** The downloads in one database; it is what `hub` takes as its cache. */
export class Downloads {
  constructor(private readonly database: Database = labDatabase) {}

  /** What is stored of a file; undefined when nothing is, or when a record is not as this version writes it. */
  async get(source: string, path: string): Promise<StoredFile | undefined> {
    const [record, keys, blobs] = await this.database.relaxed('readonly', (entries) => Promise.all([
      promisifyRequest<unknown>(entries.get(fileKey(source, path))),
      promisifyRequest(entries.getAllKeys(under('bytes', source, path))),
      promisifyRequest<unknown[]>(entries.getAll(under('bytes', source, path))),
    ]));
    const file = asFile(record);
    return file && { size: file.size, tag: file.tag, parts: chain(keys, blobs) };
  }

  /** Forgets what is stored of a file, and notes what is to come. */
  async begin(source: string, file: RemoteFile): Promise<void> {
    await this.database.relaxed('readwrite', (entries) => {
      entries.delete(under('bytes', source, file.path));
      entries.put({ ...file }, fileKey(source, file.path));
      return Promise.resolve();
    });
  }

  /** Stores the bytes that begin at `offset`; Fault `storage-full` when there is no room. */
  async add(source: string, path: string, offset: number, part: Blob): Promise<void> {
    await this.database.relaxed('readwrite', (entries) => {
      entries.put(part, bytesKey(source, path, offset));
      return Promise.resolve();
    });
  }

  /** The files of a source that was once stored whole. */
  async listing(source: string): Promise<readonly RemoteFile[] | undefined> {
    const record = await this.database.relaxed('readonly', (entries) => promisifyRequest<unknown>(entries.get(sourceKey(source))));
    const files = Array.isArray(record) ? record.map(asFile) : [];
    const whole = files.filter((file) => file !== undefined);
    return whole.length > 0 && whole.length === files.length ? whole : undefined;
  }

  /** Notes that these files are a source's, all of them stored. */
  async finish(source: string, files: readonly RemoteFile[]): Promise<void> {
    await this.database.strict('readwrite', (entries) => {
      entries.put(files.map(({ path, size, tag }) => ({ path, size, tag })), sourceKey(source));
      return Promise.resolve();
    });
  }

  /** All downloads, whole or begun, by name. */
  async list(): Promise<DownloadEntry[]> {
    const [keys, blobs, sources] = await this.database.relaxed('readonly', (entries) => Promise.all([
      promisifyRequest(entries.getAllKeys(under('bytes'))),
      promisifyRequest<unknown[]>(entries.getAll(under('bytes'))),
      promisifyRequest(entries.getAllKeys(under('source'))),
    ]));
    const whole = new Set(sources.map((key) => part(key, 1)));
    const sizes = new Map<string, number>();
    keys.forEach((key, i) => {
      const blob = blobs[i];
      sizes.set(part(key, 1), (sizes.get(part(key, 1)) ?? 0) + (blob instanceof Blob ? blob.size : 0));
    });
    return [...sizes].map(([source, bytes]) => ({ source, bytes, whole: whole.has(source) }));
  }

  /** Deletes all files of a source; nothing happens when there are none. */
  async delete(source: string): Promise<void> {
    await this.database.strict('readwrite', (entries) => {
      for (const kind of ['bytes', 'file']) entries.delete(under(kind, source));
      entries.delete(sourceKey(source));
      return Promise.resolve();
    });
  }
}

/** The blobs that follow one another from the first byte on. */
function chain(keys: readonly IDBValidKey[], blobs: readonly unknown[]): Blob[] {
  const parts: Blob[] = [];
  let at = 0;
  keys.forEach((key, i) => {
    const blob = blobs[i];
    if (!Array.isArray(key) || key[3] !== at || !(blob instanceof Blob)) return;
    parts.push(blob);
    at += blob.size;
  });
  return parts;
}

function part(key: IDBValidKey, index: number): string {
  return Array.isArray(key) ? String(key[index]) : '';
}

function asFile(value: unknown): RemoteFile | undefined {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('size' in value) || !('tag' in value)) return undefined;
  const { path, size, tag } = value;
  return typeof path === 'string' && typeof size === 'number' && typeof tag === 'string' ? { path, size, tag } : undefined;
}
