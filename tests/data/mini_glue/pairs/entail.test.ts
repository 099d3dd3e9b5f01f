import { describe, expect, it } from 'vitest';
import { ALL, FAILS, HOLDS, NOT_ALL, instantiate, join, judge, negate, reverse, type Change, type Claim, type Verdict } from '../../../../src/data/mini_glue/pairs/entail.ts';

const SIZE = 3;
const SETS = Array.from({ length: 2 ** SIZE }, (_, bits) => bits);
const CHANGES: readonly Change[] = ['same', 'wider', 'narrower', 'other'];
const CLAIMS: readonly Claim[] = [
  HOLDS, FAILS, ALL, NOT_ALL,
  { counted: 'meet', bounds: [2, Infinity] }, { counted: 'meet', bounds: [0, 1] },
  { counted: 'meet', bounds: [2, 2] }, { counted: 'meet', bounds: [1, 1] },
];

const count = (bits: number) => [...bits.toString(2)].filter((b) => b === '1').length;
const holds = (claim: Claim, noun: number, predicate: number) => {
  const n = count(claim.counted === 'meet' ? noun & predicate : noun & ~predicate);
  return n >= claim.bounds[0] && n <= claim.bounds[1];
};
const related = (change: Change, from: number, to: number) =>
  ({ same: from === to, wider: (from & ~to) === 0, narrower: (to & ~from) === 0, other: true })[change];

/** Verdict by trying every model with three things. */
function byModels(premise: Claim, hypothesis: Claim, noun: Change, predicate: Change): Verdict {
  const seen = new Set<boolean>();
  for (const n of SETS) for (const m of SETS) for (const p of SETS) for (const q of SETS) {
    if (related(noun, n, m) && related(predicate, p, q) && holds(premise, n, p)) seen.add(holds(hypothesis, m, q));
  }
  if (seen.size !== 1) return 'neutral';
  return seen.has(true) ? 'entailment' : 'contradiction';
}

describe('entailment by counting', () => {
  it('agrees with every finite model of three things', () => {
    const wrong: string[] = [];
    for (const p of CLAIMS) for (const h of CLAIMS) for (const noun of CHANGES) for (const predicate of CHANGES) {
      const got = judge(p, h, noun, predicate);
      const expected = byModels(p, h, noun, predicate);
      if (got !== expected) wrong.push(JSON.stringify({ p, h, noun, predicate, got, expected }));
    }
    expect(wrong).toEqual([]);
  });

  it('knows the textbook cases of monotonicity', () => {
    expect(judge(ALL, ALL, 'narrower', 'wider')).toBe('entailment');
    expect(judge(ALL, ALL, 'wider', 'same')).toBe('neutral');
    expect(judge(FAILS, FAILS, 'narrower', 'narrower')).toBe('entailment');
    expect(judge(HOLDS, HOLDS, 'wider', 'wider')).toBe('entailment');
    expect(judge(ALL, NOT_ALL, 'same', 'same')).toBe('contradiction');
    expect(judge(FAILS, HOLDS, 'narrower', 'same')).toBe('contradiction');
  });

  it('negates claims, and instantiates only universal ones', () => {
    expect(negate(HOLDS)).toEqual(FAILS);
    expect(negate(ALL)).toEqual(NOT_ALL);
    expect(() => negate({ counted: 'meet', bounds: [2, 2] })).toThrow(RangeError);
    expect(instantiate(ALL)).toEqual(HOLDS);
    expect(instantiate(FAILS)).toEqual(FAILS);
    expect(instantiate(HOLDS)).toBeUndefined();
  });

  it('joins and reverses changes', () => {
    expect(join('wider', 'narrower')).toBe('other');
    expect(join('wider', 'same')).toBe('wider');
    expect(CHANGES.map((c) => reverse(reverse(c)))).toEqual(CHANGES);
  });
});
