/** One file over HTTP: in parts, resumed after a break by range requests, kept in a cache. */
import { Fault } from '../fault/fault.ts';
import { AGAIN, announced, brokenConnection, isAbsent, otherVersion, persistently, refusalOf, Retry, startOf, totalOf } from './answers.ts';
import { CacheWriter, type FileCache, type RemoteFile } from './file_cache.ts';
import type { ReadOptions } from './folder.ts';
import { DownloadParts } from './download_parts.ts';

export interface DownloadOptions extends ReadOptions {
  /** Headers of every request, e.g. an authorisation. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cache?: FileCache | undefined;
  /** Waits before another attempt, milliseconds; replaced in tests. */
  readonly pause?: (ms: number) => Promise<void>;
  /** A sentence on what does not stop the download, e.g. that the cache is full. */
  readonly onNote?: (text: string) => void;
}

/**
 * Downloads a file; undefined when the host has none (404 or 410, or a web page in place of a data file).
 *
 * A connection that breaks, and a host that is busy (429 and 5xx), are tried again from the first byte that is missing.
 * Throws Fault `no-access`, `http-status`, `network` or `incomplete-download`; an abort stays an AbortError, and what
 * has arrived until then is in the cache.
 */
export async function download(url: string, source: string, file: RemoteFile, options: DownloadOptions = {}): Promise<Blob | undefined> {
  const transfer = new Transfer(url, source, file, options);
  await transfer.resume();
  if (transfer.isWhole) return transfer.content();
  const attempt = async (): Promise<Blob | 'absent' | undefined> => {
    if (!(await transfer.attempt())) return 'absent';
    return transfer.isWhole ? transfer.content() : undefined;
  };
  const got = await persistently(attempt, () => transfer.bytes, options.pause);
  return got === 'absent' ? undefined : got;
}

class Transfer {
  bytes = 0;
  isWhole = false;
  #parts: Blob[] = [];
  /** Known from the listing or a partial answer; 0 until then. */
  #size: number;
  /** For progress only: a length may count packed bytes, and browsers check it themselves where it does not. */
  #announced = 0;
  #tag: string;
  #begun = false;
  readonly #writer: CacheWriter;

  constructor(
    private readonly url: string,
    private readonly source: string,
    private readonly file: RemoteFile,
    private readonly options: DownloadOptions,
  ) {
    this.#size = file.size;
    this.#tag = file.tag;
    this.#writer = new CacheWriter(options.cache, file.path, options.onNote);
  }

  /** Takes up what the cache has of this version of the file. */
  async resume(): Promise<void> {
    const cached = await this.options.cache?.get(this.source, this.file.path);
    if (!cached || (this.#tag !== '' && cached.tag !== this.#tag) || (this.#size > 0 && cached.size > 0 && cached.size !== this.#size)) return;
    this.#parts = [...cached.parts];
    this.bytes = cached.parts.reduce((sum, part) => sum + part.size, 0);
    this.#size = this.#size || cached.size;
    this.#tag = cached.tag;
    this.#begun = true;
    this.isWhole = this.#size > 0 && this.bytes === this.#size;
    this.#tell();
  }

  content(): Blob {
    return new Blob(this.#parts);
  }

  /** One request for what is missing; false when the host has no such file. */
  async attempt(): Promise<boolean> {
    const { signal, headers = {} } = this.options;
    const range: Record<string, string> = this.bytes > 0 ? { Range: `bytes=${this.bytes}-` } : {};
    const response = await fetch(this.url, { headers: { ...headers, ...range }, signal: signal ?? null }).catch((error: unknown) => {
      throw this.#broken(error);
    });
    if (isAbsent(response, this.url)) {
      await response.body?.cancel();
      return false;
    }
    if (!response.ok) throw await this.#refused(response);
    await this.#agree(response);
    await this.#receive(response);
    return true;
  }

  /** Learns size and version from the answer; begins anew when it is not the rest of what is held. */
  async #agree(response: Response): Promise<void> {
    const size = totalOf(response);
    const tag = this.file.tag === '' ? (response.headers.get('etag') ?? '') : this.file.tag;
    const changed = (this.#tag !== '' && tag !== '' && tag !== this.#tag) || (this.#size > 0 && size > 0 && size !== this.#size);
    const isRest = response.status === 206 && startOf(response, this.bytes) === this.bytes && !changed;
    if (this.bytes > 0 && !isRest) {
      await this.#forget();
      if (response.status === 206) {
        await response.body?.cancel();
        throw otherVersion(this.url);
      }
    }
    this.#size = this.#size || size;
    this.#announced = this.#size || announced(response);
    this.#tag = tag;
    if (!this.#begun) await this.#writer.write((cache) => cache.begin(this.source, { path: this.file.path, size: this.#size, tag: this.#tag }));
    this.#begun = true;
  }

  async #receive(response: Response): Promise<void> {
    const reader = response.body?.getReader();
    const parts = new DownloadParts(async (part) => {
      this.#parts.push(part);
      const offset = this.bytes - part.size;
      await this.#writer.write((cache) => cache.add(this.source, this.file.path, offset, part));
    });
    try {
      for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
        this.bytes += chunk.value.length;
        await parts.add(chunk.value);
        this.#tell();
      }
    } catch (error) {
      await parts.flush();
      throw this.#broken(error);
    }
    await parts.flush();
    await this.#finish();
  }

  async #finish(): Promise<void> {
    if (this.#size > 0 && this.bytes !== this.#size) {
      const got = `${this.bytes} bytes`;
      if (this.bytes > this.#size) await this.#forget();
      throw new Retry(this.#fault('incomplete-download', `${this.#size} bytes`, got, AGAIN));
    }
    // A host that told no size has told it now.
    if (this.#size === 0) {
      const whole = this.content();
      await this.#writer.write((cache) => cache.begin(this.source, { path: this.file.path, size: this.bytes, tag: this.#tag }));
      await this.#writer.write((cache) => cache.add(this.source, this.file.path, 0, whole));
    }
    this.isWhole = true;
  }

  #tell(): void {
    this.options.onBytes?.(this.bytes, this.#size || this.#announced);
  }

  async #forget(): Promise<void> {
    this.#parts = [];
    this.bytes = 0;
    this.#size = this.file.size;
    this.#begun = false;
  }

  #broken(error: unknown): unknown {
    return brokenConnection(error, this.url, this.options.signal);
  }

  async #refused(response: Response): Promise<Error> {
    if (response.status === 416) await this.#forget();
    return refusalOf(response, this.url);
  }

  #fault(code: string, expected: string, got: string, remedy: string): Fault {
    return new Fault({ code, where: this.url, expected, got, remedy });
  }
}
