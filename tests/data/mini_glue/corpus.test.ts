import { describe, expect, it } from 'vitest';
import { corpus, miniGlue } from '../../../src/data/mini_glue/index.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import { taskNamed } from '../../../src/data/tasks.ts';

const DOCUMENTS = 6000;
const TEXT = [...corpus(17, DOCUMENTS)];

/** Sentences are compared without case, spaces and marks. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z]+/g, ' ').trim();
}

describe('corpus', () => {
  it('is a function of its seed, and longer ones continue shorter ones', () => {
    expect([...corpus(17, 53)]).toEqual(TEXT.slice(0, 53));
    expect([...corpus(18, 53)]).not.toEqual(TEXT.slice(0, 53));
  });

  it('has documents of several sentences', () => {
    const sentences = TEXT.reduce((n, d) => n + d.length, 0);
    expect(TEXT.length).toBeGreaterThan(0.97 * DOCUMENTS);
    expect(sentences / TEXT.length).toBeGreaterThan(5);
  });

  it('uses every word of the lexicon often (52 times and more in 20 000 documents)', () => {
    const counts = new Map<string, number>();
    for (const w of TEXT.flat().join(' ').toLowerCase().match(/[a-z]+/g) ?? []) counts.set(w, (counts.get(w) ?? 0) + 1);
    const of = (...forms: string[]) => [...new Set(forms)].reduce((n, f) => n + (counts.get(f) ?? 0), 0);
    const rare = [
      ...LEXICON.nouns.filter((n) => of(n.word, n.plural) < 11),
      ...LEXICON.verbs.filter((v) => of(v.base, v.third, v.past, v.participle, v.progressive) < 11),
      ...[...LEXICON.names, ...LEXICON.adjectives, ...LEXICON.adverbs].filter((e) => of(e.word) < 11),
    ];
    expect(rare.map((e) => e.word)).toEqual([]);
  });

  it.each(['sst-2', 'cola', 'mrpc', 'rte'])('holds no dev or tuning row of %s', (name) => {
    const { dev, tuning } = miniGlue(taskNamed(name), { seed: 5, train_rows: 0, dev_rows: 701, tuning_rows: 307 });
    const rows = new Set([...dev, ...tuning].map((r) => plain(r.text)));
    expect(TEXT.flat().filter((s) => rows.has(plain(s)))).toEqual([]);
  });

  it('says what held-out words mean', () => {
    const text = TEXT.flat();
    expect(text.some((s) => /^Every spaniel is (a dog|an animal)/.test(s))).toBe(true);
    expect(text.some((s) => s.includes('delicious') && s.includes('scrumptious'))).toBe(true);
  });
});
