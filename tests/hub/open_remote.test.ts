import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { parseModelId } from '../../src/hub/hugging_face.ts';
import { openRemote, type OpenOptions } from '../../src/hub/open_remote.ts';
import { zipFiles } from '../../src/hub/zip.ts';
import { Downloads } from '../../src/store/downloads.ts';
import { freshDatabase } from '../store/fixtures.ts';
import { FakeHub } from './fake_hub.ts';

const text = (value: string) => new TextEncoder().encode(value);
const LARGE = Uint8Array.from({ length: 300_007 }, (_, i) => (i * i) % 251);
const OLD = Uint8Array.from({ length: 200_003 }, (_, i) => i % 241);
const TINY = { 'config.json': text('{"model_type":"bert"}'), 'vocab.txt': text('[PAD]\n'), 'model.safetensors': LARGE, 'pytorch_model.bin': OLD, 'README.md': text('#') };
const PARTS = {
  'config.json': text('{}'), 'model.safetensors.index.json': text('{"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}'),
  'm-1.safetensors': writeSafetensors([{ name: 'a', shape: [1], data: Float32Array.of(1) }], { dtype: 'F32' }), 'm-2.safetensors': OLD,
};

let hub: FakeHub;
let cache: Downloads;
const pauses: number[] = [];
beforeEach(async () => {
  hub = new FakeHub({ 'org/tiny': { main: TINY, v1: { 'config.json': text('{}'), 'pytorch_model.bin': OLD } }, 'org/parts': { main: PARTS }, 'org/secret': { main: TINY }, plain: { main: { 'README.md': text('#') } } }, { 'org/secret': 'hf_right' });
  await hub.start();
  cache = new Downloads(freshDatabase());
  pauses.length = 0;
});
afterEach(() => hub.stop());

