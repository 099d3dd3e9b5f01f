import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, strToU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { generateSamplesCommand } from '../../scripts/commands/generate_samples.ts';
import { mergeShards } from '../../scripts/commands/merge_shards.ts';
import { processData } from '../../scripts/commands/process_data.ts';
import { shardData } from '../../scripts/commands/shard_data.ts';
import type { Command, Context } from '../../scripts/command_line/command.ts';
import { USUAL_PLAN, type SamplePlan } from '../../src/corpus/sample_plan.ts';
import { sampleFile } from '../../src/corpus/samples_record.ts';
import { SampleStore } from '../../src/store/samples.ts';
import type { Database } from '../../src/store/database.ts';
import type { CorpusEvent, CorpusTask, VocabularySource } from '../../src/worker/corpus_protocol.ts';
import { performCorpus } from '../../src/worker/corpus_tasks.ts';
import { freshDatabase, keysOf, memoryLocks } from '../store/fixtures.ts';

const WORDS = ['the', 'old', 'sea', 'was', 'calm', 'and', 'ship', 'sailed', 'north', 'again', 'dr', 'smith', 'saw', 'it'];
const VOCAB = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...WORDS, '.', '##s', '##ed', 'é'];
const PLAN: SamplePlan = { ...USUAL_PLAN, num_train_shards: 4, num_test_shards: 2, frac_test: 0.2, dup_factor: 2, seed: 77, max_seq_length: 29 };
const SMALL = { block: 211, gathered: 331 };

const word = (i: number) => WORDS[(i * i + 3 * i) % WORDS.length]!;
const sentence = (i: number) => `${[0, 1, 2, 3, 4, 5, 6].slice(0, 3 + (i % 5)).map((k) => word(i + k)).join(' ')}${i % 11 === 0 ? ' é 𝄞' : ''}.`.replace(/^./, (c) => c.toUpperCase());
const article = (i: number) => Array.from({ length: 1 + ((i * 5) % 7) }, (_, s) => sentence(7 * i + s)).join(' ');
const wiki = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `<doc id="${from + i}" title="T">\nTitle\n\n${article(from + i)}\n</doc>\n`).join('');
const book = (i: number) => `\uFEFFChapter ${i}\r\n\r\n${Array.from({ length: 9 + i }, (_, s) => sentence(s * i + s)).join('\r\n')}\r\n`;
const lines = Array.from({ length: 41 }, (_, i) => `${article(i)}\n\n`).join('');

let database: Database;
let root = '';
beforeEach(() => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
  database = freshDatabase();
  root = mkdtempSync(join(tmpdir(), 'corpus-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
  vi.unstubAllGlobals();
});

type Given = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;
const blobs = (files: Given) => Object.entries(files).map(([name, content]) => ({ name, blob: new Blob([content]) }));
const vocabulary: VocabularySource = { kind: 'files', name: 'own', files: blobs({ 'my-vocab.txt': `${VOCAB.join('\n')}\n` }), lowerCase: true };
const make = (files: Given, plan: Partial<SamplePlan> = {}, other: Partial<Extract<CorpusTask, { type: 'make' }>> = {}): CorpusTask => ({ type: 'make', set: 'a', name: 'sea', files: blobs(files), plan: { ...PLAN, ...plan }, vocabulary, ...other });

/** Performs a task; `end` may throw at an event, as a worker is ended. */
async function perform(task: CorpusTask, end: (event: CorpusEvent, n: number) => void = () => undefined): Promise<CorpusEvent[]> {
  const events: CorpusEvent[] = [];
  let at = 0;
  const tell = (event: CorpusEvent) => {
    events.push(event);
    end(event, events.length);
  };
  await performCorpus(task, { baseUrl: 'http://lab.invalid/', store: new SampleStore(database), now: () => (at += 1000), date: () => 5, tell, sizes: SMALL });
  return events;
}

/** The files of a stored set, by name. */
async function filesOf(id = 'a'): Promise<Record<string, Uint8Array>> {
  const store = new SampleStore(database);
  const set = await store.get(id);
  const files = (set?.samples ?? []).map(async ({ kind, index }) => [sampleFile(kind, index), (await store.file(id, kind, index))!] as const);
  return Object.fromEntries((await Promise.all(files)).sort(([a], [b]) => a.localeCompare(b)));
}

async function command(program: Command, line: string): Promise<void> {
  const log = { isTTY: false, write: () => undefined } as unknown as Context['log'];
  await program.prepare(line.split(' ').map((part) => part.replace('@', `${root}/`)))({ log, signal: new AbortController().signal });
}

/** What the four commands give of the same files. */
async function commanded(files: Given, { type, ratio, ...plan }: SamplePlan): Promise<Record<string, Uint8Array>> {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, 'in', name, '..'), { recursive: true });
    writeFileSync(join(root, 'in', name), content);
  }
  writeFileSync(join(root, 'vocab.txt'), `${VOCAB.join('\n')}\n`);
  if (type !== 'lines') await command(processData, `-f @in -o @text --type ${type}`);
  await command(shardData, `--dir @${type === 'lines' ? 'in' : 'text'} -o @shards --num_train_shards ${plan.num_train_shards} --num_test_shards ${plan.num_test_shards} --frac_test ${plan.frac_test}`);
  if (ratio > 1) await command(mergeShards, `--data @shards --output_dir @merged --ratio ${ratio}`);
  const flags = `${plan.next_sentence ? ' --next_sentence' : ''}${plan.whole_words ? ' --whole_words' : ''}`;
  await command(generateSamplesCommand, `--dir @${ratio > 1 ? 'merged' : 'shards'} -o @samples --model_name bert --vocab_file @vocab.txt --max_seq_length ${plan.max_seq_length} --seed ${plan.seed} --dup_factor ${plan.dup_factor} --masked_lm_prob ${plan.masked_lm_prob} --max_predictions_per_seq ${plan.max_predictions_per_seq}${flags}`);
  const names = readdirSync(join(root, 'samples')).filter((name) => name.endsWith('.samples')).sort((a, b) => a.localeCompare(b));
  return Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(root, 'samples', name)))]));
}

