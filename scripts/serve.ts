/**
 * A web server for this machine alone: the built app with its headers, folders that the person named (read only, under
 * a random token), and one output folder that the page may write into (under another).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../src/fault/fault.ts';
import { RESPONSE_HEADERS } from '../src/response_headers.ts';
import { byteRange, safePath } from './serve_paths.ts';

export interface ServeOptions {
  /** Folder of the built app. */
  readonly root: string;
  /** 0 or undefined takes a free port. */
  readonly port?: number;
  /** Folders to read from, by the name the page sees. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Folder that the page may write into. */
  readonly out?: string;
  /** Largest file that the page may write, in bytes. */
  readonly maxUpload?: number;
}

export interface LabServer {
  /** e.g. `http://127.0.0.1:41723/` */
  readonly address: string;
  /** Path of a granted folder on this server, with a slash at its end. A GET of it lists the files. */
  readonly folder: (name: string) => string;
  /** Path of the output folder, with a slash at its end. */
  readonly out: string;
  readonly close: () => Promise<void>;
}

const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** An answer that is not a file. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Context {
  readonly options: ServeOptions;
  readonly token: string;
  readonly hosts: Set<string>;
}

/** Starts the server on 127.0.0.1. Fault `port-busy` when the named port is taken. */
export async function serve(options: ServeOptions): Promise<LabServer> {
  const context: Context = { options, token: randomBytes(18).toString('base64url'), hosts: new Set() };
  const server = createServer((request, response) => void respond(context, request, response));
  const port = await listen(server, options.port ?? 0);
  for (const name of ['127.0.0.1', 'localhost']) context.hosts.add(`${name}:${port}`);
  return {
    address: `http://127.0.0.1:${port}/`,
    folder: (name) => `/files/${context.token}/${encodeURIComponent(name)}/`,
    out: `/out/${context.token}/`,
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new Fault({
        code: 'port-busy',
        where: '--port',
        expected: 'a free port',
        got: `${port}, which another program uses`,
        remedy: 'Name another port, or leave the option out to take a free one.',
      }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function respond(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(RESPONSE_HEADERS)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-cache');
  try {
    await route(context, request, response);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    const status = error instanceof Refusal ? error.status : statusOf(error);
    if (!request.complete) response.setHeader('Connection', 'close');
    const message = error instanceof Error ? error.message : String(error);
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(message);
  }
}

/** Status of a failed file operation: 507 when the disk is full, 404 when there is no such file. */
function statusOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? 507 : code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' ? 404 : 500;
}

async function route(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!context.hosts.has(request.headers.host ?? '')) throw new Refusal(403, 'This server answers only to 127.0.0.1 and localhost.');
  const path = safePath(request.url ?? '/');
  if (!path) throw new Refusal(404, 'No such path.');
  const [area, token, ...rest] = path;
  if (area === 'out') {
    allow(request, ['PUT']);
    if (!context.options.out || !sameToken(token, context.token) || rest.length === 0 || rest.at(-1) === '') throw new Refusal(404, 'No such path.');
    return receive(request, response, join(context.options.out, ...rest), context.options.maxUpload ?? 4 * 2 ** 30);
  }
  allow(request, ['GET', 'HEAD']);
  if (area !== 'files') return sendFile(request, response, join(context.options.root, ...path, path.at(-1) === '' ? 'index.html' : ''));
  const folder = context.options.folders?.[rest[0] ?? ''];
  if (!folder || !sameToken(token, context.token)) throw new Refusal(404, 'No such path.');
  if (rest.length === 2 && rest[1] === '') return sendListing(response, folder);
  return sendFile(request, response, join(folder, ...rest.slice(1)));
}

function allow(request: IncomingMessage, methods: readonly string[]): void {
  if (!methods.includes(request.method ?? '')) throw new Refusal(405, `Only ${methods.join(' and ')} here.`);
}

function sameToken(given: string | undefined, token: string): boolean {
  const a = Buffer.from(given ?? '');
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The files of a folder and of the folders in it, as `[{ name, size }]` in order of name. */
async function sendListing(response: ServerResponse, folder: string): Promise<void> {
  const files: { name: string; size: number }[] = [];
  const visit = async (below: string, depth: number): Promise<void> => {
    for (const name of await readdir(join(folder, below))) {
      const path = below ? `${below}/${name}` : name;
      const entry = await stat(join(folder, path)).catch(() => undefined);
      if (entry?.isFile()) files.push({ name: path, size: entry.size });
      else if (entry?.isDirectory() && depth > 0) await visit(path, depth - 1);
    }
  };
  await visit('', 1);
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(files));
}

async function sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const entry = await stat(path);
  if (!entry.isFile()) throw new Refusal(404, 'No such file.');
  const headers: Record<string, string | number> = {
    'Content-Type': MIME[extname(path)] ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
  };
  const range = byteRange(request.headers.range, entry.size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${entry.size}` }).end();
    return;
  }
  if (range) headers['Content-Range'] = `bytes ${range.start}-${range.end}/${entry.size}`;
  headers['Content-Length'] = range ? range.end - range.start + 1 : entry.size;
  response.writeHead(range ? 206 : 200, headers);
  const body = request.method === 'HEAD' || entry.size === 0 ? Readable.from([]) : createReadStream(path, range);
  await pipeline(body, response).catch(() => response.destroy());
}

/** Writes the body beside its place and moves it there when it is whole, so that no half file is ever seen. */
async function receive(request: IncomingMessage, response: ServerResponse, path: string, limit: number): Promise<void> {
  const tooLarge = () => new Refusal(413, `A file may have at most ${limit} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  let size = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > limit ? tooLarge() : null, chunk);
    },
  });
  try {
    await pipeline(request, cap, createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  response.writeHead(201).end();
}