const open = (id: string, options: OpenOptions = {}) => openRemote(id, { hubUrl: hub.address, cache, pause: async (ms) => void pauses.push(ms), ...options });
const bytesOf = async (opened: Awaited<ReturnType<typeof open>>, name: string) => Buffer.from(await opened.files.find((file) => file.name === name)!.blob.arrayBuffer());
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('a model of the Hub', () => {
  it('is fetched by its id with the files that the lab reads, and with progress', async () => {
    const seen = new Map<string, [number, number]>();
    const opened = await open('org/tiny', { onProgress: (file, done, total) => seen.set(file, [done, total]) });
    expect([opened.name, opened.files.map(({ name }) => name)]).toEqual(['org/tiny', ['config.json', 'vocab.txt', 'model.safetensors']]);
    expect(isSame(await bytesOf(opened, 'model.safetensors'), LARGE)).toBe(true);
    expect(seen.get('model.safetensors')).toEqual([LARGE.length, LARGE.length]);
    expect(hub.seen.some(({ path }) => path.startsWith('/cdn/'))).toBe(true);
  });

  it('is fetched at a revision, in parts, and in its older form', async () => {
    expect((await open('org/tiny@v1')).files.map(({ name }) => name)).toEqual(['config.json', 'pytorch_model.bin']);
    const parts = await open('org/parts');
    expect(parts.files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors.index.json', 'm-1.safetensors', 'm-2.safetensors']);
  });

  it('needs no request the second time, until it is deleted', async () => {
    await open('org/tiny');
    expect(await cache.list()).toEqual([{ source: 'org/tiny@main', bytes: LARGE.length + TINY['config.json'].length + TINY['vocab.txt'].length, whole: true }]);
    hub.seen.length = 0;
    const again = await open('org/tiny');
    expect(hub.seen).toEqual([]);
    expect(isSame(await bytesOf(again, 'model.safetensors'), LARGE)).toBe(true);
    await cache.delete('org/tiny@main');
    expect(await cache.list()).toEqual([]);
    await open('org/tiny');
    expect(hub.asked('model.safetensors').length).toBeGreaterThan(0);
  });

  it('goes on after a broken connection from the first byte that is missing', async () => {
    hub.breaks.set('model.safetensors', [100_003, 50_021]);
    const opened = await open('org/tiny');
    expect(isSame(await bytesOf(opened, 'model.safetensors'), LARGE)).toBe(true);
    const ranges = hub.seen.filter(({ path }) => path.startsWith('/cdn/')).map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=100003-', 'bytes=150024-']);
    expect(pauses).toEqual([500, 500]);
  });

  it('goes on in a later visit after it was aborted', async () => {
    const abort = new AbortController();
    const slow = open('org/tiny', { signal: abort.signal, onProgress: (file, done) => { if (file === 'model.safetensors' && done > 60_000) abort.abort(); } });
    await expect(slow).rejects.toMatchObject({ name: 'AbortError' });
    const [begun] = await cache.list();
    expect(begun).toMatchObject({ source: 'org/tiny@main', whole: false });
    hub.seen.length = 0;
    expect(isSame(await bytesOf(await open('org/tiny'), 'model.safetensors'), LARGE)).toBe(true);
    expect(hub.seen.find(({ path }) => path.startsWith('/cdn/'))?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(hub.asked('config.json')).toEqual([]);
  });

  it('begins anew when the file has changed meanwhile, or the host knows no ranges', async () => {
    hub.breaks.set('model.safetensors', [100_003]);
    await expect(open('org/tiny', { pause: () => Promise.reject(new Error('stop')) })).rejects.toThrow('stop');
    const changed = LARGE.map((byte) => byte ^ 1);
    hub.models['org/tiny'] = { main: { ...TINY, 'model.safetensors': changed } };
    expect(isSame(await bytesOf(await open('org/tiny'), 'model.safetensors'), changed)).toBe(true);
    await cache.delete('org/tiny@main');
    hub.ranges = false;
    hub.breaks.set('model.safetensors', [100_003]);
    expect(isSame(await bytesOf(await open('org/tiny'), 'model.safetensors'), changed)).toBe(true);
  });

  it('waits for a busy host, and gives up in the end', async () => {
    hub.refusals.push(503, 429);
    expect((await open('org/tiny')).files.length).toBe(3);
    expect(pauses).toEqual([500, 1000]);
    await cache.delete('org/tiny@main');
    hub.refusals.push(503, 503, 503, 503);
    await expect(open('org/tiny')).rejects.toMatchObject({ code: 'http-status', got: expect.stringContaining('503') });
  });

  it('is refused without the right token, which goes to the Hub alone', async () => {
    await expect(open('org/secret')).rejects.toMatchObject({ code: 'no-access', got: 'status 401' });
    await expect(open('org/secret', { token: 'hf_wrong' })).rejects.toMatchObject({ code: 'no-access' });
    await expect(open('org/secret', { token: 'secret' })).rejects.toMatchObject({ code: 'bad-token' });
    expect((await open('org/secret', { token: 'hf_right' })).files.length).toBe(3);
    hub.seen.length = 0;
    await open(`${hub.address}/org/tiny/resolve/main`, { token: 'hf_right' });
    expect(hub.seen.every(({ token }) => token === undefined)).toBe(true);
  });

  it('is a fault when there is none, or none with weights', async () => {
    await expect(open('org/none')).rejects.toMatchObject({ code: 'no-such-model', got: 'status 404' });
    await expect(open('org/tiny@v9')).rejects.toMatchObject({ code: 'no-such-model', where: expect.stringContaining('at v9') });
    await expect(open('plain')).rejects.toMatchObject({ code: 'no-weights', got: 'README.md' });
    await expect(open('org/tiny', { hubUrl: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'network' });
  });

  it('is fetched all the same when the cache is full', async () => {
    const notes: string[] = [];
    const full = Object.assign(new Downloads(freshDatabase()), { add: () => Promise.reject(new Error('no room')) });
    const opened = await open('org/tiny', { cache: full, onNote: (note) => notes.push(note) });
    expect(isSame(await bytesOf(opened, 'model.safetensors'), LARGE)).toBe(true);
    expect(notes[0]).toContain('no room');
  });
});

describe('an address', () => {
  it('of a folder is read by the names that models have, and kept', async () => {
    const address = `${hub.address}/org/tiny/resolve/main/`;
    const opened = await open(address);
    expect([opened.name, opened.files.map(({ name }) => name)]).toEqual(['main', ['config.json', 'vocab.txt', 'model.safetensors']]);
    hub.seen.length = 0;
    expect((await open(address)).files.length).toBe(3);
    expect(hub.seen).toEqual([]);
  });

  it('of a zip archive is unpacked', async () => {
    const archive = zipFiles([{ name: 'm/config.json', bytes: text('{}') }, { name: 'm/model.safetensors', bytes: LARGE }]);
    hub.models['org/zipped'] = { main: { 'model.zip': archive } };
    const opened = await open(`${hub.address}/org/zipped/resolve/main/model.zip`);
    expect(opened.files.map(({ name }) => name)).toEqual(['m/config.json', 'm/model.safetensors']);
    expect(isSame(await bytesOf(opened, 'm/model.safetensors'), LARGE)).toBe(true);
  });
});

describe('what a person types', () => {
  it.each([
    ['org/name', 'org/name', 'main'], ['bert-base-uncased', 'bert-base-uncased', 'main'], [' org/name@v1.0 ', 'org/name', 'v1.0'],
    ['https://huggingface.co/org/name', 'org/name', 'main'], ['https://huggingface.co/org/name/tree/refs%2Fpr%2F1', 'org/name', 'refs/pr/1'],
  ])('%s names a model of the Hub', (typed, id, revision) => expect(parseModelId(typed)).toEqual({ id, revision }));

  it.each(['', 'a b', 'org/name/more', 'org/name@', 'a@b@c', '../x/y'])('%j names none', (typed) => {
    expect(() => parseModelId(typed)).toThrow(expect.objectContaining({ code: 'bad-model-id' }));
  });

  it('may be another address', () => {
    expect(parseModelId('https://example.org/m/')).toBeUndefined();
    return expect(openRemote('ftp://example.org/m')).rejects.toMatchObject({ code: 'bad-model-id' });
  });
});
