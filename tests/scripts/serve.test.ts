import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type LabServer } from '../../scripts/serve.ts';
import { byteRange, safePath } from '../../scripts/serve_paths.ts';
import { RESPONSE_HEADERS } from '../../src/response_headers.ts';

const home = mkdtempSync(join(tmpdir(), 'serve-test-'));
const out = join(home, 'out');
let server: LabServer;

beforeAll(async () => {
  for (const folder of ['app/assets', 'glue/more', 'out']) mkdirSync(join(home, folder), { recursive: true });
  writeFileSync(join(home, 'secret.txt'), 'secret');
  writeFileSync(join(home, 'app/index.html'), '<p>app</p>');
  writeFileSync(join(home, 'app/assets/a.wasm'), 'wasm');
  writeFileSync(join(home, 'app/empty.txt'), '');
  writeFileSync(join(home, 'glue/train.tsv'), '0123456789a');
  writeFileSync(join(home, 'glue/more/dev.tsv'), 'abc');
  symlinkSync(join(home, 'glue/train.tsv'), join(home, 'glue/linked.tsv'));
  server = await serve({ root: join(home, 'app'), folders: { data: join(home, 'glue') }, out, maxUpload: 13 });
});

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

/** A request whose path is sent as it stands; fetch would resolve the dots itself. */
function raw(path: string, options: { method?: string; host?: string; body?: string } = {}): Promise<{ status: number; body: string }> {
  const { hostname, port, host } = new URL(server.address);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method: options.method ?? 'GET', headers: { host: options.host ?? host } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject).end(options.body);
  });
}

const at = (path: string) => new URL(path, server.address);

describe('the app', () => {
  it('answers with the page, its type and every header', async () => {
    const answer = await fetch(at('/?driven'));
    expect(await answer.text()).toBe('<p>app</p>');
    expect(answer.headers.get('content-type')).toContain('text/html');
    for (const [name, value] of Object.entries(RESPONSE_HEADERS)) expect(answer.headers.get(name)).toBe(value);
    expect((await fetch(at('/assets/a.wasm'))).headers.get('content-type')).toBe('application/wasm');
    expect(await (await fetch(at('/empty.txt'))).text()).toBe('');
  });

  it.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/..\\secret.txt', '//etc/passwd', '/none', '/assets'])(
    'answers 404 to %s',
    async (path) => {
      const answer = await raw(path);
      expect(answer.status).toBe(404);
      expect(answer.body).not.toContain('secret');
    },
  );

  it('refuses other methods and other hosts', async () => {
    expect((await raw('/', { method: 'POST' })).status).toBe(405);
    expect((await raw('/', { method: 'PUT' })).status).toBe(405);
    expect((await raw('/', { host: 'attacker.example' })).status).toBe(403);
  });
});

describe('granted folders', () => {
  it('are listed and read, links included', async () => {
    const listing: unknown = await (await fetch(at(server.folder('data')))).json();
    expect(listing).toEqual([{ name: 'linked.tsv', size: 11 }, { name: 'more/dev.tsv', size: 3 }, { name: 'train.tsv', size: 11 }]);
    expect(await (await fetch(at(`${server.folder('data')}more/dev.tsv`))).text()).toBe('abc');
  });

  it('give the bytes of a range', async () => {
    const answer = await fetch(at(`${server.folder('data')}train.tsv`), { headers: { range: 'bytes=3-6' } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 3-6/11');
    expect(await answer.text()).toBe('3456');
    expect((await fetch(at(`${server.folder('data')}train.tsv`), { headers: { range: 'bytes=11-' } })).status).toBe(416);
  });

  it('need the token and the name, and cannot be left or written', async () => {
    expect((await raw('/files/wrong/data/train.tsv')).status).toBe(404);
    expect((await raw(`${server.folder('other')}train.tsv`)).status).toBe(404);
    expect((await raw(`${server.folder('data')}../secret.txt`)).status).toBe(404);
    expect((await raw(`${server.folder('data')}train.tsv`, { method: 'PUT', body: 'x' })).status).toBe(405);
  });
});

describe('the output folder', () => {
  it('takes files, and folders of files', async () => {
    expect((await raw(`${server.out}student/config.json`, { method: 'PUT', body: '{}' })).status).toBe(201);
    expect(readFileSync(join(out, 'student/config.json'), 'utf8')).toBe('{}');
  });

  it('refuses what is too large and leaves nothing of it', async () => {
    expect((await raw(`${server.out}big.bin`, { method: 'PUT', body: 'x'.repeat(17) })).status).toBe(413);
    const stream = new Blob(['x'.repeat(17)]).stream();
    const answer = await fetch(at(`${server.out}big.bin`), { method: 'PUT', body: stream, duplex: 'half' } as RequestInit).then((a) => a.status, () => 413);
    expect(answer).toBe(413);
    expect(readdirSync(out).filter((name) => name.startsWith('big'))).toEqual([]);
  });

  it.each(['../secret.txt', '%2e%2e/secret.txt', '..%5csecret.txt', '', 'a/'])('refuses the path "%s"', async (path) => {
    expect((await raw(`${server.out}${path}`, { method: 'PUT', body: 'changed' })).status).toBe(404);
    expect(readFileSync(join(home, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('needs the token, and is not read from', async () => {
    expect((await raw('/out/wrong/a.txt', { method: 'PUT', body: 'x' })).status).toBe(404);
    expect(existsSync(join(out, 'a.txt'))).toBe(false);
    expect((await raw(`${server.out}student/config.json`)).status).toBe(405);
  });
});

it('says which port is busy', async () => {
  const port = Number(new URL(server.address).port);
  await expect(serve({ root: home, port })).rejects.toThrow(`--port: expected a free port, got ${port}`);
});

it.each([
  [undefined, 11, undefined], ['bytes=2-4', 11, { start: 2, end: 4 }], ['bytes=7-', 11, { start: 7, end: 10 }], ['bytes=-3', 11, { start: 8, end: 10 }],
  ['bytes=2-99', 11, { start: 2, end: 10 }], ['bytes=5-2', 11, undefined], ['bytes=1-2,4-5', 11, undefined], ['bytes=-0', 11, 'unsatisfiable'],
  ['bytes=-', 11, undefined], ['bytes=0-', 0, 'unsatisfiable'],
])('reads the range %s of %d bytes', (header, size, expected) => {
  expect(byteRange(header, size)).toEqual(expected);
});

it('splits plain paths and refuses the others', () => {
  expect(safePath('/a%20b/c.txt?x=/..')).toEqual(['a b', 'c.txt']);
  expect(safePath('/a/')).toEqual(['a', '']);
  for (const path of ['a', '/a//b', '/%', '/%00', '/C:/a', '/./a']) expect(safePath(path)).toBeUndefined();
});
