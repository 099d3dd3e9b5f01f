import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readGlueFolder, type DataFolder } from '../../src/data/glue.ts';
import type { Example, TaskSpec } from '../../src/data/task.ts';
import { taskNamed } from '../../src/data/tasks.ts';

/** The real tables are too large for the repository: a folder `shared` beside the checkout, if there is one. */
const GLUE = resolve(import.meta.dirname, '../../../shared/data/glue');
const hasGlue = existsSync(GLUE);

const options = { seed: 3 };
const task = (name: string): TaskSpec => taskNamed(name);

function folder(files: Readonly<Record<string, string | Uint8Array>>, listed = true): DataFolder {
  const bytes = (content: string | Uint8Array | undefined) => (typeof content === 'string' ? new TextEncoder().encode(content) : content);
  const read = (path: string) => Promise.resolve(bytes(files[path]));
  return listed ? { name: 'f', read, list: () => Object.keys(files) } : { name: 'f', read };
}

function onDisk(path: string): DataFolder {
  const root = resolve(GLUE, path);
  return {
    name: path,
    list: () => readdirSync(root),
    read: (file) => Promise.resolve(existsSync(resolve(root, file)) ? new Uint8Array(readFileSync(resolve(root, file))) : undefined),
  };
}

const SST = `sentence\tlabel\n${Array.from({ length: 23 }, (_, i) => `film ${i}\t${i % 2}\n`).join('')}`;
const DEV = 'sentence\tlabel\nbad \t0\nfine\t1\n';

