import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sampler, type SampleSettings } from '../../src/corpus/sampling.ts';
import { checkSamples, headerOf, readSamples } from '../../src/corpus/samples_read.ts';
import { tokenOf, vocabularyDigest, wordBeginnings } from '../../src/corpus/tokens.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { inParts } from './parts.ts';

const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'salt', 'sea', 'is', 'wh', '##ite', '##r', 'old', '.', ',', 'ship', '##s', 'a', '##b'];
const bert = (words: readonly string[] = WORDS) => Tokenizer.fromFiles(new Map([['vocab.txt', new TextEncoder().encode(`${words.join('\n')}\n`)]]), 'own');
const SETTINGS: SampleSettings = { max_seq_length: 13, max_predictions_per_seq: 3, masked_lm_prob: 0.15, short_seq_prob: 0.1, next_sentence: false, whole_words: false };
const TEXT = 'The salt is white.\nThe sea is old, the ships whiter.\n\n\nA ship.\n  \nSalt, salt, salt.\nThe sea.\n';

const made = async (settings: SampleSettings = SETTINGS, seed = 7, text = TEXT) => {
  const sampler = new Sampler(bert(), settings);
  return sampler.make(await sampler.read(inParts(text), 'training0.txt', () => undefined), seed, 'train');
};

/** A file whose bytes were changed, with a checksum that fits or not. */
const changed = (bytes: Uint8Array, change: (copy: Uint8Array) => void) => {
  const copy = bytes.slice();
  change(copy);
  return copy;
};

describe('samples of a shard', () => {
  it('come back as they were made', async () => {
    const { bytes, count } = await made();
    const samples = readSamples(bytes, 'x.samples');
    expect(samples.count).toBe(count);
    expect(samples.header).toMatchObject({ version: 1, layout: 'bert', max_seq_length: 13, seed: 7, instances: count, source: { name: 'training0.txt', bytes: TEXT.length } });
    const texts = Array.from({ length: count }, (_, i) => {
      const { ids, positions, labels, second } = samples.at(i);
      const out = Array.from(ids);
      Array.from(positions).forEach((at, j) => (out[at] = labels[j]!));
      expect(second).toBe(ids.length);
      return out.map((id) => WORDS[id]).join(' ');
    });
    expect(texts).toContain('[CLS] a ship . [SEP]');
    expect(texts.every((text) => text.startsWith('[CLS]') && text.endsWith('[SEP]'))).toBe(true);
  });

  it('are a function of text, settings and seed', async () => {
    const { bytes } = await made();
    expect((await made()).bytes).toEqual(bytes);
    expect((await made(SETTINGS, 8)).bytes).not.toEqual(bytes);
  });

  it('are pairs where next sentences are asked for', async () => {
    const samples = readSamples((await made({ ...SETTINGS, next_sentence: true })).bytes, 'x');
    const all = Array.from({ length: samples.count }, (_, i) => samples.at(i));
    expect(all.every(({ ids, second }) => second > 2 && second < ids.length && ids[second - 1] === 3)).toBe(true);
  });

  it('need four bytes an id only beyond 65536 tokens', async () => {
    const large = bert([...WORDS, ...Array.from({ length: 65_600 }, (_, i) => `w${i}`)]);
    const sampler = new Sampler(large, SETTINGS);
    const { bytes } = sampler.make(await sampler.read(inParts(`${TEXT}\nw65599 a w65599.\n`), 's', () => undefined), 1, 'train');
    const samples = readSamples(bytes, 'x');
    const seen = Array.from({ length: samples.count }, (_, i) => [...Array.from(samples.at(i).ids), ...Array.from(samples.at(i).labels)]).flat();
    expect(seen).toContain(WORDS.length + 65_599);
  });

  it('have no row beyond the last', async () => {
    const samples = readSamples((await made()).bytes, 'x');
    expect(() => samples.at(samples.count)).toThrow(`sample ${samples.count} of ${samples.count}`);
  });
});