const CASES: readonly [string, Given, Partial<SamplePlan>][] = [
  ['extracted Wikipedia, one file of it packed', { 'AA/wiki_10': wiki(20, 47), 'AA/wiki_2.gz': gzipSync(strToU8(wiki(0, 20))) as Uint8Array<ArrayBuffer> }, { type: 'wiki' }],
  ['books, merged shards, whole words', Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`b${i}.txt`, book(i)])), { type: 'bookcorpus', ratio: 2, whole_words: true }],
  ['articles, one a line, in pairs', { 'all.txt': lines }, { type: 'lines', next_sentence: true, dup_factor: 3 }],
];

describe('making samples', () => {
  it.each(CASES)('gives the same bits as the commands: %s', async (_name, files, changes) => {
    const plan = { ...PLAN, ...changes };
    const expected = await commanded(files, plan);
    const events = await perform(make(files, changes));
    const made = await filesOf();
    expect(Object.keys(made)).toEqual(Object.keys(expected));
    expect(Object.keys(made).length).toBe((6 / plan.ratio) * plan.dup_factor);
    for (const [name, bytes] of Object.entries(expected)) expect([name, Buffer.compare(made[name]!, bytes)]).toEqual([name, 0]);
    const text = events.findLast((event) => event.type === 'done')?.text ?? 0;
    expect(text).toBe(Object.values(files).reduce((sum, content) => sum + (typeof content === 'string' ? strToU8(content).length : strToU8(wiki(0, 20)).length), 0));
  });

  it.each([
    ['extracted Wikipedia', { 'wiki_00': wiki(0, 29) }, 'wiki'],
    ['books', Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`b${i}.txt`, book(i)])), 'bookcorpus'],
    ['long lines', { 'all.txt': Array.from({ length: 9 }, (_, i) => `${[0, 1, 2, 3, 4, 5].map((k) => article(6 * i + k)).join(' ').padEnd(300, ' sea')}\n`).join('') }, 'lines'],
  ] as const)('tells %s by the beginning of the files', async (_name, files, type) => {
    await perform(make(files, { type: 'auto' }));
    const guessed = await filesOf();
    await perform(make(files, { type }, { set: 'b' }));
    expect(Object.keys(guessed).length).toBe(12);
    expect(guessed).toEqual(await filesOf('b'));
  });

  it('lists the set with its numbers, and keeps its tokenizer, but neither text nor ids', async () => {
    await perform(make({ 'all.txt': lines }, { type: 'lines' }));
    const { sets: [set] } = await new SampleStore(database).list();
    expect(set).toMatchObject({ id: 'a', name: 'sea', createdAt: 5, state: 'done', articles: 41, textBytes: strToU8(lines).length, vocabularyName: 'own', vocabulary: { tokens: VOCAB.length }, maxSeqLength: 29 });
    expect(set?.samples).toHaveLength(12);
    const instances = set!.samples.reduce((sum, file) => sum + file.instances, 0);
    const lengths = set!.lengths.map((count, i) => [i, count] as const).filter(([, count]) => count > 0);
    expect(lengths.reduce((sum, [, count]) => sum + count, 0)).toBe(instances);
    expect([set!.lengths.length, lengths.at(-1)![0]]).toEqual([29, 28]);
    expect(lengths[0]![0]).toBeGreaterThan(1);
    expect((await new SampleStore(database).tokenizer('a')).map(({ name }) => name)).toContain('tokenizer.json');
    for (const kind of ['token-block', 'token-columns']) expect(await keysOf(database, kind)).toEqual([]);
  });

  it.each([1, 2, 3, 5, 9, 14])('goes on after its worker was ended at event %i, with the same bits', async (n) => {
    const files = { 'AA/wiki_00': wiki(0, 20), 'AA/wiki_01': wiki(20, 47) };
    await perform(make(files, {}, { set: 'whole' }));
    const whole = await filesOf('whole');
    let events = 0;
    await expect(perform(make(files), (_, at) => { events = at; if (at === n) throw new Error('ended'); })).rejects.toThrow('ended');
    expect(events).toBe(n);
    const before = await new SampleStore(database).get('a');
    const again: CorpusTask = { type: 'go-on', set: 'a', files: before?.state === 'reading' ? blobs(files) : [] };
    await perform(again);
    expect(await filesOf()).toEqual(whole);
  });

  it('does not make finished files again', async () => {
    const files = { 'all.txt': lines };
    let made = 0;
    await expect(perform(make(files, { type: 'lines' }), (event) => { if (event.type === 'progress' && event.phase === 'making' && ++made === 4) throw new Error('ended'); })).rejects.toThrow('ended');
    const store = new SampleStore(database);
    const before = await store.get('a');
    expect([before?.state, before?.samples.length]).toEqual(['making', 3]);
    const written: string[] = [];
    const original = SampleStore.prototype.addFile;
    vi.spyOn(SampleStore.prototype, 'addFile').mockImplementation(function (this: SampleStore, set, file, bytes) {
      written.push(sampleFile(file.kind, file.index));
      return original.call(this, set, file, bytes);
    });
    await perform({ type: 'go-on', set: 'a', files: [] });
    vi.restoreAllMocks();
    expect(written).toHaveLength(9);
    expect(written).not.toContain(sampleFile(before!.samples[0]!.kind, before!.samples[0]!.index));
  });
});

