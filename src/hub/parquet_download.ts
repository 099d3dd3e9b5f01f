/** The needed columns of a Parquet file over HTTP, by range requests: its footer first, then only their bytes. */
import { Fault } from '../fault/fault.ts';
import { joinBytes } from '../formats/bytes.ts';
import { planColumns, type ChooseColumns, type ColumnsPlan, type Span } from '../formats/parquet_columns.ts';
import { AGAIN, brokenConnection, isAbsent, otherVersion, persistently, refusalOf, Retry, startOf, totalOf } from './answers.ts';
import type { DownloadOptions } from './download.ts';
import { CacheWriter, type RemoteFile } from './file_cache.ts';
import { DownloadParts } from './download_parts.ts';

/** A gap of so many bytes between two columns is read over: another request takes longer. */
const GAP = 2 ** 16;

/** A Parquet file of the needed columns, and how it is kept. */
export interface ColumnsFile {
  readonly blob: Blob;
  readonly file: RemoteFile;
}

/**
 * Downloads the columns of a Parquet file that `choose` picks, as a Parquet file of their own.
 *
 * What arrives is kept in the order of the smaller file, so that a break costs nothing but its footer; a file that the host
 * has changed is begun anew. Undefined where the whole file is to be downloaded instead: its size is not known, all of its
 * columns are needed, the host gives no ranges, or has no such file. Throws as `download` does.
 */
export async function downloadColumns(url: string, source: string, file: RemoteFile, choose: ChooseColumns, options: DownloadOptions = {}): Promise<ColumnsFile | undefined> {
  if (file.size === 0) return undefined;
  const transfer = new ColumnsTransfer(url, source, file, choose, options);
  const got = await persistently(() => transfer.attempt(), () => transfer.received, options.pause);
  return got === 'whole' ? undefined : got;
}

/** A host that answers a range with the whole file, or has none. */
class NoRanges extends Error {}

class ColumnsTransfer {
  /** All bytes that came, whether or not they were to stay. */
  received = 0;
  #plan: ColumnsPlan | undefined;
  #etag = '';
  #tag = '';
  #parts: Blob[] = [];
  #bytes = 0;
  readonly #cache: CacheWriter;

  constructor(
    private readonly url: string,
    private readonly source: string,
    private readonly file: RemoteFile,
    private readonly choose: ChooseColumns,
    private readonly options: DownloadOptions,
  ) {
    this.#cache = new CacheWriter(options.cache, file.path, options.onNote);
  }

