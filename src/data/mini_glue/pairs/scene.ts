/** The small world that the pair tasks speak of: people who do something to somebody or something, somewhere, some time. */
import type { Generator } from '../../../random/generator.ts';
import { NUMBERS, PAST_TIMES } from '../lexicon/closed.ts';
import { LEXICON } from '../lexicon/index.ts';
import type { Adjective, Name, Noun, Selector, Verb } from '../lexicon/types.ts';
import type { Words } from '../types.ts';

/** A noun phrase. A name has no determiner; a numeral as determiner makes the noun plural. */
export interface Phrase {
  readonly head: Noun | Name;
  readonly determiner: string;
  readonly adjective?: Adjective;
}

/** One event, or (with `holds` false) the fact that it did not happen. */
export interface Event {
  readonly verb: Verb;
  readonly agent: Phrase;
  readonly patient: Phrase;
  readonly place?: Noun;
  readonly time?: string;
  readonly holds: boolean;
}

/** The roles that a phrase can have in an event. */
export type Role = 'agent' | 'patient';

/** Verbs whose two parties can be exchanged without a change of meaning. */
const SYMMETRIC: ReadonlySet<string> = new Set(['meet', 'marry', 'hug', 'embrace', 'accompany']);
/** Things that a person can handle and that have kinds below them. */
export const THINGS: readonly Selector[] = ['portable', 'artefact', 'physical', 'readable', 'text', 'food', 'garment'];

/** Adjectives that do not stand before a noun, or that would make the event impossible. */
const PREDICATIVE: ReadonlySet<string> = new Set(['asleep', 'awake', 'alive', 'dead', 'glad', 'ashamed', 'ill', 'drunk']);
/** Last words of determiners that go with a plural. */
const PLURAL: ReadonlySet<string> = new Set([...NUMBERS, 'some', 'all', 'of', 'more']);

/** True when the phrase stands for more than one. */
export function isPlural({ determiner }: Phrase): boolean {
  return PLURAL.has(determiner.slice(determiner.lastIndexOf(' ') + 1)) || determiner.endsWith(' of the');
}

/** True for adjectives that can stand before the noun of an agent or patient. */
export function isUsual(adjective: Adjective): boolean {
  return !PREDICATIVE.has(adjective.word);
}

/** True for names and nouns of people. */
export function isPerson(phrase: Phrase): boolean {
  return phrase.head.kind === 'name' || phrase.head.category === 'person';
}

/** Of each noun: itself, the kinds above it but for the root, and the synonyms of all of these. */
const RELATED: ReadonlyMap<string, readonly string[]> = (() => {
  const nouns = new Map(LEXICON.nouns.map((n) => [n.word, n]));
  const above = (n: Noun): Noun[] => {
    const next = n.hypernym === undefined ? undefined : nouns.get(n.hypernym);
    return next?.hypernym === undefined ? [n] : [n, ...above(next)];
  };
  return new Map(LEXICON.nouns.map((n) => [n.word, above(n).flatMap((m) => [m.word, ...m.synonyms])]));
})();

function related(noun: Noun): readonly string[] {
  return RELATED.get(noun.word) ?? [noun.word];
}

/** Draws the parties of one row, so that no two of them can be taken for each other. */
export class Cast {
  readonly #rng: Generator;
  readonly #words: Words;
  readonly #taken = new Set<string>();

  constructor(rng: Generator, words: Words) {
    this.#rng = rng;
    this.#words = words;
  }

  /** True when neither the word nor a kind above it nor a synonym has been used. */
  isFree(noun: Noun): boolean {
    return !related(noun).some((w) => this.#taken.has(w));
  }

  /** Marks a noun, with its synonyms and the kinds above it, as used. */
  take<N extends Noun>(noun: N): N {
    for (const w of related(noun)) this.#taken.add(w);
    return noun;
  }

  /** A noun of the selector that is free and not a root such as "food". */
  noun(selector: Selector, accept: (noun: Noun) => boolean = () => true): Noun {
    const fits = (n: Noun) => n.hypernym !== undefined && this.isFree(n) && accept(n);
    return this.take(this.#words.noun(this.#rng, selector, fits));
  }

  /** A named person, or "the" with a noun of people. */
  person(named = 0.45): Phrase {
    if (!this.#rng.chance(named)) return { head: this.noun('person'), determiner: 'the' };
    const head = this.#words.name(this.#rng, undefined, (n) => !this.#taken.has(n.word));
    this.#taken.add(head.word);
    return { head, determiner: '' };
  }

  /** A place that is not already used. */
  place(): Noun {
    return this.noun('place', (n) => n.locative !== undefined);
  }

  /** A past time that is not already used. */
  time(): string {
    const time = this.#rng.pick(PAST_TIMES.filter((t) => !this.#taken.has(t)));
    this.#taken.add(time);
    return time;
  }

  /** A verb for the categories that no other event of the row has. */
  verb(frame: 'transitive', object: Noun['category'], accept: (verb: Verb) => boolean = () => true): Verb {
    const fits = (v: Verb) => !this.#taken.has(`v ${v.word}`) && accept(v);
    const verb = this.#words.verb(this.#rng, { frame, subject: 'person', object }, fits);
    for (const w of [verb.word, ...verb.synonyms, ...(verb.antonym ? [verb.antonym] : [])]) this.#taken.add(`v ${w}`);
    return verb;
  }
}

/** The category that verbs select by. */
export function categoryOf(phrase: Phrase): Noun['category'] {
  return phrase.head.kind === 'name' ? 'person' : phrase.head.category;
}

/** A new event between two people. */
export function makeSocialEvent(cast: Cast): Event {
  const [agent, patient] = [cast.person(), cast.person()];
  return { verb: cast.verb('transitive', 'person', (v) => !SYMMETRIC.has(v.word)), agent, patient, holds: true };
}
