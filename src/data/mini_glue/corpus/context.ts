import type { Generator } from '../../../random/generator.ts';
import type { Adjective, Category, Noun, Verb } from '../lexicon/types.ts';
import { NUMBERS, PAST_TIMES } from '../lexicon/closed.ts';
import { indefinite, join, sentence } from '../grammar.ts';
import { homeOf } from '../splits.ts';
import type { Words } from '../types.ts';

/** All words are seen here: the corpus is where held-out words are met. */
export interface Context {
  readonly rng: Generator;
  readonly words: Words;
}

/** A sentence of a document without its capital and full stop; undefined where the word at hand allows none. */
export type Line = (c: Context) => string | undefined;

/** The sentences of a line, each with a capital and a mark. */
export function sentences(line: string): string[] {
  const parts = line.split(/ ?([.?!])(?: |$)/);
  const out: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const text = parts[i] ?? '';
    if (text !== '') out.push(sentence(text, parts[i + 1] ?? '.'));
  }
  return out;
}

/** A row of a task never begins with a word that refers back to the sentence before it. */
const REFERS_BACK = /^(so|but|perhaps|still|yes|no|then|that is|in other words) /i;

/** True when no dev or tuning row, of whatever seed, can be one of the line's sentences. */
export function isFree(line: string): boolean {
  return sentences(line).every((s) => REFERS_BACK.test(s) || homeOf(s) === 'train' || homeOf(s) === 'corpus');
}

/** The sentences of up to `count` of the lines, in shuffled order; lines that a dev row could be are left out. */
export function some(c: Context, count: number, lines: readonly Line[]): string[] {
  const written = c.rng.shuffle(lines).map((line) => line(c)).filter((s) => s !== undefined);
  return written.filter(isFree).slice(0, count).flatMap(sentences);
}

export function a(noun: Noun): string {
  return indefinite(noun.word);
}

export function nameOf(c: Context): string {
  return c.words.name(c.rng).word;
}

export function time(c: Context): string {
  return c.rng.pick(PAST_TIMES);
}

export function numeral(c: Context): string {
  return c.rng.pick(NUMBERS);
}

/** "in the kitchen", "at the station". */
export function place(c: Context): string {
  const noun = c.words.noun(c.rng, 'place', (n) => n.locative !== undefined);
  return join(noun.locative ?? 'in', 'the', noun.word);
}

/** A verb that a person does to nouns of the category; parts and judgements are treated like ideas. */
export function deed(c: Context, category: Category): Verb {
  const object = category === 'aspect' || category === 'judgement' ? 'idea' : category;
  return c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object });
}

/** A noun of the category that is not a root. */
export function thing(c: Context, category: Category): Noun {
  return c.words.noun(c.rng, category, (n) => n.hypernym !== undefined);
}

/** An adjective that goes with the category and speaks of the thing itself. */
export function quality(c: Context, category: Category): Adjective {
  return c.words.adjective(c.rng, { category: category === 'aspect' ? 'work' : category });
}