describe('a GLUE folder', () => {
  it('gives the three splits', async () => {
    const data = await readGlueFolder(task('sst-2'), folder({ 'train.tsv': SST, 'dev.tsv': DEV }), options);
    expect([data.train.length, data.tuning.length, data.dev.length]).toEqual([21, 2, 2]);
    expect(data.dev).toEqual([{ text: 'bad ', label: 0 }, { text: 'fine', label: 1 }]);
  });

  it('cuts the tuning split by the seed, in the order of the file', async () => {
    const read = (seed: number) => readGlueFolder(task('sst-2'), folder({ 'train.tsv': SST, 'dev.tsv': DEV }), { seed });
    const [a, b, c] = [await read(3), await read(3), await read(4)];
    expect(b).toEqual(a);
    expect(c.tuning).not.toEqual(a.tuning);
    const number = ({ text }: Example) => Number(text.slice(5));
    expect([...a.train, ...a.tuning].map(number).sort((x, y) => x - y)).toEqual(Array.from({ length: 23 }, (_, i) => i));
    for (const split of [a.train, a.tuning]) expect(split.map(number)).toEqual(split.map(number).sort((x, y) => x - y));
  });

  it('keeps at least one row for tuning', async () => {
    const data = await readGlueFolder(task('sst-2'), folder({ 'train.tsv': DEV, 'dev.tsv': DEV }), options);
    expect([data.train.length, data.tuning.length]).toEqual([1, 1]);
  });

  it('reads packed files, also those that the host has unpacked', async () => {
    const packed = await readGlueFolder(task('sst-2'), folder({ 'train.tsv.gz': new Uint8Array(gzipSync(SST)), 'dev.tsv.gz': DEV }), options);
    expect(packed).toEqual(await readGlueFolder(task('sst-2'), folder({ 'train.tsv': SST, 'dev.tsv': DEV }), options));
  });

  it('reads CoLA without a header, and with one', async () => {
    const plain = 'gj04\t1\t\tThey sailed.\ncj99\t0\t*\tSailed they who.\n';
    const named = 'sentence\tlabel\nThey sailed.\t1\nSailed they who.\t0\n';
    const { dev } = await readGlueFolder(task('cola'), folder({ 'train.tsv': plain, 'dev.tsv': plain }), options);
    expect(dev).toEqual([{ text: 'They sailed.', label: 1 }, { text: 'Sailed they who.', label: 0 }]);
    expect((await readGlueFolder(task('cola'), folder({ 'train.tsv': plain, 'dev.tsv': named }), options)).dev).toEqual(dev);
  });

  it('reads MNLI by column names, the matched file first', async () => {
    const train = 'index\tsentence1\tsentence2\tlabel1\tgold_label\n0\tp\th\tneutral\tneutral\n1\tp\th\tcontradiction\tcontradiction\n';
    const dev = 'index\tsentence1\tsentence2\tlabel1\tlabel2\tgold_label\n0\tp "q\th\tneutral\tentailment\tentailment\n';
    const data = await readGlueFolder(task('mnli'), folder({ 'train.tsv': train, 'dev_matched.tsv': dev, 'dev.tsv': train }), options);
    expect(data.dev).toEqual([{ text: 'p "q', textPair: 'h', label: 0 }]);
    expect([...data.train, ...data.tuning].map(({ label }) => label).sort()).toEqual([1, 2]);
  });

  it('reads the mismatched rows of MNLI beside the matched ones, where the folder has them', async () => {
    const table = (...labels: string[]) => `sentence1\tsentence2\tgold_label\n${labels.map((label, i) => `a ${i}\tb ${labels.length}\t${label}\n`).join('')}`;
    const files = { 'train.tsv': table('neutral', 'neutral', 'entailment'), 'dev_matched.tsv': table('neutral', 'entailment'), 'dev_mismatched.tsv': table('contradiction') };
    const { dev, mismatched } = await readGlueFolder(task('mnli'), folder(files), options);
    expect([dev.map(({ label }) => label), mismatched]).toEqual([[1, 0], [{ text: 'a 0', textPair: 'b 1', label: 2 }]]);
    const { 'dev_mismatched.tsv': _left, ...without } = files;
    expect('mismatched' in (await readGlueFolder(task('mnli'), folder(without), options))).toBe(false);
    const chosen = await readGlueFolder(task('mnli'), folder({ ...files, 'own.tsv': table('neutral') }), { ...options, train_file: 'train.tsv', validation_file: 'own.tsv' });
    expect([chosen.dev.length, chosen.mismatched]).toEqual([1, mismatched]);
    expect(await readGlueFolder(task('mnli'), folder(files), { ...options, train_file: 'train.tsv', validation_file: 'dev_mismatched.tsv' })).not.toHaveProperty('mismatched');
    await expect(readGlueFolder(task('mnli'), folder({ ...files, 'dev_mismatched.tsv': table('sometimes') }), options)).rejects.toMatchObject({ code: 'UnknownLabel', where: expect.stringContaining('dev_mismatched.tsv, row 2') as string });
  });

  it('leaves out the broken rows that QQP has, and says so', async () => {
    const train = `id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n${'1\t2\t3\tWhy?\tHow?\t0\n'.repeat(1009)}half a row\n`;
    const notes: string[] = [];
    const data = await readGlueFolder(task('qqp'), folder({ 'train.tsv': train, 'dev.tsv': train }), { seed: 1, onNote: (text) => notes.push(text) });
    expect(data.dev.length).toBe(1009);
    expect(notes).toEqual(['f/train.tsv: 1 row with a wrong number of columns is left out (row 1011).', expect.stringContaining('f/dev.tsv'), 'f: 1009 of the 1009 dev rows occur among the training rows too.']);
  });

  it('reads the scores of a regression task', async () => {
    const sts: TaskSpec = { name: 'sts-b', text: 'sentence1', textPair: 'sentence2', label: 'score', labels: [], metrics: ['pearson'] };
    const table = (score: string) => `index\tsentence1\tsentence2\tscore\n0\ta\tb\t${score}\n1\tc\td\t5.000\n`;
    const read = (score: string) => readGlueFolder(sts, folder({ 'train.tsv': table('1.25'), 'dev.tsv': table(score) }), options);
    expect((await read('0.750')).dev[0]).toEqual({ text: 'a', textPair: 'b', label: 0.75 });
    await expect(readGlueFolder({ ...sts, scores: [0, 5] }, folder({ 'train.tsv': table('5.2'), 'dev.tsv': table('1') }), options)).rejects.toMatchObject({ code: 'UnknownLabel', expected: 'a number from 0 to 5', got: '"5.2"' });
    await expect(read('high')).rejects.toMatchObject({ code: 'UnknownLabel', expected: 'a number', got: '"high"' });
  });
});

