import { expect, it } from 'vitest';
import { PAST_TIMES } from '../../../../src/data/mini_glue/lexicon/closed.ts';
import { LEXICON } from '../../../../src/data/mini_glue/lexicon/index.ts';
import { qnli } from '../../../../src/data/mini_glue/pairs/qnli.ts';
import { qqp } from '../../../../src/data/mini_glue/pairs/qqp.ts';
import { rows } from './helpers.ts';

const places = LEXICON.nouns.flatMap((n) => (n.locative ? [`${n.locative} the ${n.word}`] : []));
const gives = (text: string, adjuncts: readonly string[]) => adjuncts.some((a) => text.toLowerCase().includes(` ${a}`));
const WANTED = [
  { name: 'where', words: /where|in which place/i, adjuncts: places },
  { name: 'when', words: /when|on which occasion/i, adjuncts: PAST_TIMES },
];
const EVEN = [0.25, 0.25, 0.25, 0.25];

it.each(WANTED)('qnli: what is asked for by "$name" is in every answer, and missing from some other sentences', ({ words, adjuncts }) => {
  const asked = rows(qnli, 1200, 5, () => 'train', EVEN).filter((r) => words.test(r.text) && !/whether/.test(r.text));
  const [answers, others] = [0, 1].map((label) => asked.filter((r) => r.label === label).map((r) => r.textPair ?? ''));
  expect(answers?.length).toBeGreaterThan(50);
  expect(answers?.filter((text) => !gives(text, adjuncts))).toEqual([]);
  expect(others?.some((text) => !gives(text, adjuncts))).toBe(true);
  expect(others?.some((text) => gives(text, adjuncts))).toBe(true);
});

it('qqp: two questions that ask the same want the same thing', () => {
  const wanted = (text: string) => WANTED.find(({ words }) => words.test(text.replace(/whether/g, '')))?.name ?? '';
  const same = rows(qqp, 1200, 7, () => 'train', EVEN).filter((r) => r.label === 1);
  expect(same.some((r) => wanted(r.text) === 'when')).toBe(true);
  expect(same.filter((r) => wanted(r.text) !== wanted(r.textPair ?? ''))).toEqual([]);
  const links = (text: string) => /\b(before|after)\b/i.exec(text)?.[0]?.toLowerCase();
  expect(same.filter((r) => links(r.text) !== links(r.textPair ?? ''))).toEqual([]);
});
