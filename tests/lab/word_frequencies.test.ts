import { describe, expect, it } from 'vitest';
import { scoredBatches } from '../../src/lab/masked_batch.ts';
import { frequencyScores } from '../../src/lab/word_frequencies.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import { smallSession, smallTokenizer } from './small_session.ts';

const TOKENIZER = smallTokenizer();
const { cls, sep, mask } = TOKENIZER.special;
const row = (ids: readonly number[], masked?: EncodedExample['masked']): EncodedExample => ({ ids: [cls, ...ids, sep], typeIds: ids.map(() => 0), label: 0, ...(masked ? { masked } : {}) });
const [A, B, C] = [7, 8, 9];

describe('scores of word frequencies', () => {
  it('are those of the counts of the training texts, by hand', () => {
    const train = [row([A, A, A, B, mask], { positions: [5], words: [B] })];
    const dev = [row([mask, B, C], { positions: [1, 3], words: [A, C] })];
    const total = 5 + TOKENIZER.vocabSize;
    const scores = frequencyScores(train, dev, TOKENIZER, 16);
    expect(scores.loss).toBeCloseTo(-(Math.log(4 / total) + Math.log(1 / total)) / 2, 12);
    expect(scores).toMatchObject({ metrics: { accuracy: 0.5 }, examples: 2 });
  });

  it('are of the words that models are scored on', () => {
    const { train, dev } = smallSession().data;
    const words = [...scoredBatches(dev, TOKENIZER, 16)].reduce((sum, { masked }) => sum + masked.words.length, 0);
    expect(words).toBeGreaterThan(0);
    expect(frequencyScores(train, dev, TOKENIZER, 16).examples).toBe(words);
  });
});
