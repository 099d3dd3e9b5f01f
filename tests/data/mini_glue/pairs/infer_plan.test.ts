import { describe, expect, it } from 'vitest';
import { determiner, rivals, setClaim } from '../../../../src/data/mini_glue/pairs/claims.ts';
import { MNLI, MRPC, QQP, RTE } from '../../../../src/data/mini_glue/pairs/difficulty.ts';
import { ALL, FAILS, HOLDS, NOT_ALL, type Claim, type Verdict } from '../../../../src/data/mini_glue/pairs/entail.ts';
import { choices, isParaphrase, verdictOf, type Choice, type InferencePlan } from '../../../../src/data/mini_glue/pairs/infer_plan.ts';
import { effects, wrapText } from '../../../../src/data/mini_glue/pairs/wraps.ts';
import { Generator } from '../../../../src/random/generator.ts';
import { TRAIN_WORDS } from './helpers.ts';

const VERDICTS: readonly Verdict[] = ['entailment', 'neutral', 'contradiction'];

const withVerdict = (plan: InferencePlan, hypothesis: Claim, moves: number, verdict: Verdict) =>
  choices(plan, hypothesis, moves, (c) => verdictOf(plan, hypothesis, c) === verdict);
const brief = (c: Choice) => `${c.effect} ${c.claim === FAILS ? 'not ' : ''}${c.predicate}${c.crossed ? ' crossed' : ''}`;

describe('choices of a premise', () => {
  const briefly = (plan: InferencePlan, hypothesis: Claim, verdict: Verdict) => withVerdict(plan, hypothesis, 1, verdict).map(brief);

  it('are the textbook ones for one person', () => {
    const plan: InferencePlan = { subject: 'one', negated: true };
    expect(briefly(plan, HOLDS, 'entailment')).toEqual(['1 same', '1 wider']);
    expect(briefly(plan, FAILS, 'entailment')).toEqual(['1 not same', '1 not narrower']);
    expect(briefly(plan, HOLDS, 'contradiction')).toEqual(['1 not same', '1 not narrower']);
    expect(briefly({ subject: 'one', wrap: 'to' }, HOLDS, 'contradiction')).toEqual(['-1 same', '-1 narrower']);
    expect(briefly({ subject: 'one', companion: 'and' }, HOLDS, 'neutral')).toContain('1 same crossed');
  });

  it('follow from a set to its members only for universal claims', () => {
    const found = withVerdict({ subject: 'member' }, HOLDS, 0, 'entailment');
    expect(found.map((c) => [c.claim === ALL, c.noun])).toEqual([[true, 'narrower']]);
  });

  it('exist for every plan, hypothesis and label of mnli, so that refusals cannot tell the label', () => {
    const rng = new Generator(3, 'grammar');
    for (const { plans, moves } of MNLI) for (const plan of [...plans.train, ...plans.dev]) {
      const hypotheses = plan.subject === 'set' ? Array.from({ length: 23 }, () => setClaim(rng, 0.5)) : [HOLDS, FAILS];
      for (const h of hypotheses) for (const v of VERDICTS) expect(withVerdict(plan, h, moves, v).length, JSON.stringify([plan, h, v])).toBeGreaterThan(0);
    }
    for (const { plans, moves } of RTE) for (const plan of [...plans.train, ...plans.dev]) {
      if (plan.subject === 'one') expect(withVerdict(plan, HOLDS, moves, 'neutral').length).toBeGreaterThan(0);
    }
  });
});

describe('paraphrases', () => {
  const same = (plan: InferencePlan, hypothesis: Claim) => choices(plan, hypothesis, 1, (c) => isParaphrase(plan, hypothesis, c));

  it('follow in both directions', () => {
    expect(same({ subject: 'one', negated: true }, HOLDS).map(brief)).toEqual(['1 same']);
    expect(same({ subject: 'one', wrap: 'to' }, FAILS).map(brief)).toEqual(['-1 same']);
    expect(same({ subject: 'one', companion: 'and' }, HOLDS).map(brief)).toEqual(['1 same']);
    const denied = same({ subject: 'set', wrap: 'truth' }, NOT_ALL);
    expect(denied.map((c) => [c.claim === ALL ? 'all' : 'not all', c.effect])).toEqual([['all', -1], ['not all', 1]]);
  });

  it('and their contrary exist for every plan and hypothesis of mrpc and qqp', () => {
    const rng = new Generator(3, 'grammar');
    for (const { plans, moves } of [...MRPC, ...QQP]) for (const plan of [...plans.train, ...plans.dev]) {
      const hypotheses = plan.subject === 'set' ? Array.from({ length: 23 }, () => setClaim(rng, 0.5)) : plan.negated ? [HOLDS, FAILS] : [HOLDS];
      for (const h of hypotheses) for (const isSame of [true, false]) {
        const found = choices(plan, h, moves, (c) => isParaphrase(plan, h, c) === isSame);
        expect(found.length, JSON.stringify([plan, h, isSame])).toBeGreaterThan(0);
      }
    }
  });
});

describe('quantifiers in words', () => {
  const rng = new Generator(7, 'grammar');
  const said = (claim: Claim, templates: 'train' | 'dev' = 'train') =>
    [...new Set(Array.from({ length: 40 }, () => determiner(rng, claim, templates)))].sort();

  it('fit their bounds', () => {
    expect(said({ counted: 'meet', bounds: [4, Infinity] })).toEqual(['at least four', 'more than three']);
    expect(said({ counted: 'meet', bounds: [0, 4] })).toEqual(['at most four', 'fewer than five']);
    expect(said({ counted: 'meet', bounds: [4, 4] })).toEqual(['exactly four']);
    expect(said(ALL)).toEqual(['all', 'every']);
    expect(said(FAILS, 'dev')).toEqual(['none of the', 'not a single']);
  });

  it('meet rivals of their own family', () => {
    expect(rivals(ALL).every((c) => c.counted === 'rest')).toBe(true);
    for (let i = 0; i < 97; i++) for (const c of rivals(setClaim(rng, 1))) expect(() => determiner(rng, c, 'dev')).not.toThrow();
  });
});

describe('wraps', () => {
  it('have words for every effect', () => {
    const rng = new Generator(11, 'grammar');
    for (const kind of ['that', 'to', 'truth'] as const) for (const negated of [false, true]) for (const effect of effects(kind, negated)) {
      expect(wrapText(rng, TRAIN_WORDS, kind, effect, negated)).toMatch(kind === 'to' ? / to$/ : / that$/);
    }
    const managed = Array.from({ length: 53 }, () => wrapText(rng, TRAIN_WORDS, 'to', 1, true));
    expect(new Set(managed)).toEqual(new Set(['did not fail to']));
  });
});
