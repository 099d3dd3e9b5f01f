import { beforeAll, describe, expect, it } from 'vitest';
import { Sampler, type SampleSettings, type ShardKind } from '../../src/corpus/sampling.ts';
import { sampleFile, SAMPLES_RECORD, samplesRecordText } from '../../src/corpus/samples_record.ts';
import { readSamples } from '../../src/corpus/samples_read.ts';
import { filesFolder, type Folder } from '../../src/hub/folder.ts';
import { maskedUnder, maskingIds } from '../../src/lab/masked_batch.ts';
import { readSamplesFolder } from '../../src/lab/samples_folder.ts';
import type { Shelf } from '../../src/lab/sources.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { collate } from '../../src/train/batches.ts';
import { inParts } from '../corpus/parts.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession, smallTokenizer, WORDS } from './small_session.ts';
import { traced } from './traced_run.ts';

const SETTINGS: SampleSettings = { max_seq_length: 16, max_predictions_per_seq: 3, masked_lm_prob: 0.2, short_seq_prob: 0.1, next_sentence: false, whole_words: false };
const tokenizer = smallTokenizer();
const shelf = { now: () => 0, emit: () => undefined } as unknown as Shelf;
const CHOICE = { tokenizer, maxLength: 16, nextSentence: false, watched: 5, held: 7 };

const text = (shard: number) => Array.from({ length: 11 }, (_, i) => `the ${i % 2 === shard % 2 ? 'good' : 'bad'} film was not a very good book it is the book\n${i % 3 === 0 ? '\n' : ''}`).join('');

async function bytesOf(shard: number, kind: ShardKind, settings: SampleSettings = SETTINGS): Promise<Uint8Array<ArrayBuffer>> {
  const sampler = new Sampler(tokenizer, settings);
  return sampler.make(await sampler.read(inParts(text(shard)), `${kind}${shard}.txt`, () => undefined), shard, kind).bytes;
}

/** Two training shards and one test shard, some files changed. */
async function folder(instead: Readonly<Record<string, string | undefined>> = {}, made = SETTINGS): Promise<Folder> {
  const files: Record<string, Uint8Array<ArrayBuffer> | string | undefined> = {
    [SAMPLES_RECORD]: samplesRecordText({ train: 2, test: 1 }),
    [sampleFile('train', 0)]: await bytesOf(0, 'train', made),
    [sampleFile('train', 1)]: await bytesOf(1, 'train', made),
    [sampleFile('test', 0)]: await bytesOf(2, 'test', made),
    ...instead,
  };
  return filesFolder('samples', Object.entries(files).flatMap(([name, content]) => (content === undefined ? [] : [{ name, blob: new Blob([content]) }])));
}

const readFolder = async (from: Promise<Folder>, choice = CHOICE) => readSamplesFolder(await from, choice, shelf, async () => undefined);

