import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSamples } from '../../../src/corpus/samples_read.ts';
import type { Command, Context, Outcome } from '../../../scripts/command_line/command.ts';
import { generateSamplesCommand } from '../../../scripts/commands/generate_samples.ts';
import { mergeShards } from '../../../scripts/commands/merge_shards.ts';
import { processData } from '../../../scripts/commands/process_data.ts';
import { pretrainJob } from '../../../scripts/commands/text_jobs.ts';
import { shardData } from '../../../scripts/commands/shard_data.ts';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'corpus-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Writes a file below the folder of the test, and gives its path. */
function file(name: string, text: string | Uint8Array): string {
  const path = join(root, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const at = (name: string) => join(root, name);
const text = (name: string) => readFileSync(at(name), 'utf8');

/** Runs a command as `npm run lab` does; what it said is in `said`. */
async function run(command: Command, line: string, signal = new AbortController().signal): Promise<Outcome & { readonly said: string }> {
  let said = '';
  const log = { isTTY: false, write: (more: string) => (said += more) } as unknown as Context['log'];
  const args = line.split(' ').map((word) => (word.startsWith('@') ? at(word.slice(1)) : word));
  return { ...(await command.prepare(args)({ log, signal })), said };
}

const ARTICLES = Array.from({ length: 23 }, (_, i) => Array.from({ length: 1 + ((i * 5) % 7) }, (_, s) => `Article ${i} has a sentence ${s}.`).join(' '));
const VOCAB = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'article', 'has', 'a', 'sentence', '.', ...Array.from({ length: 10 }, (_, i) => String(i)), ...Array.from({ length: 10 }, (_, i) => `##${i}`)];
const SHARDS = '--dir @text -o @shards --num_train_shards 4 --num_test_shards 2';
const SAMPLES = '--dir @shards -o @samples --model_name bert-base-uncased --vocab_file @vocab.txt --max_seq_length 29';

async function withShards(): Promise<void> {
  file('text/all.txt', ARTICLES.map((article) => `${article} \n\n`).join(''));
  file('vocab.txt', `${VOCAB.join('\n')}\n`);
  await run(shardData, SHARDS);
}

describe('process_data', () => {
  it('makes one file of books, in order of their names', async () => {
    file('books/b10.txt', 'Ten\n');
    file('books/b2.txt', 'Two\r\n\r\nlines');
    file('books/notes.md', 'no');
    const { json, said } = await run(processData, '-f @books -o @out --type bookcorpus --n_processes 4');
    expect(text('out/bookcorpus_one_article_per_line.txt')).toBe('Two lines \n\nTen \n\n');
    expect(json).toMatchObject({ ok: true, files: 2, articles: 2 });
    expect(said).toBe('--n_processes 4: one process does the work here.\n');
  });

  it('makes one file of extracted Wikipedia, and not a second time', async () => {
    file('wiki/AA/wiki_00', '<doc id="1">\nT\nOne.\n</doc>\n');
    file('wiki/AA/other_00', '<doc id="9">\nX\nno\n</doc>\n');
    await run(processData, '-f @wiki -o @out --type wiki');
    expect(text('out/wiki_one_article_per_line.txt')).toBe('One.\n\n');
    expect((await run(processData, '-f @wiki -o @out --type wiki')).text).toMatch(/is there already; delete it to make it anew\.$/);
  });

  it.each([
    ['an empty folder', () => mkdirSync(at('books')), /books: expected books as \.txt files, got an empty folder\. Check the path\./],
    ['a folder of other files', () => file('books/a.pdf', 'x'), /books: expected books as \.txt files, got 1 other files\./],
    ['another encoding', () => file('books/a.txt', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a)), /^a\.txt, line 2: expected UTF-8 text, got other bytes, as in Latin-1 or UTF-16\./],
    ['one line of 50 MB', () => file('books/a.txt', new Uint8Array(50e6).fill(0x61)), /^a\.txt, line 1: expected lines of at most 32 MB, got a longer one\./],
    ['files without text', () => file('books/a.txt', '\n \n'), /a\.txt: expected files with text, got no article in them\./],
  ])('ends with one error for %s, and leaves no file', async (_name, prepare, message) => {
    prepare();
    await expect((async () => run(processData, '-f @books -o @out --type bookcorpus'))()).rejects.toThrow(message);
    expect(existsSync(at('out')) ? readdirSync(at('out')) : []).toEqual([]);
  });

  it('leaves no file when it is interrupted', async () => {
    file('books/a.txt', 'x\n');
    await expect(run(processData, '-f @books -o @out --type bookcorpus', AbortSignal.abort())).rejects.toThrow();
    expect(readdirSync(at('out'))).toEqual([]);
  });
});

