import { describe, expect, it } from 'vitest';
import { sentencesOf } from '../../src/corpus/sentences.ts';

describe('sentences', () => {
  it.each([
    ['plain ones', 'One two. Three!  Four?', ['One two.', 'Three!', 'Four?']],
    ['titles and names', 'Mr. Smith met Dr. J. R. R. Brown. He left.', ['Mr. Smith met Dr. J. R. R. Brown.', 'He left.']],
    ['numbers, figures and months', 'See fig. 3 and No. 5. On Jan. 7 it rained.', ['See fig. 3 and No. 5.', 'On Jan. 7 it rained.']],
    ['initials within and at the end', 'The U.S. Army left the U.S. The war ended.', ['The U.S. Army left the U.S.', 'The war ended.']],
    ['speech', '"Really?" he asked. "Yes." She left.', ['"Really?" he asked.', '"Yes."', 'She left.']],
    ['other scripts', '日本語です。次の文。', ['日本語です。', '次の文。']],
    ['nothing', '   ', []],
  ])('%s', (_name, text, expected) => {
    expect(sentencesOf(text)).toEqual(expected);
  });

  it('are the same in a long text as in a short one', () => {
    const text = Array.from({ length: 997 }, (_, i) => `This is the sentence with the number ${i} of Mr. Smith${i % 7 === 0 ? ', who said: "No!"' : '.'} `).join('');
    const found = sentencesOf(text);
    expect(found.length).toBe(997);
    expect(found.join(' ')).toBe(text.trim());
  });

  it('of any length keep every word and take time in proportion', () => {
    const text = 'word '.repeat(100_003);
    const began = performance.now();
    expect(sentencesOf(text).join(' ').split(/\s+/).length).toBe(100_003);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
