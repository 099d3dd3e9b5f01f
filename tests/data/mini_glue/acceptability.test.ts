import { describe, expect, it } from 'vitest';
import { AGREEMENT } from '../../../src/data/mini_glue/acceptability/agreement.ts';
import { BINDING } from '../../../src/data/mini_glue/acceptability/binding.ts';
import { resolve, site } from '../../../src/data/mini_glue/acceptability/context.ts';
import { STRUCTURE } from '../../../src/data/mini_glue/acceptability/structure.ts';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import { WordSampler } from '../../../src/data/mini_glue/sampler.ts';
import { DEPTHS, type Depth } from '../../../src/data/mini_glue/types.ts';
import { Generator } from '../../../src/random/generator.ts';

const WORDS = new WordSampler(heldOutWords(), 1 / 3);
const PHENOMENA = [...new Map([...AGREEMENT, ...BINDING, ...STRUCTURE].map((p) => [p.name, p])).values()];

function built(name: string, depth: Depth, count: number): string[] {
  const phenomenon = PHENOMENA.find((p) => p.name === name);
  return Array.from({ length: count }, (_, i) => phenomenon?.build({ rng: new Generator(29, 'grammar', i), words: WORDS, depth }))
    .filter((s) => s !== undefined);
}

describe('cola', () => {
  it('reads both sides of a critical place', () => {
    const text = `the dogs near the cat ${site('run', 'runs')} on monday`;
    expect(resolve(text, true)).toBe('the dogs near the cat run on monday');
    expect(resolve(text, false)).toBe('the dogs near the cat runs on monday');
  });

  it.each(PHENOMENA.map((p) => p.name))('%s: the two sides differ, and no word favours one', (name) => {
    for (const depth of DEPTHS) {
      const pairs = built(name, depth, 997).map((s) => [resolve(s, true), resolve(s, false)] as const);
      expect(pairs.filter(([good, bad]) => good === bad).length).toBeLessThan(0.01 * Math.max(pairs.length, 1) + 1);
      const counts = new Map<string, [number, number]>();
      for (const pair of pairs) {
        for (const side of [0, 1] as const) {
          for (const word of new Set((pair[side]).split(' '))) {
            const c = counts.get(word) ?? [0, 0];
            c[side]++;
            counts.set(word, c);
          }
        }
      }
      for (const [word, [good, bad]] of counts) {
        if (good + bad > 100) expect([word, Math.abs(good - bad) / (good + bad) < 0.25]).toEqual([word, true]);
      }
    }
  });

  it('makes subject and verb agree in the acceptable reading', () => {
    const plural = new Set(LEXICON.nouns.map((n) => n.plural));
    for (const text of built('subject_verb_agreement', 1, 499)) {
      const [, head = ''] = /^the (?:\w+ )?(\w+) (?:near|behind|beside|opposite|next)/.exec(text) ?? [];
      const [, right = ''] = /\{(\w+)~/.exec(text) ?? [];
      const singularVerb = right === 'is' || right === 'was' || right === 'has' || LEXICON.verbs.some((v) => v.third === right);
      expect([text, singularVerb]).toEqual([text, !plural.has(head)]);
    }
  });
});
