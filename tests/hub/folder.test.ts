import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesFolder } from '../../src/hub/folder.ts';
import { urlFolder } from '../../src/hub/url_folder.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const LARGE = Uint8Array.from({ length: 300_007 }, (_, i) => i % 251);

/** A static host with the habits that occur. */
function host(): Server {
  return createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    if (path === '/m/config.json') response.end('{}');
    else if (path === '/m/large.bin') response.setHeader('content-length', LARGE.length).end(LARGE);
    else if (path === '/m/chunked.bin') response.write(LARGE.subarray(0, 99_991), () => response.end(LARGE.subarray(99_991)));
    else if (path === '/m/ä b/x.txt') response.end('umlaut');
    else if (path === '/m/app/config.json') response.setHeader('content-type', 'text/html; charset=utf-8').end('<!doctype html>');
    else if (path === '/m/forbidden') response.writeHead(403).end();
    else if (path === '/m/short.bin') response.setHeader('content-length', 1000).write('abc', () => response.destroy());
    else if (path === '/m/slow.bin') response.setHeader('content-length', 1000).write('abc');
    else response.writeHead(404).end('none');
  });
}

describe('files below an address', () => {
  let server: Server;
  let base = '';
  beforeAll(async () => {
    server = host();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const read = (path: string, options?: Parameters<ReturnType<typeof urlFolder>['read']>[1]) => urlFolder(base, 'm').read(path, options);

  it('are read whole, with progress', async () => {
    const seen: [number, number][] = [];
    const isLarge = (found: Uint8Array | undefined) => found !== undefined && Buffer.compare(found, LARGE) === 0;
    expect(isLarge(await read('large.bin', { onBytes: (done, total) => seen.push([done, total]) }))).toBe(true);
    expect(seen.at(-1)).toEqual([LARGE.length, LARGE.length]);
    expect(isLarge(await read('chunked.bin'))).toBe(true);
    expect(await read('ä b/x.txt')).toEqual(bytes('umlaut'));
    expect(await urlFolder(`${base}/`, 'm').read('config.json')).toEqual(bytes('{}'));
  });

  it('are undefined when missing, also behind a host that answers with its start page', async () => {
    expect(await read('none.json')).toBeUndefined();
    expect(await read('app/config.json')).toBeUndefined();
    expect(await urlFolder(base, 'm').has('config.json')).toBe(true);
    expect(await urlFolder(base, 'm').has('none.json')).toBe(false);
  });

  it('fail with a fault that names the address', async () => {
    await expect(read('forbidden')).rejects.toMatchObject({ code: 'http-status', where: `${base}/forbidden`, got: 'status 403 Forbidden' });
    await expect(read('short.bin')).rejects.toMatchObject({ code: 'network' });
    await expect(urlFolder('http://127.0.0.1:1', 'x').read('config.json')).rejects.toMatchObject({ code: 'network', where: 'http://127.0.0.1:1/config.json' });
  });

  it('stop when aborted', async () => {
    const abort = new AbortController();
    const reading = read('slow.bin', { signal: abort.signal, onBytes: () => abort.abort() });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('files that were given', () => {
  const file = (name: string) => ({ name, blob: new Blob([name]) });

  it('are found by path, also one directory down', async () => {
    const folder = filesFolder('x', [file('config.json'), file('SST-2/train.tsv'), file('a/b/deep.tsv')]);
    expect(await folder.read('config.json')).toEqual(bytes('config.json'));
    expect(await folder.read('train.tsv')).toEqual(bytes('SST-2/train.tsv'));
    expect(await folder.read('deep.tsv')).toBeUndefined();
    expect(await folder.read('b/deep.tsv')).toEqual(bytes('a/b/deep.tsv'));
    expect(await folder.has('train.tsv')).toBe(true);
    expect(folder.list?.()).toEqual(['config.json', 'SST-2/train.tsv', 'a/b/deep.tsv']);
  });

  it('are not guessed between two', async () => {
    const folder = filesFolder('x', [file('CoLA/train.tsv'), file('RTE/train.tsv')]);
    await expect(folder.read('train.tsv')).rejects.toMatchObject({ code: 'ambiguous-file', got: 'CoLA/train.tsv and RTE/train.tsv' });
  });

  it('say so when they can no longer be read', async () => {
    const gone = Object.assign(new Blob(['x']), { arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) });
    await expect(filesFolder('x', [{ name: 'a', blob: gone }]).read('a')).rejects.toMatchObject({ code: 'unreadable-file', where: 'x/a', got: 'gone' });
  });
});
