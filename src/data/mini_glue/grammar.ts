/** Small pieces of English that several generators share: agreement, articles, noun phrases, final form. */
import type { Generator } from '../../random/generator.ts';
import { PAST_TIMES } from './lexicon/closed.ts';
import { LEXICON } from './lexicon/index.ts';
import type { Category, Noun, Verb } from './lexicon/types.ts';
import { article } from './morphology.ts';
import type { Words } from './types.ts';

export type GrammaticalNumber = 'singular' | 'plural';
export type Tense = 'present' | 'past';

/** A noun phrase with what the verb and later pronouns need to know of it. */
export interface Phrase {
  readonly text: string;
  readonly number: GrammaticalNumber;
  readonly category: Category;
  /** Subject and object pronouns that can stand for it. */
  readonly pronouns: readonly [subject: string, object: string];
}

/** Singular with probability `singular`. */
export function anyNumber(rng: Generator, singular = 0.5): GrammaticalNumber {
  return rng.chance(singular) ? 'singular' : 'plural';
}

/** The other number. */
export function otherNumber(number: GrammaticalNumber): GrammaticalNumber {
  return number === 'singular' ? 'plural' : 'singular';
}

/** Noun in that number. */
export function nounForm(noun: Noun, number: GrammaticalNumber): string {
  return number === 'singular' ? noun.word : noun.plural;
}

/** Finite form of a verb with a third-person subject. */
export function finite(verb: Verb, tense: Tense, number: GrammaticalNumber): string {
  if (tense === 'past') return verb.past;
  return number === 'singular' ? verb.third : verb.base;
}

/** is, are, was, were. */
export function be(tense: Tense, number: GrammaticalNumber): string {
  if (tense === 'past') return number === 'singular' ? 'was' : 'were';
  return number === 'singular' ? 'is' : 'are';
}

/** do, does, did. */
export function doAuxiliary(tense: Tense, number: GrammaticalNumber): string {
  if (tense === 'past') return 'did';
  return number === 'singular' ? 'does' : 'do';
}

/** has, have. */
export function haveAuxiliary(number: GrammaticalNumber): string {
  return number === 'singular' ? 'has' : 'have';
}

/** The words with a or an before them. */
export function indefinite(words: string): string {
  return `${article(words)} ${words}`;
}

function pronounsOf(noun: Noun, number: GrammaticalNumber): readonly [string, string] {
  if (number === 'plural') return ['they', 'them'];
  if (noun.gender === 'feminine') return ['she', 'her'];
  return noun.gender === 'masculine' ? ['he', 'him'] : ['it', 'it'];
}

/** "the" + noun. */
export function definite(noun: Noun, number: GrammaticalNumber, modifier = ''): Phrase {
  const text = `the ${modifier === '' ? '' : `${modifier} `}${nounForm(noun, number)}`;
  return { text, number, category: noun.category, pronouns: pronounsOf(noun, number) };
}

/** A person: a name, or a definite noun phrase. */
export function somebody(rng: Generator, words: Words): Phrase {
  if (rng.chance(0.5)) return definite(words.noun(rng, 'person'), anyNumber(rng, 0.7));
  const name = words.name(rng);
  const pronouns = name.gender === 'feminine' ? ['she', 'her'] as const : ['he', 'him'] as const;
  return { text: name.word, number: 'singular', category: 'person', pronouns };
}

/** The words of a sentence as one text: parts joined by single spaces, empty parts left out. */
export function join(...parts: readonly string[]): string {
  return parts.filter((p) => p !== '').join(' ');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Words that keep a capital everywhere: names, origins, weekdays, months, "I". */
const PROPER: ReadonlySet<string> = new Set([
  ...LEXICON.names.map((n) => n.word),
  ...LEXICON.adjectives.filter((a) => a.domain === 'origin').map((a) => a.word),
  ...PAST_TIMES.flatMap((t) => t.match(/[a-z]+day$|(?<=^in )[a-z]+$/g) ?? []).filter((w) => w !== 'yesterday'), 'i',
]);

/**
 * "The dog met Anna." from "the dog met anna": first letter and proper words in upper case, mark at the end, no space
 * before marks.
 */
export function sentence(text: string, mark = '.'): string {
  const proper = text.replace(/[a-z]+/gi, (w) => (PROPER.has(w) ? capital(w) : w));
  return `${capital(proper)}${mark}`.replace(/ ([,.:;?!])/g, '$1');
}

/** A sentence as it continues another one: "the dog ran." from "The dog ran.", but "Anna ran." from "Anna ran.". */
export function continued(text: string): string {
  const first = /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? '';
  return PROPER.has(first) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
