import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tablesToTrain } from '../../src/data/remote_tables.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { openDataSet, type DataSetOptions } from '../../src/hub/data_set.ts';
import { requestsAfter } from '../../src/hub/parquet_download.ts';
import { Downloads } from '../../src/store/downloads.ts';
import { parquetFile } from '../fixtures/parquet_file.ts';
import { read } from '../formats/read_table.ts';
import { freshDatabase } from '../store/fixtures.ts';
import { FakeHub } from './fake_hub.ts';

/** Rows with a column that is wider than all others together. */
function table(mark: string, rows = 89): Uint8Array<ArrayBuffer> {
  const column = (of: (i: number) => string) => Array.from({ length: rows }, (_, i) => of(i));
  return parquetFile({ sentence1: column((i) => `${mark} ${i} ${'ab'.repeat(97)}`), sentence2: column((i) => `${i} ${mark}`), parse: column((i) => `(${i})`.repeat(997)), label: column((i) => String(i % 2)), idx: column(String) });
}
const TRAIN = table('t');
const NAME = 'train-00000-of-00001.parquet';
const ROWS = Array.from({ length: 89 }, (_, i) => [i + 1, `${i} t`, String(i % 2)]);

let hub: FakeHub;
let cache: Downloads;
const notes: string[] = [];
beforeEach(async () => {
  hub = new FakeHub({ 'datasets/org/glue': { main: { [`rte/${NAME}`]: TRAIN } } });
  // A footer comes whole; longer answers may break.
  hub.spared = 2 ** 14;
  await hub.start();
  cache = new Downloads(freshDatabase());
  notes.length = 0;
});
afterEach(() => hub.stop());

const open = (options: Partial<DataSetOptions> = {}, given = {}) => openDataSet('org/glue', { hubUrl: hub.address, cache, pause: () => Promise.resolve(), onNote: (note) => notes.push(note), ...tablesToTrain(taskNamed('rte'), 'org/glue', given), ...options });
const rowsOf = async (opened: Awaited<ReturnType<typeof open>>) => read(opened.files[0]!.blob, ['sentence2', 'label'], {}, NAME);
const ranges = () => hub.asked(NAME).map(({ range }) => range);

describe('a Parquet table of the Hub', () => {
  it('is fetched without the columns that its task does not read, and needs no request the second time', async () => {
    const seen: [number, number][] = [];
    const opened = await open({ onProgress: (_, done, total) => seen.push([done, total]) });
    expect(await rowsOf(opened)).toEqual(ROWS);
    expect(ranges()).toHaveLength(2);
    expect(ranges()[0]).toBe(`bytes=${TRAIN.length - 2 ** 14}-${TRAIN.length - 1}`);
    expect(hub.given).toBeLessThan(TRAIN.length / 5);
    const { size } = opened.files[0]!.blob;
    expect(seen.at(-1)).toEqual([size, size]);
    expect(seen.every(([done, total], i) => total === size && done >= (seen[i - 1]?.[0] ?? 0))).toBe(true);
    expect(await cache.list()).toEqual([{ source: 'datasets/org/glue@main#rte', bytes: size, whole: true }]);
    hub.seen.length = 0;
    expect(await rowsOf(await open())).toEqual(ROWS);
    expect(hub.seen).toEqual([]);
  });

  it('goes on after a broken connection with what is missing', async () => {
    hub.breaks.set(NAME, [5003, 7001]);
    expect(await rowsOf(await open())).toEqual(ROWS);
    const end = ranges()[1]!.split('-')[1];
    expect(ranges().slice(1)).toEqual([`bytes=4-${end}`, `bytes=5007-${end}`]);
    expect(hub.given).toBeLessThan(TRAIN.length / 5);
  });

  it('goes on in a later visit, from the footer and the first byte that is missing', async () => {
    hub.breaks.set(NAME, [5003]);
    await expect(open({ pause: () => Promise.reject(new Error('stop')) })).rejects.toThrow('stop');
    hub.seen.length = 0;
    expect(await rowsOf(await open())).toEqual(ROWS);
    expect(ranges()[1]).toMatch(/^bytes=5007-/);
    expect(ranges()).toHaveLength(2);
  });

  it('is begun anew where it was changed meanwhile', async () => {
    hub.breaks.set(NAME, [5003]);
    await expect(open({ pause: () => Promise.reject(new Error('stop')) })).rejects.toThrow('stop');
    hub.models['datasets/org/glue'] = { main: { [`rte/${NAME}`]: table('u') } };
    expect((await rowsOf(await open()))[2]).toEqual([3, '2 u', '0']);
    await cache.delete('datasets/org/glue@main#rte');
    hub.breaks.set(NAME, [5003]);
    const swapped = open({ pause: async () => void (hub.models['datasets/org/glue'] = { main: { [`rte/${NAME}`]: table('v') } }) });
    expect((await rowsOf(await swapped))[2]).toEqual([3, '2 v', '0']);
  });

  it('is fetched whole where the host gives no ranges, or the columns are not known', async () => {
    hub.ranges = false;
    const whole = await open();
    expect([await rowsOf(whole), whole.files[0]!.blob.size]).toEqual([ROWS, TRAIN.length]);
    hub.ranges = true;
    await cache.delete('datasets/org/glue@main#rte');
    const unknown = await open({ columns: () => undefined });
    expect(unknown.files[0]!.blob.size).toBe(TRAIN.length);
  });

  it('is kept apart by the columns that a person names', async () => {
    await open();
    const named = await open({}, { sentence1: 'parse' });
    expect(named.source).toBe('datasets/org/glue@main#rte:sentence1=parse');
    expect(await read(named.files[0]!.blob, ['parse'], {}, NAME)).toHaveLength(89);
    await expect(read((await open()).files[0]!.blob, ['parse'], {}, NAME)).rejects.toThrow();
  });

  it('is fetched all the same when the cache is full, and is a fault when the host stays busy', async () => {
    const full = Object.assign(new Downloads(freshDatabase()), { add: () => Promise.reject(new Error('no room')) });
    expect(await rowsOf(await open({ cache: full }))).toEqual(ROWS);
    expect(notes).toEqual([`${NAME} is not kept for the next time: no room`]);
    hub.refusals.push(503, 429, 503, 503);
    await expect(open()).rejects.toMatchObject({ code: 'http-status', got: expect.stringContaining('503') });
    hub.refusals.push(403);
    await expect(open()).rejects.toMatchObject({ code: 'no-access' });
  });
});

it('asks at once for spans that lie near each other, behind what is there', () => {
  const near = [{ start: 4, end: 11 }, { start: 13, end: 17 }];
  const far = { start: 100_003, end: 100_019 };
  expect(requestsAfter([Uint8Array.of(1, 2), ...near, far], 1)).toEqual([Uint8Array.of(2), near, [far]]);
  expect(requestsAfter([Uint8Array.of(1, 2), ...near, far], 5)).toEqual([[{ start: 7, end: 11 }, near[1]], [far]]);
  expect(requestsAfter([Uint8Array.of(1, 2), ...near, far], 14)).toEqual([[{ start: 100_004, end: 100_019 }]]);
});
