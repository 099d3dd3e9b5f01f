/** Fetched models on this machine's disk, so that a broken download goes on and a second use needs no network. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openAsBlob } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CachedFile, FileCache, RemoteFile } from '../../src/hub/file_cache.ts';

/** Object ids of large files on the Hub are SHA-256 of the content. */
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * One folder a source below `root`. Its files appear under their own names only when they are whole, so it is an ordinary
 * model folder; what has begun lies in `parts` beside it.
 */
export class ModelCache implements FileCache {
  constructor(
    readonly root: string,
    /** Address of another Hub than the usual one: its models are others. */
    readonly endpoint = '',
  ) {}

  /** The folder of a source's whole files; its name is what a person calls the model. */
  folder(source: string): string {
    const words = source.replace(/[?#].*$/, '').replace(/^https?:\/\//, '').replace(/@main$/, '').replace(/\/+$/, '');
    return join(this.#home(source), words.replaceAll('/', '--').replace(/[^\w.@-]+/g, '-'));
  }

  async get(source: string, path: string): Promise<CachedFile | undefined> {
    const record = asFile(await readJson(this.#record(source, path)));
    if (!record) return undefined;
    const whole = this.#whole(source, path);
    if (existsSync(whole)) return { ...record, parts: [await openAsBlob(whole)] };
    const begun = await readFile(this.#part(source, path)).catch(() => undefined);
    return { ...record, parts: begun ? [new Blob([begun])] : [] };
  }

  async begin(source: string, file: RemoteFile): Promise<void> {
    await rm(this.#whole(source, file.path), { force: true });
    await mkdir(join(this.#home(source), 'parts'), { recursive: true });
    await mkdir(this.folder(source), { recursive: true });
    await writeFile(this.#part(source, file.path), '');
    await writeFile(this.#record(source, file.path), JSON.stringify(file));
  }

  /** Stores bytes; the last ones give the file its name, unless its sum differs from the Hub's, and then it begins anew. */
  async add(source: string, path: string, offset: number, part: Blob): Promise<void> {
    const file = await open(this.#part(source, path), 'r+');
    try {
      await file.write(new Uint8Array(await part.arrayBuffer()), 0, part.size, offset);
      await file.datasync();
    } finally {
      await file.close();
    }
    const record = asFile(await readJson(this.#record(source, path)));
    if (record && record.size > 0 && offset + part.size === record.size) await this.#complete(source, record);
  }

  async listing(source: string): Promise<readonly RemoteFile[] | undefined> {
    const list = await readJson(this.#list(source));
    const files = Array.isArray(list) ? list.map(asFile) : [];
    const whole = files.filter((file) => file !== undefined && existsSync(this.#whole(source, file.path)));
    return whole.length > 0 && whole.length === files.length ? (whole as RemoteFile[]) : undefined;
  }

  async finish(source: string, files: readonly RemoteFile[]): Promise<void> {
    await writeFile(`${this.#list(source)}.new`, JSON.stringify(files));
    await rename(`${this.#list(source)}.new`, this.#list(source));
  }

  async #complete(source: string, { path, tag }: RemoteFile): Promise<void> {
    const part = this.#part(source, path);
    const sum = SHA256.test(tag) ? await sha256(part) : tag;
    if (sum === tag) return rename(part, this.#whole(source, path));
    await rm(this.#record(source, path));
    throw new Error(`its SHA-256 is ${sum}, not ${tag} as the Hub says`);
  }

  #home(source: string): string {
    return join(this.root, createHash('sha256').update(`${this.endpoint}\n${source}`).digest('hex').slice(0, 16));
  }

  #whole(source: string, path: string): string {
    return join(this.folder(source), onDisk(path));
  }

  #part(source: string, path: string): string {
    return join(this.#home(source), 'parts', `${onDisk(path)}.part`);
  }

  #record(source: string, path: string): string {
    return join(this.#home(source), 'parts', `${onDisk(path)}.json`);
  }

  #list(source: string): string {
    return join(this.#home(source), 'whole.json');
  }
}

/** A path as one name that stays in its folder. */
function onDisk(path: string): string {
  const name = encodeURIComponent(path);
  if (basename(name) !== name || name === '..' || name === '.') throw new RangeError(`"${path}" is no name of a file`);
  return name;
}

async function readJson(path: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return value;
  } catch {
    return undefined;
  }
}

/** A record as this version writes it. */
function asFile(value: unknown): RemoteFile | undefined {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('size' in value) || !('tag' in value)) return undefined;
  const { path, size, tag } = value;
  return typeof path === 'string' && typeof size === 'number' && typeof tag === 'string' ? { path, size, tag } : undefined;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