describe('bad input', () => {
  const VOCABULARY = (words: readonly string[]): VocabularySource => ({ kind: 'files', name: 'v', files: blobs({ 'vocab.txt': words.join('\n') }), lowerCase: true });

  it.each<[string, CorpusTask, RegExp]>([
    ['text in another encoding', make({ 'a.txt': Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a) }), /^a\.txt, line 2: expected UTF-8 text, got other bytes/],
    ['one line of 50 MB', make({ 'a.txt': new Uint8Array(50e6).fill(0x61) }), /^a\.txt, line 1: expected lines of at most 32 MB/],
    ['an empty folder', make({}), /^the files of the text: expected files of text: .*, got an empty folder\./],
    ['a folder of other files', make({ 'x/a.pdf': 'x', 'x/b.pdf': 'y' }), /got 2 other files\./],
    ['files without text', make({ 'a.txt': '\n \n' }), /^a\.txt: expected files with text, got no article in them\./],
    ['fewer articles than shards', make({ 'a.txt': 'One. Two.\n\nThree.\n' }, { type: 'lines' }), /^shards: expected at least as many articles as shards \(6\), got 2\./],
    ['a vocabulary without [MASK]', make({ 'all.txt': lines }, {}, { vocabulary: VOCABULARY(VOCAB.filter((token) => token !== '[MASK]')) }), /\[MASK\]/],
    ['a folder without a vocabulary', make({ 'all.txt': lines }, {}, { vocabulary: { kind: 'files', name: 'v', files: blobs({ 'a.md': '' }), lowerCase: true } }), /vocab\.txt/],
    ['shards that cannot be merged', make({ 'all.txt': lines }, { ratio: 3 }), /expected a number that divides the shards evenly, got 3 for 4 shards/],
    ['a cut gzip file', make({ 'a.txt.gz': gzipSync(strToU8(lines)).slice(0, 200) as Uint8Array<ArrayBuffer> }), /^a\.txt\.gz: expected a whole gzip file/],
    ['a plain text as Wikipedia', make({ 'wiki_00': 'Plain words.\n' }, { type: 'wiki' }), /^wiki_00: expected extracted Wikipedia/],
  ])('ends with one error for %s, and leaves nothing', async (_name, task, message) => {
    await expect(perform(task)).rejects.toThrow(message);
    expect(await new SampleStore(database).list()).toEqual({ sets: [], unreadable: [] });
  });

  it('refuses to go on with other files, and keeps what is there', async () => {
    const files = { 'AA/wiki_00': wiki(0, 20), 'AA/wiki_01': wiki(20, 47) };
    await expect(perform(make(files), (_, n) => { if (n === 3) throw new Error('ended'); })).rejects.toThrow('ended');
    expect((await new SampleStore(database).get('a'))?.state).toBe('reading');
    await expect(perform({ type: 'go-on', set: 'a', files: blobs({ ...files, 'AA/wiki_01': 'other' }) })).rejects.toMatchObject({ code: 'other-text', got: 'AA/wiki_01 (5 bytes)' });
    await expect(perform({ type: 'go-on', set: 'a', files: [] })).rejects.toMatchObject({ code: 'EmptyFile' });
    expect((await new SampleStore(database).get('a'))?.read.blocks).toBeGreaterThan(0);
  });

  it('refuses what the store lost of a text, and a set that another tab makes', async () => {
    await expect(perform(make({ 'all.txt': lines }, { type: 'lines' }), (event) => { if (event.type === 'progress' && event.phase === 'making') throw new Error('ended'); })).rejects.toThrow('ended');
    await database.strict('readwrite', async (entries) => void entries.delete(['token-block', 'a', 1]));
    await expect(perform({ type: 'go-on', set: 'a', files: [] })).rejects.toMatchObject({ code: 'samples-damaged', where: 'samples sea, part 2 of the text' });
    const store = new SampleStore(database);
    await store.working('a', () => expect(perform({ type: 'go-on', set: 'a', files: [] })).rejects.toMatchObject({ code: 'run-busy' }));
  });
});

