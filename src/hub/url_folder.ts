import { Fault } from '../fault/fault.ts';
import type { Folder, ReadOptions } from './folder.ts';

/** Above this a browser cannot hold a file in one buffer. */
const MAX_BYTES = 2 ** 31 - 1;
const AGAIN = 'Check the connection and the address, then try again.';

function fault(code: string, where: string, expected: string, got: string, remedy: string): Fault {
  return new Fault({ code, where, expected, got, remedy });
}

/**
 * The files below an address.
 *
 * A 404 or 410, or a web page in place of a data file (static hosts answer so for paths they do not have), means that
 * the file is missing. Any other failure is a Fault: `network`, `http-status`, `incomplete-download` or `too-large`;
 * an abort by the signal stays an AbortError.
 */
export function urlFolder(base: string, name: string): Folder {
  const root = base.endsWith('/') ? base : `${base}/`;
  const address = (path: string) => root + path.split('/').map(encodeURIComponent).join('/');
  return {
    name,
    async has(path, signal) {
      const response = await request(address(path), 'HEAD', { signal });
      return response !== undefined;
    },
    async read(path, options) {
      const url = address(path);
      const response = await request(url, 'GET', options);
      return response && readBody(response, url, options);
    },
  };
}

async function request(url: string, method: 'GET' | 'HEAD', options?: ReadOptions): Promise<Response | undefined> {
  let response: Response;
  try {
    response = await fetch(url, { method, signal: options?.signal ?? null });
  } catch (error) {
    throw networkFault(error, url, options);
  }
  if (response.status === 404 || response.status === 410 || isWebPage(response, url)) {
    await response.body?.cancel();
    return undefined;
  }
  if (response.ok) return response;
  const remedy = response.status === 401 || response.status === 403 ? 'The address needs a permission that was not given.' : AGAIN;
  throw fault('http-status', url, 'status 200', `status ${response.status} ${response.statusText}`.trim(), remedy);
}

function isWebPage(response: Response, url: string): boolean {
  return (response.headers.get('content-type') ?? '').includes('text/html') && !/\.html?$/.test(url);
}

function networkFault(error: unknown, url: string, options?: ReadOptions): unknown {
  if (error instanceof Fault || options?.signal?.aborted) return error;
  return fault('network', url, 'an answer', error instanceof Error ? error.message : String(error), AGAIN);
}

/** A length that counts packed bytes says nothing of those that arrive. */
function announcedLength(response: Response): number {
  const length = Number(response.headers.get('content-length') ?? 0);
  return response.headers.has('content-encoding') || !Number.isSafeInteger(length) ? 0 : length;
}

async function readBody(response: Response, url: string, options?: ReadOptions): Promise<Uint8Array> {
  const total = announcedLength(response);
  const body = new ByteSink(total, url);
  const reader = response.body?.getReader();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      body.push(part.value);
      options?.onBytes?.(body.length, total);
    }
  } catch (error) {
    throw networkFault(error, url, options);
  }
  if (total > 0 && body.length !== total) {
    throw fault('incomplete-download', url, `${total} bytes`, `${body.length} bytes`, AGAIN);
  }
  return body.bytes();
}

/** Bytes that arrive in parts; one buffer of the announced length, so that a large file is held once. */
class ByteSink {
  length = 0;
  #buffer: Uint8Array<ArrayBuffer>;

  constructor(total: number, private readonly url: string) {
    this.#check(total);
    this.#buffer = new Uint8Array(total > 0 ? total : 2 ** 16);
  }

  push(part: Uint8Array): void {
    const needed = this.length + part.length;
    this.#check(needed);
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, 2 * this.#buffer.length)));
      larger.set(this.#buffer.subarray(0, this.length));
      this.#buffer = larger;
    }
    this.#buffer.set(part, this.length);
    this.length = needed;
  }

  bytes(): Uint8Array {
    return this.length === this.#buffer.length ? this.#buffer : this.#buffer.slice(0, this.length);
  }

  #check(size: number): void {
    if (size > MAX_BYTES) throw fault('too-large', this.url, `at most ${MAX_BYTES} bytes in one file`, `${size} bytes`, 'Use a checkpoint in several parts (model.safetensors.index.json).');
  }
}
