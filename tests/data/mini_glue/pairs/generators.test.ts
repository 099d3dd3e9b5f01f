import { describe, expect, it } from 'vitest';
import { heldOutWords } from '../../../../src/data/mini_glue/held_out.ts';
import { MAX_WORDS } from '../../../../src/data/mini_glue/pairs/difficulty.ts';
import { PAIR_GENERATORS } from '../../../../src/data/mini_glue/pairs/index.ts';
import type { Example } from '../../../../src/data/task.ts';
import { LABELS, rows } from './helpers.ts';

const TRAIN_DEPTHS = [0.2, 0.2, 0.3, 0.3];
const EVEN = [0.25, 0.25, 0.25, 0.25];
const QUANTIFIERS = 'one or more|a number of|not a single|none of|each|precisely|no fewer|no more|of the';
/** Words of templates that are only in dev. */
const DEV_ONLY: Readonly<Record<string, RegExp>> = {
  mrpc: new RegExp(String.raw`\b(it was|it is|${QUANTIFIERS})\b`, 'i'),
  qqp: new RegExp(String.raw`\b(it was|could somebody|have you heard|${QUANTIFIERS})\b`, 'i'),
  rte: new RegExp(String.raw`\b(it was|it is|${QUANTIFIERS})\b`, 'i'),
  qnli: new RegExp(String.raw`\b(it was|it is|could somebody|have you heard|${QUANTIFIERS})\b`, 'i'),
  mnli: /\b(dear friend|match|half time|each|precisely|not a single)\b/i,
};

const tokens = (text: string) => text.toLowerCase().match(/[a-z]+|[,.?:]/g) ?? [];

/** Naive Bayes on which words occur; accuracy on rows of at least that depth. */
function bagAccuracy(train: readonly Example[], dev: readonly Example[], labels: number, depth: number, sides: readonly ('text' | 'textPair')[]): number {
  const features = (e: Example) => [...new Set(sides.flatMap((s) => tokens(e[s] ?? '').map((w) => `${s} ${w}`)))];
  const counts = Array.from({ length: labels }, () => new Map<string, number>());
  const total = new Array<number>(labels).fill(0);
  for (const e of train) {
    total[e.label] = (total[e.label] ?? 0) + 1;
    for (const f of features(e)) counts[e.label]?.set(f, (counts[e.label]?.get(f) ?? 0) + 1);
  }
  const known = new Set(counts.flatMap((c) => [...c.keys()]));
  const score = (e: Example, l: number) => features(e).filter((f) => known.has(f))
    .reduce((s, f) => s + Math.log(((counts[l]?.get(f) ?? 0) + 0.5) / ((total[l] ?? 0) + 1)), 0);
  const deep = dev.filter((e) => (e.depth ?? 0) >= depth);
  const right = deep.filter((e) => {
    const scores = counts.map((_, l) => score(e, l));
    return scores.indexOf(Math.max(...scores)) === e.label;
  });
  return right.length / deep.length;
}

describe.each(PAIR_GENERATORS)('$task', (generator) => {
  const labels = LABELS[generator.task] ?? 2;
  const train = rows(generator, 4000, 1, () => 'train', TRAIN_DEPTHS);
  const devOnly = rows(generator, 403, 3, () => 'dev', EVEN);
  const dev = [...rows(generator, 1201, 2, () => 'train', EVEN), ...rows(generator, 601, 5, () => 'dev', EVEN)];

  it('is a function of the seed', () => {
    const again = rows(generator, 11, 1, () => 'train', TRAIN_DEPTHS);
    expect(again).toEqual(train.slice(0, 11));
    expect(rows(generator, 11, 13, () => 'train', TRAIN_DEPTHS)).not.toEqual(again);
  });

  it('keeps to its form', () => {
    for (const { text, textPair = '', label, depth } of [...train, ...dev]) {
      expect(textPair).not.toBe('');
      expect(text).not.toBe(textPair);
      expect(`${text}\n${textPair}`).toMatch(/^([A-Z][A-Za-z ,:.-]*[.?]\n?)+$/);
      expect(`${text} ${textPair}`).not.toMatch(/ {2}|undefined| [,.?]|\ba [aeio]|\b(before|after|because|although) (in|on|at|last|yesterday) /i);
      expect(tokens(`${text} ${textPair}`).length).toBeLessThanOrEqual(MAX_WORDS + 8);
      expect(label).toBeLessThan(labels);
      expect([0, 1, 2, 3]).toContain(depth);
    }
  });

  it('uses no held-out word in training, and some in dev', () => {
    const held = heldOutWords();
    const count = (sample: readonly Example[]) => sample.flatMap((e) => tokens(`${e.text} ${e.textPair ?? ''}`)).filter((w) => held.has(w)).length;
    expect(count(train)).toBe(0);
    expect(count(dev)).toBeGreaterThan(dev.length / 3);
  });

  it('has templates that training never has', () => {
    const marker = DEV_ONLY[generator.task] ?? /never/;
    const share = (sample: readonly Example[]) => sample.filter((e) => marker.test(`${e.text} ${e.textPair ?? ''}`)).length / sample.length;
    expect(share(train)).toBe(0);
    expect(share(devOnly)).toBeGreaterThan(0.3);
  });

  it('gives no label away by what is asked or claimed alone, nor by the words of both texts', () => {
    const chance = 1 / labels;
    expect(bagAccuracy(train, dev, labels, 0, [generator.task === 'qnli' ? 'text' : 'textPair'])).toBeLessThan(chance + 0.06);
    expect(bagAccuracy(train, dev, labels, 2, ['text', 'textPair'])).toBeLessThan(chance + 0.16);
  });
});