describe('shard_data', () => {
  it('writes every article into one shard, a sentence a line', async () => {
    await withShards();
    const names = readdirSync(at('shards'));
    expect(names.sort()).toEqual(['shards.json', 'test0.txt', 'test1.txt', 'training0.txt', 'training1.txt', 'training2.txt', 'training3.txt']);
    const articles = names.filter((name) => name.endsWith('.txt')).flatMap((name) => text(`shards/${name}`).split('\n\n').filter(Boolean));
    expect(articles.map((article) => article.replaceAll('\n', ' ').trim()).sort()).toEqual([...ARTICLES].sort());
  });

  it('makes missing shards alone, and refuses those of other options', async () => {
    await withShards();
    const whole = text('shards/training2.txt');
    rmSync(at('shards/training2.txt'));
    file('shards/training1.txt', 'left alone');
    expect((await run(shardData, SHARDS)).json).toMatchObject({ shards: 6, made: 1 });
    expect([text('shards/training2.txt'), text('shards/training1.txt')]).toEqual([whole, 'left alone']);
    expect((await run(shardData, SHARDS)).json).toMatchObject({ made: 0 });
    await expect(run(shardData, `${SHARDS} --frac_test 0.2`)).rejects.toThrow('expected a folder without shards, or with those of the same files and options, got shards of other ones. Name another folder, or delete this one.');
  });

  it('refuses fewer articles than shards', async () => {
    file('text/all.txt', 'One. Two.\n\nThree.\n');
    await expect(run(shardData, '--dir @text -o @shards --num_train_shards 2 --num_test_shards 1')).rejects.toThrow('shards: expected at least as many articles as shards (3), got 2.');
    expect(readdirSync(at('shards'))).toEqual([]);
  });
});

describe('merge_shards', () => {
  it('merges training and test shards by themselves', async () => {
    await withShards();
    await run(mergeShards, '--data @shards --output_dir @merged --ratio 2');
    expect(readdirSync(at('merged')).sort()).toEqual(['test_shard_0.txt', 'training_shard_0.txt', 'training_shard_1.txt']);
    expect(text('merged/training_shard_1.txt')).toBe(text('shards/training2.txt') + text('shards/training3.txt'));
  });

  it('names what is filtered by the filter, and needs an even division', async () => {
    await withShards();
    expect((await run(mergeShards, '--data @shards --output_dir @merged --grep test --ratio 2')).json).toMatchObject({ shards: 1, made: 1 });
    expect(readdirSync(at('merged'))).toEqual(['test_shard_0.txt']);
    expect(() => mergeShards.prepare(['--data', at('shards'), '--output_dir', at('m'), '--ratio', '3'])).toThrow('--ratio: expected a number that divides the shards evenly, got 3 for 4 shards of "training".');
  });
});

describe('generate_samples', () => {
  it('makes a file a shard and duplicate, each with a seed of its own', async () => {
    await withShards();
    const { json } = await run(generateSamplesCommand, `${SAMPLES} --dup_factor 2 --seed 11`);
    expect(json).toMatchObject({ ok: true, shards: 12, made: 12 });
    expect(JSON.parse(text('samples/samples.json'))).toEqual({ version: 1, train: 8, test: 4 });
    const read = (name: string) => readSamples(new Uint8Array(readFileSync(at(`samples/${name}`))), name);
    expect([read('train_shard_1.samples'), read('train_shard_5.samples')].map(({ header }) => [header.source.name, header.seed])).toEqual([['training1.txt', 12], ['training1.txt', 16]]);
    expect(read('test_shard_0.samples').header).toMatchObject({ source: { name: 'test0.txt' }, max_seq_length: 29, max_predictions_per_seq: 20, masked_lm_prob: 0.15, vocabulary: { tokens: VOCAB.length } });
  });

  it('makes missing files alone, and refuses those of other options', async () => {
    await withShards();
    await run(generateSamplesCommand, SAMPLES);
    const whole = readFileSync(at('samples/train_shard_2.samples'));
    rmSync(at('samples/train_shard_2.samples'));
    expect((await run(generateSamplesCommand, SAMPLES)).json).toMatchObject({ shards: 6, made: 1 });
    expect(readFileSync(at('samples/train_shard_2.samples')).equals(whole)).toBe(true);
    const { recipe, folders } = pretrainJob({ shards: at('samples') });
    expect([recipe.data, folders.data]).toEqual([{ kind: 'folder', name: 'samples' }, at('samples')]);
    await expect(run(generateSamplesCommand, `${SAMPLES} --masked_lm_prob 0.2`)).rejects.toThrow('expected no samples, or those of the same shards and options, got samples of other ones.');
  });

  it.each([
    ['a vocabulary without [MASK]', () => file('vocab.txt', VOCAB.filter((token) => token !== '[MASK]').join('\n')), 'got none for [MASK]'],
    ['a shard without text', () => file('shards/test1.txt', '\n\n'), 'expected a shard with text, got none'],
    ['a shard in another encoding', () => file('shards/test0.txt', Uint8Array.of(0xff, 0xfe, 0x61, 0)), 'test0.txt, line 1: expected UTF-8 text'],
    ['a damaged file of samples', () => file('samples/test_shard_0.samples', 'no samples'), 'expected a file of samples, got another file'],
  ])('ends with one error for %s', async (_name, prepare, message) => {
    await withShards();
    prepare();
    await expect(run(generateSamplesCommand, SAMPLES)).rejects.toThrow(message);
    expect(existsSync(at('samples')) ? readdirSync(at('samples')).filter((name) => name.endsWith('.part')) : []).toEqual([]);
  });

  it('asks for the options that the reference asks for', () => {
    expect(() => generateSamplesCommand.prepare(['--dir', root, '-o', at('s')])).toThrow('--model_name: expected the name of a model');
    expect(() => shardData.prepare(['-o', at('s')])).toThrow('--dir: expected a folder, got nothing');
    expect(() => processData.prepare(['-f', root, '-o', at('s')])).toThrow('--type: expected wiki or bookcorpus, got nothing');
  });
});
