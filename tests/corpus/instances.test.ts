import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentsOf, type Documents } from '../../src/corpus/documents.ts';
import { counterDraws } from '../../src/corpus/draws.ts';
import { instancesOf, type Instance, type InstanceOptions } from '../../src/corpus/instances.ts';
import type { Marks } from '../../src/corpus/predictions.ts';

interface Golden {
  readonly vocab: readonly string[];
  readonly text: string;
  readonly tokenized_sentences: readonly (readonly (readonly string[])[])[];
  readonly statistics: Readonly<Record<'nonsp' | 'nsp', Statistics>>;
}

interface Statistics {
  readonly repetitions: number;
  readonly total_instances: number;
  readonly total_masked: number;
  readonly rates: Readonly<Record<'mask' | 'unchanged' | 'replaced_by_other', number>>;
  readonly sequence_length_histogram: Readonly<Record<string, number>>;
  readonly is_random_next_rate: number;
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/e_pretraining_data.json'), 'utf8')) as Golden;
const ids = new Map(golden.vocab.map((token, id) => [token, id]));
const source = documentsOf(golden.tokenized_sentences.map((document) => document.map((sentence) => sentence.map((token) => ids.get(token)!))));
const MARKS: Marks = { cls: 2, sep: 3, mask: 4, replacements: [0, golden.vocab.length - 1] };
const PLAIN: InstanceOptions = { maxSeqLength: 20, maxPredictions: 4, maskedShare: 0.15, shortShare: 0.3, nextSentence: false };
const PAIRS: InstanceOptions = { maxSeqLength: 32, maxPredictions: 5, maskedShare: 0.15, shortShare: 0.2, nextSentence: true };

const made = (options: InstanceOptions, seed = 1, from: Documents = source, times = 1): Instance[] => [...instancesOf(from, times, MARKS, options, counterDraws(seed))];

/** The ids before masking. */
function unmasked({ ids: seen, positions, labels }: Instance): number[] {
  const out = [...seen];
  positions.forEach((at, i) => (out[at] = labels[i]!));
  return out;
}

describe('instances drawn by the counter', () => {
  it.each([['nonsp', PLAIN], ['nsp', PAIRS]] as const)('have the statistics of the original code: %s', (name, options) => {
    const theirs = golden.statistics[name];
    const ours = Array.from({ length: theirs.repetitions }, (_, seed) => made(options, seed)).flat();
    const share = (count: number, of: number) => count / of;
    const spread = (p: number, n: number) => 4.5 * Math.sqrt((p * (1 - p)) / n) * Math.SQRT2;
    const counts = { mask: 0, unchanged: 0, replaced_by_other: 0 };
    for (const { ids: seen, positions, labels } of ours) {
      positions.forEach((at, i) => counts[seen[at] === 4 ? 'mask' : seen[at] === labels[i] ? 'unchanged' : 'replaced_by_other']++);
    }
    const masked = counts.mask + counts.unchanged + counts.replaced_by_other;
    expect(Math.abs(masked / theirs.total_masked - 1)).toBeLessThan(0.02);
    expect(Math.abs(ours.length / theirs.total_instances - 1)).toBeLessThan(0.02);
    for (const kind of ['mask', 'unchanged', 'replaced_by_other'] as const) {
      expect(Math.abs(share(counts[kind], masked) - theirs.rates[kind]), kind).toBeLessThan(spread(theirs.rates[kind], masked));
    }
    const full = String(options.maxSeqLength);
    const whole = share(theirs.sequence_length_histogram[full]!, theirs.total_instances);
    expect(Math.abs(share(ours.filter(({ ids: { length } }) => length === options.maxSeqLength).length, ours.length) - whole)).toBeLessThan(spread(whole, ours.length));
    const random = share(ours.filter(({ isRandomNext }) => isRandomNext).length, ours.length);
    expect(Math.abs(random - theirs.is_random_next_rate)).toBeLessThan(spread(theirs.is_random_next_rate, ours.length) + 1e-9);
  });

  it('are a function of the seed', () => {
    expect(made(PAIRS, 3)).toEqual(made(PAIRS, 3));
    expect(made(PAIRS, 3)).not.toEqual(made(PAIRS, 4));
  });

  it('hold every token of every document once when nothing is too long', () => {
    const long = { ...PLAIN, maxSeqLength: 997, shortShare: 0 };
    const texts = made(long).map((one) => unmasked(one).slice(1, -1).join(' ')).sort();
    const documents = Array.from({ length: source.documents.length - 1 }, (_, d) => [...source.ids.subarray(source.sentences[source.documents[d]!]!, source.sentences[source.documents[d + 1]!]!)].join(' ')).sort();
    expect(texts).toEqual(documents);
  });

  it('come once more, masked anew, for every duplicate', () => {
    const [one, three] = [made(PLAIN, 7), made(PLAIN, 7, source, 3)];
    expect(three.slice(0, one.length)).toEqual(one);
    expect(three.length).toBeGreaterThan(2.5 * one.length);
  });

  it('frame pairs as [CLS] a [SEP] b [SEP], types turning at the second text', () => {
    for (const one of made(PAIRS)) {
      const before = unmasked(one);
      expect(before.length).toBeLessThanOrEqual(32);
      expect(before[0]).toBe(2);
      expect([before[one.second - 1], before.at(-1)]).toEqual([3, 3]);
      expect(one.second).toBeGreaterThan(2);
      expect(one.second).toBeLessThan(before.length - 1);
      expect([...one.positions].every((at) => before[at] !== 2 && before[at] !== 3)).toBe(true);
    }
  });

  it('take both halves from the same document unless they say otherwise', () => {
    const two = documentsOf([[[10, 10], [10], [10, 10, 10]], [[20], [20, 20, 20], [20, 20]]]);
    const pairs = Array.from({ length: 50 }, (_, seed) => made({ ...PAIRS, maxSeqLength: 11 }, seed, two)).flat();
    for (const one of pairs) {
      const before = unmasked(one);
      expect(before[1] !== before[one.second]).toBe(one.isRandomNext);
    }
    expect(new Set(pairs.map(({ isRandomNext }) => isRandomNext)).size).toBe(2);
  });

  it('draw other words from the given range alone', () => {
    const roberta: Marks = { cls: 0, sep: 2, mask: 109, replacements: [103, 105] };
    const list = [...instancesOf(source, 40, roberta, PLAIN, counterDraws(5))];
    const others = list.flatMap(({ ids: seen, positions, labels }) => [...positions].filter((at, i) => seen[at] !== 109 && seen[at] !== labels[i]).map((at) => seen[at]));
    expect(new Set(others)).toEqual(new Set([103, 104, 105]));
  });

  it('need room for a pair of tokens', () => {
    expect(() => made({ ...PLAIN, maxSeqLength: 4 })).toThrow('at least 5, got 4');
  });
});

describe('whole words', () => {
  /** Ids from 50 on go on with the word before. */
  const beginsWord = (_before: number, id: number) => id < 50;
  const text = documentsOf([[[10, 50, 51, 11, 12, 52, 13, 14, 53, 54, 55, 15, 16]]]);

  it('are predicted with all of their tokens or not at all', () => {
    for (let seed = 0; seed < 60; seed++) {
      const [one] = made({ ...PLAIN, maskedShare: 0.3, maxPredictions: 7, shortShare: 0, beginsWord }, seed, text);
      const chosen = new Set(one!.positions);
      const before = unmasked(one!);
      for (const [from, to] of [[1, 4], [5, 7], [8, 12]] as const) {
        const inside = before.map((_, at) => at).filter((at) => at >= from && at < to);
        expect(new Set(inside.map((at) => chosen.has(at))).size, `${from} of ${[...chosen].join(' ')}`).toBe(1);
      }
      expect(chosen.size).toBeLessThanOrEqual(5);
    }
  });
});
