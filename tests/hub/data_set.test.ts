import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesToTrain } from '../../src/data/split_files.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { openDataSet } from '../../src/hub/data_set.ts';
import { parseDataSetId } from '../../src/hub/hugging_face.ts';
import { Downloads } from '../../src/store/downloads.ts';
import { freshDatabase } from '../store/fixtures.ts';
import { FakeHub } from './fake_hub.ts';

const bytes = (seed: number, length: number) => Uint8Array.from({ length }, (_, i) => (i * seed) % 251);
const FILES = {
  'README.md': bytes(3, 11),
  'mrpc/train-00000-of-00001.parquet': bytes(5, 100_003), 'mrpc/validation-00000-of-00001.parquet': bytes(7, 1009), 'mrpc/test-00000-of-00001.parquet': bytes(11, 13),
  'sst2/train-00000-of-00001.parquet': bytes(13, 17), 'sst2/validation-00000-of-00001.parquet': bytes(17, 19),
  'mnli/train-00000-of-00001.parquet': bytes(19, 23), 'mnli/validation_matched-00000-of-00001.parquet': bytes(23, 29), 'mnli/validation_mismatched-00000-of-00001.parquet': bytes(29, 31),
  'mnli_matched/validation-00000-of-00001.parquet': bytes(31, 37),
};

let hub: FakeHub;
let cache: Downloads;
beforeEach(async () => {
  hub = new FakeHub({ 'datasets/nyu-mll/glue': { main: FILES, v1: { 'train.csv': bytes(3, 5) } } });
  await hub.start();
  cache = new Downloads(freshDatabase());
});
afterEach(() => hub.stop());

const open = (text: string, name: string) => {
  const task = taskNamed(name);
  return openDataSet(text, { hubUrl: hub.address, cache, pause: () => Promise.resolve(), part: task.name, choose: (paths) => filesToTrain(task, paths, text) });
};

describe('a data set of the Hub', () => {
  it.each([
    ['mrpc', ['train-00000-of-00001.parquet', 'validation-00000-of-00001.parquet']],
    ['sst-2', ['train-00000-of-00001.parquet', 'validation-00000-of-00001.parquet']],
    ['mnli', ['train-00000-of-00001.parquet', 'validation_matched-00000-of-00001.parquet', 'validation_mismatched-00000-of-00001.parquet']],
  ])('gives the files of %s', async (task, names) => {
    const opened = await open('nyu-mll/glue', task);
    expect([opened.name, opened.files.map(({ name }) => name)]).toEqual(['nyu-mll/glue', names]);
    const folder = task === 'sst-2' ? 'sst2' : task;
    for (const { name, blob } of opened.files) expect(new Uint8Array(await blob.arrayBuffer())).toEqual(FILES[`${folder}/${name}` as keyof typeof FILES]);
  });

  it('goes on after a broken connection, and needs no request the second time', async () => {
    hub.breaks.set('train-00000-of-00001.parquet', [50_021]);
    await open('hub:nyu-mll/glue', 'mrpc');
    expect(hub.asked('train-00000-of-00001.parquet').map(({ range }) => range)).toEqual([undefined, 'bytes=50021-']);
    hub.seen.length = 0;
    expect((await open('nyu-mll/glue', 'mrpc')).files.map(({ blob }) => blob.size)).toEqual([100_003, 1009]);
    expect(hub.seen).toEqual([]);
    await open('nyu-mll/glue', 'sst-2');
    expect(hub.asked('train-00000-of-00001.parquet').length).toBe(1);
  });

  it('is a fault where there is none, or none of the task', async () => {
    expect((await open('nyu-mll/glue@v1', 'rte')).files.map(({ name }) => name)).toEqual(['train.csv']);
    await expect(open('nyu-mll/glue', 'rte')).rejects.toMatchObject({ code: 'no-tables', expected: 'tables of rte, in a folder of that name or at the top' });
    await expect(open('nyu-mll/none', 'rte')).rejects.toMatchObject({ code: 'no-such-model', got: 'status 404' });
    await expect(open('glue', 'rte')).rejects.toMatchObject({ code: 'bad-data-set' });
  });

  it.each([
    ['nyu-mll/glue', 'nyu-mll/glue', 'main'], ['hub:nyu-mll/glue@v1', 'nyu-mll/glue', 'v1'], ['https://huggingface.co/datasets/nyu-mll/glue', 'nyu-mll/glue', 'main'],
    ['https://huggingface.co/datasets/nyu-mll/glue/tree/main/mrpc', 'nyu-mll/glue', 'main'],
  ])('is named by %s', (text, id, revision) => expect(parseDataSetId(text)).toEqual({ id, revision, isDataSet: true }));

  it.each(['glue', '../x', 'a/b/c', 'a/b@', '/a/b', 'https://example.org/a'])('is not named by %s', (text) => expect(parseDataSetId(text)).toBeUndefined());
});