describe('sets as files', () => {
  it('leave as the folder that generate_samples writes, and come back', async () => {
    await perform(make({ 'all.txt': lines }, { type: 'lines' }));
    const exported = (await perform({ type: 'export', set: 'a' })).find((event) => event.type === 'exported');
    const bytes = new Uint8Array(await exported!.file.blob.arrayBuffer());
    const folder = unzipSync(bytes);
    const made = await filesOf();
    expect(exported!.file.name).toBe('sea.zip');
    expect(new TextDecoder().decode(folder['sea/samples.json'])).toBe('{"version":1,"train":8,"test":4}\n');
    for (const [name, content] of Object.entries(made)) expect(Buffer.compare(folder[`sea/${name}`]!, content)).toBe(0);
    await perform({ type: 'import', set: 'zip', files: [{ name: 'sea.zip', blob: new Blob([bytes]) }] });
    await perform({ type: 'import', set: 'files', files: blobs(Object.fromEntries(Object.entries(folder).map(([name, content]) => [name, content.slice()]))) });
    expect([await filesOf('zip'), await filesOf('files')]).toEqual([made, made]);
    expect(await new SampleStore(database).get('zip')).toMatchObject({ name: 'sea', state: 'done', maxSeqLength: 29, vocabulary: { tokens: VOCAB.length } });
  });

  it('are refused when a file is missing, damaged, or of another kind', async () => {
    await perform(make({ 'all.txt': lines }, { type: 'lines' }));
    const made = await filesOf();
    const files = (changes: Record<string, string | Uint8Array | undefined>): Given => {
      const all: Record<string, string | Uint8Array | undefined> = { 'samples.json': '{"version":1,"train":8,"test":4}', ...made, ...changes };
      return Object.fromEntries(Object.entries(all).flatMap(([name, content]) => (content === undefined ? [] : [[`s/${name}`, typeof content === 'string' ? content : content.slice()]])));
    };
    const bad = (changes: Record<string, string | Uint8Array | undefined>) => perform({ type: 'import', set: 'b', files: blobs(files(changes)) });
    const flipped = made['train_shard_3.samples']!.slice();
    flipped[flipped.length - 9]! ^= 1;
    await perform(make({ 'all.txt': lines }, { type: 'lines', max_seq_length: 31 }, { set: 'longer' }));
    await expect(bad({ 'samples.json': undefined })).rejects.toMatchObject({ code: 'no-samples' });
    await expect(bad({ 'test_shard_2.samples': undefined })).rejects.toMatchObject({ code: 'bad-samples', where: 's/test_shard_2.samples' });
    await expect(bad({ 'train_shard_3.samples': flipped })).rejects.toMatchObject({ code: 'bad-samples', expected: expect.stringMatching(/^the checksum/) as string });
    await expect(bad({ 'train_shard_3.samples': (await filesOf('longer'))['train_shard_3.samples'] })).rejects.toMatchObject({ code: 'bad-samples', where: 's/train_shard_3.samples' });
    expect((await new SampleStore(database).list()).sets.map(({ id }) => id).sort()).toEqual(['a', 'longer']);
  });
});