describe('tables that are read as a person says', () => {
  const csv = 'words,mood\n"good, ""really""",positive\nbad,negative\nso so,1\nnot much,0\n';

  it('have named files and columns, in any form', async () => {
    const held = '{"words": "bad", "mood": "negative"}\n';
    const data = await readGlueFolder(task('sst-2'), folder({ 'mine.csv': csv, 'held.jsonl': held, 'train.tsv': SST }), { ...options, train_file: 'mine.csv', validation_file: 'held.jsonl', columns: { sentence1: 'words', label: 'mood' }, onNote: () => undefined });
    expect([...data.train, ...data.tuning].map(({ text }) => text).sort()).toEqual(['bad', 'good, "really"', 'not much', 'so so']);
    expect(data.dev).toEqual([{ text: 'bad', label: 0 }]);
  });

  it('are parted where there is one file only', async () => {
    const notes: string[] = [];
    const data = await readGlueFolder(task('sst-2'), folder({ 'mine.csv': csv }), { ...options, train_file: 'mine.csv', columns: { sentence1: 'words', label: 'mood' }, onNote: (text) => notes.push(text) });
    expect([data.train.length, data.tuning.length, data.dev.length]).toEqual([2, 1, 1]);
    expect(notes).toEqual([expect.stringContaining('f/mine.csv stands alone')]);
  });

  it('lack a named file', async () => {
    await expect(readGlueFolder(task('sst-2'), folder({ 'train.tsv': SST }), { ...options, train_file: 'x.csv' })).rejects.toMatchObject({ code: 'MissingFile', expected: 'x.csv', got: 'train.tsv' });
  });

  it('lose broken rows only if a person agrees, and say which', async () => {
    const notes: string[] = [];
    const files = { 'train.tsv': `${SST}half a row\nfine\tgreat\n`, 'dev.tsv': DEV };
    await expect(readGlueFolder(task('sst-2'), folder(files), options)).rejects.toMatchObject({ code: 'BadRow', where: 'f/train.tsv, row 25', remedy: expect.stringContaining('2 rows are broken (rows 25, 26).') });
    const data = await readGlueFolder(task('sst-2'), folder(files), { ...options, skip_broken_rows: true, onNote: (text) => notes.push(text) });
    expect(data.train.length + data.tuning.length).toBe(23);
    expect(notes).toEqual(['f/train.tsv: 2 rows that could not be read are left out (rows 25, 26).']);
  });

  it('come in parts, with their bytes told and a gate between them', async () => {
    const seen: string[] = [];
    const large = `sentence\tlabel\n${'a film\t1\n'.repeat(140_009)}`;
    const data = await readGlueFolder(task('sst-2'), folder({ 'train.tsv': large, 'dev.tsv': DEV }), {
      ...options, onBytes: (where, done, total) => seen.push(`${where} ${done === total}`), gate: async () => void seen.push('gate'), onNote: () => undefined,
    });
    expect(data.train.length + data.tuning.length).toBe(140_009);
    expect(seen.filter((what) => what === 'gate').length).toBeGreaterThan(3);
    expect(seen).toContain('f/train.tsv true');
  });
});

describe('a development file alone', () => {
  const rows = Array.from({ length: 23 }, (_, i) => `row ${i}\t${i % 2}`);
  const read = (notes: string[] = []) => readGlueFolder(task('sst-2'), folder({ 'dev.tsv': `sentence\tlabel\n${rows.join('\n')}\n` }), { seed: 3, onNote: (text) => notes.push(text) });

  it('is parted, which a note says: a fifth for the scores, and no row twice', async () => {
    const notes: string[] = [];
    const { train, tuning, dev } = await read(notes);
    expect([train.length, tuning.length, dev.length]).toEqual([17, 1, 5]);
    expect(new Set([...train, ...tuning, ...dev].map(({ text }) => text)).size).toBe(23);
    expect(notes).toEqual(['f/dev.tsv stands alone, without a file of training rows: 18 of its rows are trained on, and the scores are those of the other 5.']);
    expect(await read()).toEqual({ task: task('sst-2'), train, tuning, dev });
  });
});

