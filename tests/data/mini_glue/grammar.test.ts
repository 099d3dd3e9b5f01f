import { expect, it } from 'vitest';
import { continued, indefinite, sentence } from '../../../src/data/mini_glue/grammar.ts';
import { corpus } from '../../../src/data/mini_glue/index.ts';

it('writes names, origins, weekdays and months with a capital, wherever they stand', () => {
  expect(sentence('yesterday anna and i met a dutch baker , not on monday but in march'))
    .toBe('Yesterday Anna and I met a Dutch baker, not on Monday but in March.');
  expect(sentence('it was far from dull : it was superb', '!')).toBe('It was far from dull: it was superb!');
});

it('continues a sentence in lower case, but for proper words', () => {
  expect(['Every dog ran.', 'Anna ran.', 'It was Tom who ran.'].map(continued)).toEqual(['every dog ran.', 'Anna ran.', 'it was Tom who ran.']);
});

it('chooses the article by sound', () => {
  const phrases = ['Irish sandwich', 'unimpressive melon', 'uninteresting film', 'uniform', 'useful hour', 'honest baker', 'Dutch owl'];
  expect(phrases.map((p) => indefinite(p).split(' ')[0])).toEqual(['an', 'an', 'an', 'a', 'a', 'an', 'a']);
});

it('has no wrong article, no wrong number of "they" and no bare name in the corpus', () => {
  for (const text of [...corpus(19, 1009)].flat()) {
    expect(text).not.toMatch(/\ba [aeio]|\bthey (is|was|has|does)\b|\b(monday|anna|irish|july)\b|^[^A-Z]| [,.:?!]/);
  }
});
