import { describe, expect, it } from 'vitest';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import type { Entry } from '../../../src/data/mini_glue/lexicon/types.ts';
import { article, pastOf, progressiveOf, thirdPerson, withS } from '../../../src/data/mini_glue/morphology.ts';
import { WordSampler } from '../../../src/data/mini_glue/sampler.ts';
import { Generator } from '../../../src/random/generator.ts';

const ENTRIES: readonly Entry[] = [
  ...LEXICON.nouns, ...LEXICON.names, ...LEXICON.verbs, ...LEXICON.adjectives, ...LEXICON.adverbs,
];

function forms(entry: Entry): string[] {
  if (entry.kind === 'noun') return [entry.word, entry.plural];
  if (entry.kind === 'verb') return [...new Set([entry.base, entry.third, entry.past, entry.participle, entry.progressive])];
  return [entry.word];
}

describe('lexicon', () => {
  it('has the promised size', () => {
    expect(LEXICON.nouns.length).toBeGreaterThanOrEqual(350);
    expect(LEXICON.names.length).toBeGreaterThanOrEqual(60);
    expect(LEXICON.verbs.length).toBeGreaterThanOrEqual(200);
    expect(LEXICON.adjectives.length).toBeGreaterThanOrEqual(300);
    expect(LEXICON.adverbs.length).toBeGreaterThanOrEqual(60);
  });

  it('gives every form to one word only', () => {
    const owner = new Map<string, string>();
    const clashes: string[] = [];
    for (const entry of ENTRIES) {
      for (const form of forms(entry)) {
        const id = `${entry.kind} ${entry.word}`;
        if (owner.has(form)) clashes.push(`${form}: ${owner.get(form)}, ${id}`);
        owner.set(form, id);
      }
    }
    expect(clashes).toEqual([]);
  });

  it('has symmetric synonyms and antonyms of opposite polarity', () => {
    const adjectives = new Map(LEXICON.adjectives.map((a) => [a.word, a]));
    for (const a of LEXICON.adjectives) {
      for (const s of a.synonyms) expect(adjectives.get(s)?.synonyms).toContain(a.word);
      if (a.antonym !== undefined) expect(Math.sign(adjectives.get(a.antonym)?.polarity ?? NaN)).toBe(Math.sign(-a.polarity) || 0);
    }
  });

  it('spells inflected forms', () => {
    expect(['dog', 'box', 'berry', 'toy'].map(withS)).toEqual(['dogs', 'boxes', 'berries', 'toys']);
    expect(['go', 'push', 'cry'].map(thirdPerson)).toEqual(['goes', 'pushes', 'cries']);
    expect(['bake', 'cry', 'stop', 'visit', 'play', 'fix'].map(pastOf)).toEqual(['baked', 'cried', 'stopped', 'visited', 'played', 'fixed']);
    expect(['bake', 'flee', 'run', 'sew'].map(progressiveOf)).toEqual(['baking', 'fleeing', 'running', 'sewing']);
    expect(['owl', 'dog', 'uniform', 'honest', 'useful'].map(article)).toEqual(['an', 'a', 'a', 'an', 'a']);
  });
});

describe('held-out words', () => {
  const held = heldOutWords();

  it('are a third of each class', () => {
    for (const list of [LEXICON.names, LEXICON.verbs, LEXICON.adjectives, LEXICON.adverbs, LEXICON.nouns]) {
      const share = list.filter((e: Entry) => held.has(e.word)).length / list.length;
      expect(share).toBeGreaterThan(0.28);
      expect(share).toBeLessThan(0.38);
    }
  });

  it('are balanced over polarity', () => {
    const share = (sign: number) => {
      const all = LEXICON.adjectives.filter((a) => Math.sign(a.polarity) === sign);
      return all.filter((a) => held.has(a.word)).length / all.length;
    };
    for (const sign of [-1, 0, 1]) expect(Math.abs(share(sign) - 1 / 3)).toBeLessThan(0.06);
  });

  it('leave one synonym of each group, and every hypernym', () => {
    for (const e of ENTRIES) {
      if (e.kind === 'name' || e.synonyms.length === 0) continue;
      expect([e.word, ...e.synonyms].some((w) => !held.has(w))).toBe(true);
    }
    for (const n of LEXICON.nouns) expect(n.hypernym !== undefined && held.has(n.hypernym)).toBe(false);
  });
});

describe('WordSampler', () => {
  it('never draws a held-out word for training, and a third of them for dev', () => {
    const held = heldOutWords();
    const count = (share: number) => {
      const words = new WordSampler(held, share);
      const rng = new Generator(7, 'grammar');
      let n = 0;
      for (let i = 0; i < 3001; i++) n += held.has(words.noun(rng, 'animal').word) ? 1 : 0;
      return n / 3001;
    };
    expect(count(0)).toBe(0);
    expect(Math.abs(count(1 / 3) - 1 / 3)).toBeLessThan(0.03);
  });

  it('climbs the tree of hypernyms', () => {
    const words = new WordSampler(heldOutWords(), 1 / 3);
    const spaniel = LEXICON.nouns.find((n) => n.word === 'spaniel');
    expect(spaniel && words.hypernyms(spaniel).map((n) => n.word)).toEqual(['dog', 'animal']);
    expect(spaniel && words.sisters(spaniel).map((n) => n.word)).toContain('terrier');
  });
});
