import { expect, it } from 'vitest';
import { corpus } from '../../src/data/mini_glue/index.ts';
import { alternating, nextSentencePairs, writeTexts, type CorpusText } from '../../src/lab/corpus_texts.ts';
import type { Shelf } from '../../src/lab/sources.ts';

const shelf = { now: () => 0, emit: () => undefined } as unknown as Shelf;
const texts = (documents: number): Promise<CorpusText[]> => writeTexts(7, documents, 48, shelf, async () => undefined);

it('cuts every document into runs of neighbouring sentences, and loses none', async () => {
  const runs = await texts(113);
  expect(runs.flatMap(({ sentences }) => sentences)).toEqual([...corpus(7, 113)].flat());
  expect(runs.map(({ document }) => document)).toEqual(runs.map(({ document }) => document).sort((a, b) => a - b));
});

it('makes single texts and pairs in turn unless next sentences are learned', async () => {
  const runs = await texts(113);
  const { train, tuning, dev } = alternating(runs);
  const all = [...train, ...tuning, ...dev];
  expect(all.length).toBe(runs.length);
  all.forEach(({ text, textPair, label }, i) => {
    expect([text, ...(textPair === undefined ? [] : [textPair])].join(' ')).toBe(runs[i]!.sentences.join(' '));
    expect(textPair !== undefined).toBe(i % 2 === 1 && runs[i]!.sentences.length > 1);
    expect(label).toBe(0);
  });
});

it('makes pairs of which half follow each other, and the others come from another document of the same part', async () => {
  const runs = (await texts(1511)).filter(({ sentences }) => sentences.length > 1);
  const parts = nextSentencePairs(runs, 7);
  const { train, tuning, dev } = parts;
  let first = 0;
  for (const part of [train, tuning, dev]) {
    const own = runs.slice(first, first + part.length);
    part.forEach(({ text, textPair, label }, i) => {
      const [whole, pair] = [own[i]!.sentences.join(' '), `${text} ${textPair}`];
      expect(whole.startsWith(text) && text !== '' && textPair !== '').toBe(true);
      if (label === 0) expect(pair).toBe(whole);
      else expect(own.some(({ sentences, document }) => document !== own[i]!.document && sentences.join(' ').endsWith(textPair!))).toBe(true);
    });
    first += part.length;
  }
  expect(first).toBe(runs.length);
  const share = train.reduce((sum, { label }) => sum + label, 0) / train.length;
  expect(Math.abs(share - 0.5)).toBeLessThan(3 * Math.sqrt(0.25 / train.length));
  expect(nextSentencePairs(runs, 7)).toEqual(parts);
  expect(nextSentencePairs(runs, 8).train).not.toEqual(train);
});

it('lets sentences follow each other where no other document is there', () => {
  const one = Array.from({ length: 3 }, (_, i) => ({ sentences: [`a ${i}`, `b ${i}`], document: 0 }));
  const { train, tuning, dev } = nextSentencePairs(one, 7);
  expect([...train, ...tuning, ...dev].map(({ text, textPair, label }) => [text, textPair, label])).toEqual([0, 1, 2].map((i) => [`a ${i}`, `b ${i}`, 0]));
});
