/** One file over HTTP: in parts, resumed after a break by range requests, kept in a cache. */
import { Fault } from '../fault/fault.ts';
import type { FileCache, RemoteFile } from './file_cache.ts';
import type { ReadOptions } from './folder.ts';

export interface DownloadOptions extends ReadOptions {
  /** Headers of every request, e.g. an authorisation. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cache?: FileCache | undefined;
  /** Waits before another attempt, milliseconds; replaced in tests. */
  readonly pause?: (ms: number) => Promise<void>;
  /** A sentence on what does not stop the download, e.g. that the cache is full. */
  readonly onNote?: (text: string) => void;
}

/** 8 MiB: what a break loses at most, and what is held in memory before it goes to the cache. */
const PART_BYTES = 8 * 2 ** 20;
/** Attempts that bring no further byte before the download fails. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 500;
const AGAIN = 'Check the connection, then try again: what has arrived is kept where a cache is used.';

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
  const pause = options.pause ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  for (let failures = 0; !transfer.isWhole; ) {
    const before = transfer.bytes;
    try {
      if (!(await transfer.attempt())) return undefined;
    } catch (error) {
      failures = transfer.bytes > before ? 1 : failures + 1;
      if (!(error instanceof Retry) || failures >= ATTEMPTS) throw error instanceof Retry ? error.fault : error;
      await pause(FIRST_PAUSE * 2 ** (failures - 1));
    }
  }
  return transfer.content();
}

/** A failure that another attempt may mend. */
class Retry extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
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
  #cache: FileCache | undefined;

  constructor(
    private readonly url: string,
    private readonly source: string,
    private readonly file: RemoteFile,
    private readonly options: DownloadOptions,
  ) {
    this.#size = file.size;
    this.#tag = file.tag;
    this.#cache = options.cache;
  }

  /** Takes up what the cache has of this version of the file. */
  async resume(): Promise<void> {
    const cached = await this.#cache?.get(this.source, this.file.path);
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
        throw new Retry(this.#fault('network', 'the rest of the file', 'another version of it', AGAIN));
      }
    }
    this.#size = this.#size || size;
    this.#announced = this.#size || announced(response);
    this.#tag = tag;
    if (!this.#begun) await this.#store((cache) => cache.begin(this.source, { path: this.file.path, size: this.#size, tag: this.#tag }));
    this.#begun = true;
  }

  async #receive(response: Response): Promise<void> {
    const reader = response.body?.getReader();
    let waiting: Uint8Array<ArrayBuffer>[] = [];
    let size = 0;
    const flush = async () => {
      const part = new Blob(waiting);
      const offset = this.bytes - size;
      waiting = [];
      size = 0;
      if (part.size === 0) return;
      this.#parts.push(part);
      await this.#store((cache) => cache.add(this.source, this.file.path, offset, part));
    };
    try {
      for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
        waiting.push(chunk.value);
        size += chunk.value.length;
        this.bytes += chunk.value.length;
        if (size >= PART_BYTES) await flush();
        this.#tell();
      }
    } catch (error) {
      await flush();
      throw this.#broken(error);
    }
    await flush();
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
      await this.#store((cache) => cache.begin(this.source, { path: this.file.path, size: this.bytes, tag: this.#tag }));
      await this.#store((cache) => cache.add(this.source, this.file.path, 0, whole));
    }
    this.isWhole = true;
  }

  #tell(): void {
    this.options.onBytes?.(this.bytes, this.#size || this.#announced);
  }

  /** A cache that fails, for want of space, costs the resuming and nothing else. */
  async #store(write: (cache: FileCache) => Promise<void>): Promise<void> {
    if (!this.#cache) return;
    try {
      await write(this.#cache);
    } catch (error) {
      this.#cache = undefined;
      this.options.onNote?.(`${this.file.path} is not kept for the next time: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #forget(): Promise<void> {
    this.#parts = [];
    this.bytes = 0;
    this.#size = this.file.size;
    this.#begun = false;
  }

  #broken(error: unknown): unknown {
    if (error instanceof Retry || error instanceof Fault || this.options.signal?.aborted) return error;
    return new Retry(this.#fault('network', 'an answer to its end', error instanceof Error ? error.message : String(error), AGAIN));
  }

  async #refused(response: Response): Promise<Error> {
    await response.body?.cancel();
    const got = `status ${response.status} ${response.statusText}`.trim();
    if (response.status === 401 || response.status === 403) return this.#fault('no-access', 'a file that may be read', got, 'It is private, gated, or not there: check its name, accept its terms on its page, or give an access token.');
    if (response.status === 416) {
      await this.#forget();
      return new Retry(this.#fault('network', 'the rest of the file', got, AGAIN));
    }
    const fault = this.#fault('http-status', 'status 200', got, AGAIN);
    return response.status === 429 || response.status >= 500 ? new Retry(fault) : fault;
  }

  #fault(code: string, expected: string, got: string, remedy: string): Fault {
    return new Fault({ code, where: this.url, expected, got, remedy });
  }
}

/** Static hosts answer with their start page for paths they do not have. */
export function isAbsent(response: Response, url: string): boolean {
  const isPage = (response.headers.get('content-type') ?? '').includes('text/html') && !/\.html?$/.test(url);
  return response.status === 404 || response.status === 410 || (response.ok && isPage);
}

/** Bytes of the whole file by a partial answer; 0 where it does not tell. */
function totalOf(response: Response): number {
  return wholeNumber(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
}

/** Bytes of the answer as announced; 0 where it does not tell, or tells of packed bytes. */
function announced(response: Response): number {
  return response.headers.has('content-encoding') ? 0 : wholeNumber(response.headers.get('content-length') ?? undefined);
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** First byte of a partial answer; hosts may hide the header from other origins, and then it is what was asked for. */
function startOf(response: Response, asked: number): number {
  const header = response.headers.get('content-range');
  return header === null ? asked : Number(/^bytes (\d+)-/.exec(header)?.[1] ?? NaN);
}
