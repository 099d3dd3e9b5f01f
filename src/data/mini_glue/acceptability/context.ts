import type { Generator } from '../../../random/generator.ts';
import type { Adjective, Domain, Noun, Selector } from '../lexicon/types.ts';
import { definite, join, type GrammaticalNumber, type Phrase } from '../grammar.ts';
import type { Depth, Words } from '../types.ts';

export interface Context {
  readonly rng: Generator;
  readonly words: Words;
  readonly depth: Depth;
}

/**
 * One way for a sentence to be right or wrong. `build` writes a sentence whose critical places have the form
 * `{right~wrong}`; undefined when the phenomenon does not exist at that depth.
 */
export interface Phenomenon {
  readonly name: string;
  /** True for those that no training row shows. */
  readonly devOnly?: boolean;
  build(c: Context): string | undefined;
}

const SITE = /\{([^{}~]*)~([^{}~]*)\}/g;

/** The acceptable or the unacceptable reading of a built sentence. */
export function resolve(built: string, acceptable: boolean): string {
  return built.replace(SITE, acceptable ? '$1' : '$2').replace(/ +/g, ' ').trim();
}

/** A critical place. */
export function site(right: string, wrong: string): string {
  return `{${right}~${wrong}}`;
}

const SPATIAL = ['near', 'behind', 'beside', 'opposite', 'next to'] as const;

/** A definite noun phrase, sometimes with an adjective. */
export function someNoun(c: Context, selector: Selector, number: GrammaticalNumber, accept?: (n: Noun) => boolean): Phrase {
  const noun = c.words.noun(c.rng, selector, accept);
  const adjective = c.rng.chance(0.2) ? c.words.adjective(c.rng, { category: noun.category }).word : '';
  return definite(noun, number, adjective);
}

/** "near the cats": the nearest noun before a verb, of a number that can mislead. */
export function beside(c: Context, number: GrammaticalNumber): string {
  return join(c.rng.pick(SPATIAL), someNoun(c, 'animate', number).text);
}

/** A relative clause about an animate noun, in the past so that its own verb gives no hint of number. */
export function relative(c: Context, inner: GrammaticalNumber, modifier = ''): string {
  const noun = someNoun(c, 'person', inner);
  if (c.rng.chance(0.6)) {
    const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'animal' });
    return join('that', noun.text, modifier, verb.past);
  }
  const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'animal', object: 'person' });
  return join('that', verb.past, noun.text, modifier);
}

/**
 * What stands between a head and its verb, by depth: nothing, a phrase, a relative clause, a relative clause with a
 * phrase inside. The nouns in it have the given number.
 */
export function between(c: Context, number: GrammaticalNumber, depth: Depth = c.depth): string {
  if (depth === 0) return '';
  if (depth === 1) return beside(c, number);
  return depth === 2 ? relative(c, number) : relative(c, number, beside(c, number));
}

/** A clause that embeds what follows, by depth; nothing at depth 0. */
export function embedding(c: Context, levels: number): string {
  let text = '';
  for (let i = 0; i < levels; i++) {
    const verb = c.words.verb(c.rng, { frame: 'clausal', subject: 'person' });
    const who = c.rng.chance(0.5) ? c.words.name(c.rng).word : someNoun(c, 'person', c.rng.chance(0.6) ? 'singular' : 'plural').text;
    text = join(text, who, verb.past, 'that');
  }
  return text;
}

const PAST = ['yesterday', 'last week', 'last night', 'on monday', 'on friday', 'in march', 'in july'] as const;
/** Times that go with the present, the perfect and the future. */
export const ANY_TENSE = ['every day', 'every week', 'every morning', 'every night'] as const;

/** Domains of adjectives that have no degrees: no "very wooden". */
const WITHOUT_DEGREES: ReadonlySet<Domain> = new Set<Domain>(['origin', 'material', 'shape', 'pattern']);

/** True when an adverb of degree can stand before the adjective. */
export function hasDegrees(adjective: Adjective): boolean {
  return !WITHOUT_DEGREES.has(adjective.domain);
}

/** Now and then a time or place at the end of a clause, in the past unless told otherwise. */
export function adjunct(c: Context, times: readonly string[] = PAST): string {
  const roll = c.rng.uniform();
  if (roll < 0.2) return c.rng.pick(times);
  if (roll > 0.4) return '';
  const place = c.words.noun(c.rng, 'place', (n) => n.locative !== undefined);
  return join(place.locative ?? 'in', 'the', place.word);
}

