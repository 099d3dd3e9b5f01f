/** What the lexicon knows about a word. Every entry's `word` is its citation form and is unique within its class. */

/** Root concepts of the hypernym tree; selection restrictions speak of these or of a `Selector` over them. */
export const CATEGORIES = [
  'person', 'animal', 'food', 'plant', 'garment', 'instrument', 'tool', 'vehicle', 'furniture', 'container', 'device',
  'text', 'work', 'building', 'landscape', 'event', 'idea', 'aspect', 'judgement',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** A category, or a named union of categories (`selectors.ts`). */
export type Selector =
  | Category | 'animate' | 'artefact' | 'portable' | 'physical' | 'readable' | 'place' | 'reviewed' | 'anything';

export type Gender = 'masculine' | 'feminine';
/** −2 strongly negative … 2 strongly positive; 0 says nothing about liking. */
export type Polarity = -2 | -1 | 0 | 1 | 2;

export interface Noun {
  readonly kind: 'noun';
  readonly word: string;
  readonly plural: string;
  readonly category: Category;
  /** The noun directly above, e.g. dog for spaniel; undefined for a root. */
  readonly hypernym?: string;
  readonly synonyms: readonly string[];
  /** Only where the noun fixes it (aunt, uncle). */
  readonly gender?: Gender;
  /** Non-zero for judgements such as masterpiece or disaster. */
  readonly polarity: Polarity;
  /** For places: the preposition of location (in the kitchen, on the beach, at the station). */
  readonly locative?: 'in' | 'on' | 'at';
}

export interface Name {
  readonly kind: 'name';
  readonly word: string;
  readonly gender: Gender;
}

export type Frame = 'intransitive' | 'transitive' | 'ditransitive' | 'clausal' | 'infinitive';

export interface Verb {
  readonly kind: 'verb';
  /** Same as `base`. */
  readonly word: string;
  readonly base: string;
  readonly third: string;
  readonly past: string;
  readonly participle: string;
  /** The -ing form. */
  readonly progressive: string;
  readonly frame: Frame;
  readonly subject: Selector;
  /** Of the direct object: transitive and ditransitive verbs. */
  readonly object?: Selector;
  /** Words of the same frame and meaning. */
  readonly synonyms: readonly string[];
  readonly antonym?: string;
  /** The attitude or effect that the verb ascribes: please 1, disgust −2. */
  readonly polarity: Polarity;
  /**
   * For clausal and infinitive verbs: what "x VERB that/to p" says of p in the past tense, unnegated:
   * 1 that p holds, −1 that it does not, 0 nothing.
   */
  readonly veracity?: -1 | 0 | 1;
  /** Factive verbs: p holds even if the verb is negated ("did not know that p"). */
  readonly factive?: boolean;
}

/** What an adjective speaks of; two adjectives of one domain are compared, not of two. */
export type Domain =
  | 'quality' | 'interest' | 'character' | 'taste' | 'comfort' | 'size' | 'colour' | 'age' | 'temperature' | 'material'
  | 'shape' | 'mood' | 'state' | 'origin' | 'price' | 'speed' | 'sound' | 'pattern';

export interface Adjective {
  readonly kind: 'adjective';
  readonly word: string;
  readonly domain: Domain;
  readonly polarity: Polarity;
  /** Nouns that the adjective goes with. */
  readonly applies: Selector;
  readonly synonyms: readonly string[];
  readonly antonym?: string;
}

/** negator: reverses (hardly, scarcely). comment: sentence adverb with a polarity (fortunately). */
export type AdverbKind = 'intensifier' | 'downtoner' | 'negator' | 'manner' | 'frequency' | 'comment';

export interface Adverb {
  readonly kind: 'adverb';
  readonly word: string;
  readonly use: AdverbKind;
  readonly polarity: Polarity;
  readonly synonyms: readonly string[];
}

export type Entry = Noun | Name | Verb | Adjective | Adverb;

export interface Lexicon {
  readonly nouns: readonly Noun[];
  readonly names: readonly Name[];
  readonly verbs: readonly Verb[];
  readonly adjectives: readonly Adjective[];
  readonly adverbs: readonly Adverb[];
}