describe('a bad GLUE folder', () => {
  const read = (files: Record<string, string | Uint8Array>, name = 'sst-2', listed = true) => readGlueFolder(task(name), folder(files, listed), options);

  it('lacks a file', async () => {
    await expect(read({ 'train.tsv': SST })).rejects.toMatchObject({ code: 'MissingFile', where: 'f', expected: 'dev.tsv or dev.tsv.gz', got: 'train.tsv' });
    await expect(read({}, 'mnli', false)).rejects.toMatchObject({ code: 'MissingFile', expected: 'train.tsv or train.tsv.gz', got: 'none of them' });
  });

  it('has an unknown label: file, row, column, and the labels expected', async () => {
    const table = 'index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n1\ta\tb\tneutral\n';
    await expect(read({ 'train.tsv': table, 'dev.tsv': table }, 'rte')).rejects.toMatchObject({
      code: 'UnknownLabel', where: 'f/train.tsv, row 3, column "label"', expected: 'one of "entailment" or 0, "not_entailment" or 1', got: '"neutral"',
    });
    await expect(read({ 'train.tsv': SST, 'dev.tsv': 'sentence\tlabel\nx\t2\n' })).rejects.toMatchObject({ code: 'UnknownLabel' });
    await expect(read({ 'train.tsv': SST, 'dev.tsv': 'sentence\tlabel\nx\t\n' })).rejects.toMatchObject({ code: 'UnknownLabel', got: '""' });
  });

  it('lacks a column, has no rows, or is no text', async () => {
    await expect(read({ 'train.tsv': SST, 'dev.tsv': DEV }, 'rte')).rejects.toMatchObject({ code: 'MissingColumn', where: 'f/train.tsv, row 1', got: 'the columns "sentence", "label"' });
    await expect(read({ 'train.tsv': SST, 'dev.tsv': '' })).rejects.toMatchObject({ code: 'EmptyFile', where: 'f/dev.tsv' });
    await expect(read({ 'train.tsv': 'sentence\tlabel\nx\t1\n', 'dev.tsv': DEV })).rejects.toMatchObject({ code: 'EmptyFile', got: '1' });
    await expect(read({ 'train.tsv': Uint8Array.of(0x61, 0xff), 'dev.tsv': DEV })).rejects.toMatchObject({ code: 'NotUtf8', where: 'f/train.tsv, line 1' });
  });
});

describe(`the original tables${hasGlue ? '' : ' (skipped: no ../shared/data/glue)'}`, () => {
  const counts = (examples: readonly Example[], labels: number) => Array.from({ length: labels }, (_, id) => examples.filter(({ label }) => label === id).length);

  it.skipIf(!hasGlue).each([
    ['CoLA', 'cola', [2528, 6023], [322, 721]],
    ['RTE', 'rte', [1249, 1241], [146, 131]],
    ['SST-2', 'sst-2', [29780, 37569], [428, 444]],
    ['MNLI/kshot', 'mnli', [16, 16, 16], [16, 16, 16]],
    ['QNLI/kshot', 'qnli', [16, 16], [16, 16]],
    ['QQP/kshot', 'qqp', [16, 16], [16, 16]],
    ['MRPC/kshot', 'mrpc', [16, 16], [16, 16]],
  ])('%s have their rows and labels', async (path, name, train, dev) => {
    const data = await readGlueFolder(task(name), onDisk(path), options);
    expect(counts([...data.train, ...data.tuning], train.length)).toEqual(train);
    expect(counts(data.dev, dev.length)).toEqual(dev);
    expect(data.train.every(({ textPair }) => (textPair !== undefined) === (task(name).textPair !== undefined))).toBe(true);
  });
});