describe('a folder of samples', () => {
  it('gives all training samples with their masks, and holds test samples out', async () => {
    const { train, tuning, dev } = await readFolder(folder());
    const [first, second] = [readSamples(await bytesOf(0, 'train'), 'a'), readSamples(await bytesOf(1, 'train'), 'b')];
    expect(train.length).toBe(first.count + second.count);
    expect(train[first.count]).toMatchObject({ ids: second.at(0).ids, masked: { positions: second.at(0).positions, words: second.at(0).labels } });
    expect([tuning.length, dev.length]).toEqual([4, 4]);
    expect(train.every(({ ids, typeIds }) => typeIds.length === ids.length && Array.from(typeIds).every((type) => type === 0))).toBe(true);
  });

  it('says of pairs whether the second text follows, and refuses single texts where that is learned', async () => {
    const made = { ...SETTINGS, max_seq_length: 40, next_sentence: true };
    const { train } = await readFolder(folder({}, made), { ...CHOICE, maxLength: 40, nextSentence: true });
    const first = readSamples(await bytesOf(0, 'train', made), 'a');
    expect(train.slice(0, first.count).map(({ label }) => label)).toEqual(Array.from({ length: first.count }, (_, i) => Number(first.at(i).isRandomNext)));
    expect(new Set(train.map(({ label }) => label))).toEqual(new Set([0, 1]));
    await expect(readFolder(folder(), { ...CHOICE, nextSentence: true })).rejects.toThrow('samples/train_shard_0.samples: expected pairs of texts, to learn from which of them follow each other, got samples of single texts. Make the samples with generate_samples --next_sentence');
  });

  it('marks second texts by their type', async () => {
    const { train } = await readFolder(folder({}, { ...SETTINGS, next_sentence: true }));
    const before = train.map(({ ids, typeIds }) => ids[Array.from(typeIds).indexOf(1) - 1]);
    expect(new Set(before)).toEqual(new Set([tokenizer.special.sep]));
  });

  it('keeps its masks in a batch, whatever the key', async () => {
    const { train } = await readFolder(folder());
    const rows = collate(train, [3, 0, 5], tokenizer.special.pad, 16);
    const [one, other] = [maskedUnder(1, rows, maskingIds(tokenizer)), maskedUnder(2, rows, maskingIds(tokenizer))];
    expect(one).toEqual(other);
    expect(one.rows.ids).toEqual(rows.ids);
    const places = [3, 0, 5].flatMap((i, row) => Array.from(train[i]!.masked!.positions, (at) => row * rows.length + at));
    expect([...one.positions]).toEqual(places);
    expect([...one.words]).toEqual([3, 0, 5].flatMap((i) => Array.from(train[i]!.masked!.words)));
  });

  it.each([
    ['that was not finished', () => folder({ [SAMPLES_RECORD]: undefined }), CHOICE, 'samples: expected samples.json, which generate_samples writes at its end, got no such file. Run generate_samples to its end, with test shards among its input.'],
    ['without a file', () => folder({ [sampleFile('train', 1)]: undefined }), CHOICE, 'samples/train_shard_1.samples: expected this file, which samples.json counts, got no such file.'],
    ['without test samples', () => folder({ [SAMPLES_RECORD]: samplesRecordText({ train: 2, test: 0 }) }), CHOICE, 'expected training samples, and test samples to hold out, got 18 and 0'],
    ['with a record of something else', () => folder({ [SAMPLES_RECORD]: '{"train": -1}' }), CHOICE, 'samples/samples.json: expected the numbers of files "train" and "test", got {"train":-1}'],
    ['with a damaged file', () => folder({ [sampleFile('train', 0)]: 'DLSAMPLE' }), CHOICE, 'samples/train_shard_0.samples: expected a file of samples, got another file.'],
    ['for another vocabulary', () => folder(), { ...CHOICE, tokenizer: Tokenizer.fromFiles(new Map([['vocab.txt', new TextEncoder().encode([...WORDS, 'more'].join('\n'))]]), 'x') }, 'samples/train_shard_0.samples: expected samples for the vocabulary of 17 tokens'],
    ['of another length', () => folder(), { ...CHOICE, maxLength: 13 }, 'samples/train_shard_0.samples: expected samples of at most 13 tokens, got max_seq_length 16'],
  ])('is refused when it is one %s', async (_name, from, choice, message) => {
    await expect(readFolder(from(), choice)).rejects.toThrow(message);
  });
});

describe('training on samples', () => {
  beforeAll(() => open('wasm'));

  it('predicts the words that were masked in the file', async () => {
    const whole = smallSession();
    const data = await readFolder(folder());
    const recipe = { ...smallRecipe(), kind: 'pretrain' as const, stages: [], baselines: false, data: { kind: 'folder' as const, name: 'samples' }, training: { ...smallRecipe().training, num_train_epochs: 12 } };
    const { state, events } = await traced({ recipe, session: { ...whole, data, start: randomWeights(whole.start.config, ['masked-lm'], 3), teacherUntrained: false, teacherRows: [] } });
    const losses = events.flatMap((event) => (event.type === 'step' ? [event.report.loss] : []));
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    expect(mean(losses.slice(-5))).toBeLessThan(0.8 * mean(losses.slice(0, 5)));
    expect(state.rows.every(({ scores }) => Number.isFinite(scores.loss))).toBe(true);
  });
});