describe('a file of samples that is none, or damaged', () => {
  const body = (bytes: Uint8Array) => headerOf(bytes, 'x').bodyAt;

  it.each([
    ['empty', async () => new Uint8Array(0), 'x: expected a file of samples, got an empty file'],
    ['another file', async () => new TextEncoder().encode('a text of some length'), 'x: expected a file of samples, got another file'],
    ['cut in the header', async () => (await made()).bytes.subarray(0, 40), 'x: expected a whole header, got a part of one'],
    ['cut in the lists', async () => (await made()).bytes.slice(0, -5), 'x: expected a whole file, got'],
    ['longer', async () => Uint8Array.of(...(await made()).bytes, 0, 0, 0, 0), 'x: expected'],
    ['with another byte', async () => changed((await made()).bytes, (copy) => (copy[body(copy) + 30]! ^= 1)), 'x: expected the checksum'],
    ['of another version', async () => changed((await made()).bytes, (copy) => (copy[new TextDecoder('latin1').decode(copy).indexOf('"version":1') + 10] = 0x32)), 'x, header, version: expected 1, got 2'],
  ])('is refused: %s', async (_name, bytes, message) => {
    const given = await bytes();
    expect(() => readSamples(given, 'x')).toThrow(message);
    expect(() => readSamples(given, 'x')).toThrow('Make the samples again with generate_samples.');
  });

  it('is refused when its numbers do not fit, whatever its checksum', async () => {
    const sampler = new Sampler(bert(), SETTINGS);
    const text = await sampler.read(inParts(TEXT), 's', () => undefined);
    const shorter = new Sampler(bert(), { ...SETTINGS, max_seq_length: 5 });
    const { bytes } = sampler.make(text, 1, 'train');
    const { header } = headerOf(bytes, 'x');
    const lie = JSON.stringify(header).replace('"max_seq_length":13', '"max_seq_length": 5');
    const wrong = changed(bytes, (copy) => copy.set(new TextEncoder().encode(lie), 12));
    expect(() => readSamples(wrong, 'x')).toThrow(/x, sample \d+: expected 3 to 5 tokens, got \d+/);
    expect(() => readSamples(shorter.make(text, 1, 'train').bytes, 'x')).not.toThrow();
  });
});

describe('samples and a model', () => {
  it('must have the same vocabulary', async () => {
    const { header } = readSamples((await made()).bytes, 'x');
    expect(() => checkSamples(header, bert(), 13, 'x')).not.toThrow();
    const other = bert(WORDS.map((word) => (word === 'sea' ? 'see' : word)));
    expect(() => checkSamples(header, other, 13, 'x')).toThrow(/^x: expected samples for the vocabulary of 19 tokens \(CRC-32 \w{8}\), got samples for one of 19 tokens \(CRC-32 \w{8}\)\. Make the samples again with generate_samples and the vocabulary of the model, or name their tokenizer with --tokenizer\.$/);
  });

  it('must not be longer than it reads', async () => {
    const { header } = readSamples((await made()).bytes, 'x');
    expect(() => checkSamples(header, bert(), 11, 'x')).toThrow('x: expected samples of at most 11 tokens, got max_seq_length 13. Make the samples again with --max_seq_length 11, or raise the length of the run.');
  });

  it('name the vocabulary by the checksum of vocab.txt', () => {
    expect(vocabularyDigest(bert(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']))).toEqual({ tokens: 5, crc32: '1b6ca6c4' });
  });

  it('cannot be made with a vocabulary without [MASK]', () => {
    expect(() => bert(WORDS.filter((word) => word !== '[MASK]'))).toThrow('own, vocabulary: expected the special tokens [PAD] [CLS] [SEP] [MASK] [UNK], got none for [MASK]');
  });
});

const TOKENIZERS = resolve(import.meta.dirname, '../../../shared/data/tokenizers');
const file = (name: string): [string, Uint8Array] => [name.split('/').at(-1)!, new Uint8Array(readFileSync(join(TOKENIZERS, name)))];

describe('tokens of one text after another', () => {
  it.skipIf(!existsSync(TOKENIZERS)).each([
    ['bert', () => [file('bert-base-uncased/vocab.txt')]],
    ['roberta', () => [file('roberta-base/vocab.json'), file('roberta-base/merges.txt')]],
  ])(`are those of the tokenizer: %s${existsSync(TOKENIZERS) ? '' : ' (skipped: no ../shared/data)'}`, (_name, files) => {
    const tokenizer = Tokenizer.fromFiles(new Map(files()), 'x');
    const tokens = tokenOf(tokenizer);
    const texts = ['a [MASK] b[SEP]', 'x<mask> <mask>y', 'we ’re “q” naïve ÅΣΑΣ Σ.', 'a\u0001b c', 'é!\u0301 b', "don't we'll 's", '日本 本日a', 'two  blanks', 'a\tb', ' c ', '', 'e.g. (x), "y"; z—w'];
    const book = readFileSync(resolve(TOKENIZERS, '../text/bert_sample_text.txt'), 'utf8').split('\n');
    for (const text of [...texts, ...book, ...texts]) expect(Array.from(tokens(text)), text).toEqual([...tokenizer.split(text)]);
  });

  it.skipIf(!existsSync(TOKENIZERS))('begin words where RoBERTa has a blank or a mark', () => {
    const tokenizer = Tokenizer.fromFiles(new Map([file('roberta-base/vocab.json'), file('roberta-base/merges.txt')]), 'x');
    const begins = wordBeginnings(tokenizer);
    const ids = tokenizer.split('Unbelievably, whiteness.The end');
    const words = ids.map((id, i) => (i === 0 || begins(ids[i - 1]!, id) ? '|' : '') + (tokenizer.token(id) ?? '')).join('');
    expect(words.replaceAll('Ġ', ' ')).toBe('|Unbelievably|,| whiteness|.|The| end');
  });
});
