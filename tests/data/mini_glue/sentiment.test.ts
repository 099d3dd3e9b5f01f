import { describe, expect, it } from 'vitest';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import { WordSampler } from '../../../src/data/mini_glue/sampler.ts';
import { SST2 } from '../../../src/data/mini_glue/sentiment/sst2.ts';
import type { Depth } from '../../../src/data/mini_glue/types.ts';
import { Generator } from '../../../src/random/generator.ts';
import type { Example } from '../../../src/data/task.ts';

const SIGN = new Map([...LEXICON.adjectives, ...LEXICON.nouns.filter((n) => n.category === 'judgement'), ...LEXICON.verbs]
  .map((e) => [e.word, Math.sign(e.polarity)]));
const WORDS = new WordSampler(heldOutWords(), 1 / 3);

function rows(depth: Depth, count: number): Example[] {
  return Array.from({ length: count }, (_, i) => {
    const request = { depth, label: i % 2, words: WORDS, templates: i % 5 === 0 ? 'dev' as const : 'train' as const };
    return SST2.generate(new Generator(23, 'grammar', i), request);
  }).filter((e) => e !== undefined);
}

/** Label by an independent reading of sentences that match; the pattern's only group is the opinion. */
function check(examples: readonly Example[], pattern: RegExp, reversals: number): void {
  let found = 0;
  for (const { text, label } of examples) {
    const opinion = pattern.exec(text)?.[1];
    const sign = opinion === undefined ? undefined : SIGN.get(opinion);
    if (sign === undefined || sign === 0) continue;
    found++;
    expect([text, label]).toEqual([text, sign * (-1) ** reversals > 0 ? 1 : 0]);
  }
  expect(found).toBeGreaterThan(5);
}

const TOPIC = '(?:the|this|these) \\w+';

describe('sst-2', () => {
  it('takes the sign of a single opinion', () => {
    check(rows(0, 1501), new RegExp(`^${TOPIC} (?:is|was|are|were) (?:an? )?(\\w+) \\.$`), 0);
  });

  it('reverses it under one negation', () => {
    const one = rows(1, 4001);
    check(one, new RegExp(`^${TOPIC} (?:is|was|are|were) (?:not|never|hardly|far from|anything but) (?:an? )?(\\w+) \\.$`), 1);
    check(one, new RegExp(`^it is (?:not true|untrue) that ${TOPIC} (?:is|was|are|were) (?:an? )?(\\w+) \\.$`), 1);
    check(one, new RegExp(`^${TOPIC} (?:fails?|failed) to be (?:an? )?(\\w+) \\.$`), 1);
  });

  it('makes the verb agree with "it" and "they"', () => {
    const said = ([1, 2, 3] as const).flatMap((depth) => rows(depth, 2003)).map((e) => e.text);
    expect(said.filter((t) => /\bthey are\b/.test(t)).length).toBeGreaterThan(5);
    expect(said.filter((t) => /\bthey (is|was|does|fails)\b|\bit (are|were|do|fail)\b/.test(t))).toEqual([]);
  });

  it('lets the main clause decide', () => {
    check(rows(1, 4001), new RegExp(`^(?:although|unlike|despite|in spite of) .* , (?:${TOPIC}|it|they) (?:is|was|are|were) (?:an? )?(\\w+) \\.$`), 0);
  });

  it('restores it under two', () => {
    const two = rows(2, 6007);
    check(two, new RegExp(`^${TOPIC} (?:does not fail|did not fail|do not fail|never fails?|never failed) to be (?:an? )?(\\w+) \\.$`), 2);
  });

  it('ignores what others think of the topic', () => {
    check(rows(1, 6007), new RegExp(`^${TOPIC} that .* (?:is|was|are|were) (?:an? )?(\\w+) \\.$`), 0);
  });
});
