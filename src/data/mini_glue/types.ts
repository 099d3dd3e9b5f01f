/** What a generator of one task is asked for, and what it draws its words from. */
import type { Generator } from '../../random/generator.ts';
import type { Example } from '../task.ts';
import type {
  Adjective, Adverb, AdverbKind, Category, Domain, Entry, Frame, Gender, Name, Noun, Selector, Verb,
} from './lexicon/types.ts';

/** Number of operators or embeddings that interact: 0 none … 3 several. */
export type Depth = 0 | 1 | 2 | 3;
export const DEPTHS: readonly Depth[] = [0, 1, 2, 3];

/** `dev` asks for a template that no training row uses; dev and tuning rows are a mixture of both. */
export type TemplateSet = 'train' | 'dev';

export interface Request {
  readonly depth: Depth;
  /** Class id, in the order of `data/tasks.ts`. */
  readonly label: number;
  readonly words: Words;
  readonly templates: TemplateSet;
}

export interface TaskGenerator {
  /** Name as in `data/tasks.ts`. */
  readonly task: string;
  /** One example of that depth and label; undefined when the words drawn allow none (the caller draws again). */
  generate(rng: Generator, request: Request): Example | undefined;
}

export interface VerbQuery {
  readonly frame: Frame;
  /** Category of the noun that is to be the subject. */
  readonly subject?: Category;
  /** Category of the noun that is to be the object. */
  readonly object?: Category;
}

export interface AdjectiveQuery {
  /** Category of the noun that it is to go with. */
  readonly category?: Category;
  readonly domain?: Domain;
  /** Sign of the polarity. */
  readonly sign?: -1 | 0 | 1;
}

/**
 * The lexicon as one split sees it. In training no held-out word is ever returned; in the other splits about a third
 * of what is drawn is held out. Every method is deterministic in the draws of `rng`; a RangeError says that no word fits.
 */
export interface Words {
  /** True when the split may use the word (a citation form). */
  allows(word: string): boolean;
  noun(rng: Generator, selector?: Selector, accept?: (noun: Noun) => boolean): Noun;
  name(rng: Generator, gender?: Gender, accept?: (name: Name) => boolean): Name;
  verb(rng: Generator, query: VerbQuery, accept?: (verb: Verb) => boolean): Verb;
  adjective(rng: Generator, query: AdjectiveQuery, accept?: (adjective: Adjective) => boolean): Adjective;
  adverb(rng: Generator, use: AdverbKind, sign?: -1 | 1): Adverb;
  /** Allowed synonyms of the same class; may be empty. */
  synonyms<E extends Exclude<Entry, Name>>(entry: E): readonly E[];
  /** The antonym, where there is one and it is allowed. */
  antonym<E extends Verb | Adjective>(entry: E): E | undefined;
  /** The nouns above, nearest first; hypernyms are never held out. */
  hypernyms(noun: Noun): readonly Noun[];
  /** Allowed nouns anywhere below. */
  hyponyms(noun: Noun): readonly Noun[];
  /** Allowed nouns directly below the same hypernym, without the noun itself and its synonyms. */
  sisters(noun: Noun): readonly Noun[];
}

