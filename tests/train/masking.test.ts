import { describe, expect, it } from 'vitest';
import { integer, key } from '../../src/random/counter.ts';
import { maskTokens } from '../../src/train/masking.ts';

const [PAD, CLS, SEP, MASK, VOCAB] = [0, 2, 3, 4, 1009];
const WORDS = { mask: MASK, untouchable: new Set([PAD, CLS, SEP]), vocabSize: VOCAB };
const COUNT = 100_003;
const draws = key(1, 'grammar');
const IDS = Int32Array.from({ length: COUNT }, (_, i) => [CLS, SEP, PAD][i % 11] ?? 5 + integer(draws, i, VOCAB - 5));

/** Bounds of a share of n draws, five standard errors wide. */
const near = (share: number, p: number, n: number) => Math.abs(share - p) < 5 * Math.sqrt((p * (1 - p)) / n);

describe('masking', () => {
  const { ids, positions, labels } = maskTokens(IDS, 0.15, WORDS, key(7, 'mask', 3));

  it('chooses 15 % of the words, and never a special token', () => {
    const words = IDS.filter((id) => !WORDS.untouchable.has(id)).length;
    expect(near(positions.length / words, 0.15, words)).toBe(true);
    expect([...positions].some((i) => WORDS.untouchable.has(IDS[i]!))).toBe(false);
    expect([...positions]).toEqual([...positions].toSorted((a, b) => a - b));
  });

  it('makes 80 % of them [MASK], 10 % another word, and leaves 10 %', () => {
    const n = positions.length;
    const share = (test: (i: number) => boolean) => [...positions].filter(test).length / n;
    expect(near(share((i) => ids[i] === MASK), 0.8, n)).toBe(true);
    expect(near(share((i) => ids[i] === IDS[i]), 0.1 + 0.1 / VOCAB, n)).toBe(true);
    expect(near(share((i) => ids[i] !== MASK && ids[i] !== IDS[i]), 0.1, n)).toBe(true);
    expect(ids.every((id) => id >= 0 && id < VOCAB)).toBe(true);
  });

  it('changes nothing else, and keeps what stood there', () => {
    const chosen = new Set(positions);
    expect(ids.every((id, i) => chosen.has(i) || id === IDS[i])).toBe(true);
    expect([...labels]).toEqual([...positions].map((i) => IDS[i]));
  });

  it('is a function of the key', () => {
    const again = maskTokens(IDS, 0.15, WORDS, key(7, 'mask', 3));
    expect([...again.ids]).toEqual([...ids]);
    const next = maskTokens(IDS, 0.15, WORDS, key(7, 'mask', 4));
    expect([...next.positions]).not.toEqual([...positions]);
  });

  it('always chooses a word where there is one, and none where there is none', () => {
    const one = maskTokens(Int32Array.of(CLS, 7, SEP, PAD), 1e-9, WORDS, key(7, 'mask', 5));
    expect([[...one.positions], [...one.labels]]).toEqual([[1], [7]]);
    expect(maskTokens(Int32Array.of(CLS, SEP, PAD), 0.15, WORDS, key(7, 'mask', 5)).positions.length).toBe(0);
  });
});