  /** Gets what is missing. */
  async attempt(): Promise<ColumnsFile | 'whole'> {
    try {
      this.#plan ??= await this.#begin();
      if (!this.#plan) return 'whole';
      if (this.#bytes < this.#plan.size) await this.#receive(this.#plan);
      return { blob: new Blob(this.#parts), file: { path: this.file.path, size: this.#plan.size, tag: this.#tag } };
    } catch (error) {
      if (error instanceof NoRanges) return 'whole';
      throw brokenConnection(error, this.url, this.options.signal);
    }
  }

  /** Plans by the footer, and takes up what is kept of the same columns of this version. */
  async #begin(): Promise<ColumnsPlan | undefined> {
    const { file, source } = this;
    const plan = await planColumns(file.size, async (span) => joinBytes(await this.#all(span)).slice(), this.choose);
    if (!plan) return undefined;
    this.#tag = `${file.tag || this.#etag}#${plan.columns.join(',')}`;
    const kept = await this.options.cache?.get(source, file.path);
    const isSame = kept?.tag === this.#tag && kept.size === plan.size;
    if (!isSame) await this.#cache.write((cache) => cache.begin(source, { path: file.path, size: plan.size, tag: this.#tag }));
    this.#parts = isSame ? [...kept.parts] : [];
    this.#bytes = this.#parts.reduce((sum, { size }) => sum + size, 0);
    return plan;
  }

  async #all(span: Span): Promise<Uint8Array<ArrayBuffer>[]> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of this.#ranges([span])) parts.push(part);
    return parts;
  }

  async #receive(plan: ColumnsPlan): Promise<void> {
    const parts = new DownloadParts(async (part) => {
      this.#parts.push(part);
      const offset = this.#bytes - part.size;
      await this.#cache.write((cache) => cache.add(this.source, this.file.path, offset, part));
    });
    try {
      for await (const bytes of this.#missing(plan)) {
        this.#bytes += bytes.length;
        await parts.add(bytes);
        this.options.onBytes?.(this.#bytes, plan.size);
      }
    } finally {
      if (this.#plan) await parts.flush();
    }
  }

  async *#missing(plan: ColumnsPlan): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const part of requestsAfter(plan.parts, this.#bytes)) {
      if (part instanceof Uint8Array) yield part;
      else yield* this.#ranges(part);
    }
  }

  /** The bytes of spans that lie near each other, by one request. */
  async *#ranges(spans: readonly Span[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const [start, end] = [spans[0]?.start ?? 0, spans.at(-1)?.end ?? 0];
    const reader = (await this.#open(start, end)).body?.getReader();
    try {
      let at = start;
      for (let chunk = await reader?.read(); at < end && chunk && !chunk.done; chunk = at < end ? await reader?.read() : undefined) {
        this.received += chunk.value.length;
        for (const span of spans) {
          const [from, to] = [Math.max(span.start, at), Math.min(span.end, at + chunk.value.length)];
          if (from < to) yield chunk.value.subarray(from - at, to - at);
        }
        at += chunk.value.length;
      }
      if (at < end) throw new Retry(new Fault({ code: 'incomplete-download', where: this.url, expected: `${end - start} bytes`, got: `${at - start} bytes`, remedy: AGAIN }));
    } finally {
      await reader?.cancel().catch(() => undefined);
    }
  }

  async #open(start: number, end: number): Promise<Response> {
    const { signal, headers = {} } = this.options;
    const response = await fetch(this.url, { headers: { ...headers, Range: `bytes=${start}-${end - 1}` }, signal: signal ?? null });
    if (response.status === 200 || isAbsent(response, this.url)) {
      await response.body?.cancel();
      throw new NoRanges();
    }
    if (!response.ok && response.status !== 416) throw await refusalOf(response, this.url);
    const [size, etag] = [totalOf(response), response.headers.get('etag') ?? ''];
    const isOther = (size > 0 && size !== this.file.size) || (this.#etag !== '' && etag !== '' && etag !== this.#etag);
    if (isOther || response.status === 416 || startOf(response, start) !== start) {
      await response.body?.cancel();
      this.#forget();
      throw otherVersion(this.url);
    }
    this.#etag = etag || this.#etag;
    return response;
  }

  #forget(): void {
    this.#plan = undefined;
    this.#etag = '';
    this.#parts = [];
    this.#bytes = 0;
  }
}

/** The parts of a plan behind its first `from` bytes; spans that lie near each other are asked for together. */
export function requestsAfter(parts: ColumnsPlan['parts'], from: number): (Uint8Array<ArrayBuffer> | Span[])[] {
  const out: (Uint8Array<ArrayBuffer> | Span[])[] = [];
  let skip = from;
  for (const part of parts) {
    const length = part instanceof Uint8Array ? part.length : part.end - part.start;
    const cut = Math.min(skip, length);
    skip -= cut;
    if (cut === length) continue;
    const before = out.at(-1);
    if (part instanceof Uint8Array) out.push(part.subarray(cut));
    else if (Array.isArray(before) && isNear(before.at(-1), part)) before.push(part);
    else out.push([{ start: part.start + cut, end: part.end }]);
  }
  return out;
}

function isNear(before: Span | undefined, { start }: Span): boolean {
  return before !== undefined && start >= before.end && start - before.end <= GAP;
}
