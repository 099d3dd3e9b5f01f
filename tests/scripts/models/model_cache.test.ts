import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ModelCache } from '../../../scripts/models/model_cache.ts';

const root = mkdtempSync(join(tmpdir(), 'model-cache-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const cache = new ModelCache(root);
const bytes = Uint8Array.from({ length: 1009 }, (_, i) => (i * i) % 251);
const part = (from: number, to: number) => new Blob([bytes.slice(from, to)]);
const read = async (source: string, path: string) => Buffer.concat(await Promise.all((await cache.get(source, path))!.parts.map(async (blob) => Buffer.from(await blob.arrayBuffer()))));

it('gives a file its name when its last byte is there', async () => {
  const file = { path: 'model.safetensors', size: bytes.length, tag: 'a' };
  await cache.begin('org/m@main', file);
  await cache.add('org/m@main', file.path, 0, part(0, 501));
  expect(readdirSync(cache.folder('org/m@main'))).toEqual([]);
  expect(await cache.get('org/m@main', file.path)).toMatchObject({ size: bytes.length, tag: 'a' });
  expect((await read('org/m@main', file.path)).equals(bytes.slice(0, 501))).toBe(true);
  await cache.add('org/m@main', file.path, 501, part(501, 1009));
  expect(readFileSync(join(cache.folder('org/m@main'), file.path)).equals(bytes)).toBe(true);
  expect((await read('org/m@main', file.path)).equals(bytes)).toBe(true);
  await cache.begin('org/m@main', { ...file, tag: 'b' });
  expect(readdirSync(cache.folder('org/m@main'))).toEqual([]);
});

it('lists a source only when all its files are there', async () => {
  const file = { path: 'config.json', size: 7, tag: '' };
  expect(await cache.listing('org/n@v1')).toBeUndefined();
  await cache.begin('org/n@v1', file);
  await cache.add('org/n@v1', file.path, 0, part(0, 7));
  await cache.finish('org/n@v1', [file]);
  expect(await cache.listing('org/n@v1')).toEqual([file]);
  expect(await new ModelCache(root, 'https://other.example').listing('org/n@v1')).toBeUndefined();
  rmSync(join(cache.folder('org/n@v1'), file.path));
  expect(await cache.listing('org/n@v1')).toBeUndefined();
});

it('takes no file whose sum is another than the Hub says', async () => {
  const sum = createHash('sha256').update(bytes).digest('hex');
  for (const [source, tag, kept] of [['org/good@main', sum, true], ['org/bad@main', sum.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), false]] as const) {
    const file = { path: 'model.safetensors', size: bytes.length, tag };
    await cache.begin(source, file);
    const added = cache.add(source, file.path, 0, new Blob([bytes]));
    await (kept ? added : expect(added).rejects.toThrow(sum));
    expect(existsSync(join(cache.folder(source), file.path))).toBe(kept);
    expect((await cache.get(source, file.path)) !== undefined).toBe(kept);
  }
});

it('names folders as people name models, and never leaves its own', () => {
  const name = (source: string) => basename(cache.folder(source));
  expect(['org/m@main', 'org/m@v1.0', 'https://example.org/models/b/?key=secret', 'https://example.org/a%20b.zip'].map(name)).toEqual(['org--m', 'org--m@v1.0', 'example.org--models--b', 'example.org--a-20b.zip']);
  for (const source of ['../../etc@main', '..@main', 'https://example.org/../..']) expect(relative(root, cache.folder(source))).not.toMatch(/^\.\./);
  return expect(cache.begin('org/m@main', { path: '..', size: 1, tag: '' })).rejects.toThrow('no name of a file');
});
