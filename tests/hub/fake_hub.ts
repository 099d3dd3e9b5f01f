import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Files of one model by revision. */
export type Revisions = Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;

/** One request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly token: string | undefined;
}

const HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers': 'ETag, Link, Content-Range, X-Error-Code, X-Linked-Size, X-Linked-ETag',
};

/** An object id that changes with the content. */
const oid = (bytes: Uint8Array): string => `${bytes.length}-${bytes.reduce((sum, byte) => (31 * sum + byte) >>> 0, 7).toString(16)}`;

/**
 * A Hub over HTTP with the habits that occur: listings in pages, redirects to another path, ranges, refusals, broken
 * connections, silence and a busy host.
 */
export class FakeHub {
  readonly seen: Seen[] = [];
  /** Breaks the connection after so many bytes of a file, once for each entry. */
  readonly breaks = new Map<string, number[]>();
  /** Answers of at most so many bytes are not broken. */
  spared = 0;
  /** Bytes of files that were given. */
  given = 0;
  /** Milliseconds from the last byte to the break: what a client has not read by then is lost. */
  linger = 100;
  /** Goes silent after so many bytes of a file, once for each entry. */
  readonly stalls = new Map<string, number[]>();
  /** Host that weights are redirected to; the same one when it is empty. */
  cdn = '';
  /** Answers with these before a file is given. */
  readonly refusals: number[] = [];
  ranges = true;
  address = '';
  readonly #server: Server;

  /** Over TLS where a key and a certificate are given. */
  constructor(readonly models: Record<string, Revisions>, private readonly secrets: Readonly<Record<string, string>> = {}, tls?: { readonly key: string; readonly cert: string }) {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response);
    this.#server = tls ? createSecureServer(tls, answer) : createServer(answer);
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    this.address = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Requests for one file. */
  asked(file: string): Seen[] {
    return this.seen.filter(({ path }) => path.endsWith(`/${file}`) && path.includes('/resolve/'));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').split('?')[0]!);
    const token = request.headers.authorization?.replace('Bearer ', '');
    this.seen.push({ method: request.method ?? '', path, range: request.headers.range, token });
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const tree = /^\/api\/(?:models\/)?(.+)\/tree\/([^/]+)$/.exec(path);
    const file = /^(\/cdn)?\/(.+)\/resolve\/([^/]+)\/(.+)$/.exec(path);
    const [model, revision] = tree ? tree.slice(1) : file ? file.slice(2) : [];
    const secret = this.secrets[model ?? ''];
    if (secret !== undefined && token !== secret && !file?.[1]) return void response.writeHead(401).end('{"error":"Repository not found"}');
    const files = this.models[model ?? '']?.[revision ?? ''];
    if (!files) return void response.setHeader('x-error-code', 'RepoNotFound').writeHead(404).end();
    if (tree) return this.#list(request, response, files);
    this.#give(request, response, path, files[file![4]!], file![1] !== undefined);
  }

  /** Two entries a page. */
  #list(request: IncomingMessage, response: ServerResponse, files: Readonly<Record<string, Uint8Array>>): void {
    const entries = Object.entries(files).map(([path, bytes]) => ({ type: 'file', path, size: bytes.length, oid: oid(bytes) }));
    const from = Number(/cursor=(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
    if (from + 2 < entries.length) response.setHeader('link', `<${this.address}${request.url!.replace(/&cursor=\d+/, '')}&cursor=${from + 2}>; rel="next"`);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(entries.slice(from, from + 2)));
  }

  #give(request: IncomingMessage, response: ServerResponse, path: string, bytes: Uint8Array | undefined, isCdn: boolean): void {
    if (!bytes) return void response.setHeader('x-error-code', 'EntryNotFound').writeHead(404).end();
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    if (path.endsWith('.safetensors') && !isCdn) return void response.writeHead(302, { location: `${this.cdn}/cdn${path}` }).end();
    const [, first = 0, last = bytes.length - 1] = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(first), Math.min(bytes.length, Number(last) + 1)];
    const partial = this.ranges && request.headers.range !== undefined;
    if (partial && start >= bytes.length) return void response.writeHead(416).end();
    const body = partial ? bytes.subarray(start, end) : bytes;
    response.setHeader('etag', `"${oid(bytes)}"`).setHeader('content-length', body.length);
    if (partial) response.setHeader('content-range', `bytes ${start}-${end - 1}/${bytes.length}`);
    response.writeHead(partial ? 206 : 200);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const stall = this.stalls.get(name)?.shift();
    if (stall !== undefined) return void response.write(body.subarray(0, stall));
    const cut = body.length > this.spared ? this.breaks.get(name)?.shift() : undefined;
    this.given += cut ?? body.length;
    if (cut === undefined) return void response.end(body);
    response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), this.linger));
  }
}
