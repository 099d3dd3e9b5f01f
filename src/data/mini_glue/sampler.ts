import type { Generator } from '../../random/generator.ts';
import { LEXICON } from './lexicon/index.ts';
import { categoriesOf, overlap } from './lexicon/selectors.ts';
import type { Adjective, Adverb, AdverbKind, Entry, Gender, Name, Noun, Selector, Verb } from './lexicon/types.ts';
import { Pool } from './pool.ts';
import type { AdjectiveQuery, VerbQuery, Words } from './types.ts';

/** True when a word with that restriction goes with a noun that is wanted; both may be absent. */
function goesWith(restriction: Selector | undefined, wanted: Selector | undefined): boolean {
  return wanted === undefined || (restriction !== undefined && overlap(restriction, wanted));
}

function hasSign(polarity: number, sign: -1 | 0 | 1 | undefined): boolean {
  return sign === undefined || Math.sign(polarity) === sign;
}

/** The lexicon's words for one split: `heldShare` of the draws are held-out words; 0 for training. */
export class WordSampler implements Words {
  readonly #held: ReadonlySet<string>;
  readonly #heldShare: number;
  readonly #nouns: Pool<Noun>;
  readonly #names: Pool<Name>;
  readonly #verbs: Pool<Verb>;
  readonly #adjectives: Pool<Adjective>;
  readonly #adverbs: Pool<Adverb>;
  readonly #above = new Map<string, readonly Noun[]>();
  readonly #children = new Map<string, Noun[]>();
  readonly #index: ReadonlyMap<string, Exclude<Entry, Name>>;

  constructor(held: ReadonlySet<string>, heldShare: number) {
    this.#held = held;
    this.#heldShare = heldShare;
    this.#nouns = new Pool(LEXICON.nouns, held, heldShare);
    this.#names = new Pool(LEXICON.names, held, heldShare);
    this.#verbs = new Pool(LEXICON.verbs, held, heldShare);
    this.#adjectives = new Pool(LEXICON.adjectives, held, heldShare);
    this.#adverbs = new Pool(LEXICON.adverbs, held, heldShare);
    const entries = [...LEXICON.nouns, ...LEXICON.verbs, ...LEXICON.adjectives, ...LEXICON.adverbs];
    this.#index = new Map(entries.map((e) => [identity(e, e.word), e]));
    for (const n of LEXICON.nouns) this.#hang(n);
  }

  allows(word: string): boolean {
    return this.#heldShare > 0 || !this.#held.has(word);
  }

  noun(rng: Generator, selector: Selector = 'anything', accept?: (noun: Noun) => boolean): Noun {
    return this.#nouns.draw(rng, `noun ${selector}`, (n) => categoriesOf(selector).includes(n.category), accept);
  }

  name(rng: Generator, gender?: Gender, accept?: (name: Name) => boolean): Name {
    return this.#names.draw(rng, `name ${gender}`, (n) => gender === undefined || n.gender === gender, accept);
  }

  verb(rng: Generator, { frame, subject, object }: VerbQuery, accept?: (verb: Verb) => boolean): Verb {
    const fits = (v: Verb) => v.frame === frame && goesWith(v.subject, subject) && goesWith(v.object, object);
    return this.#verbs.draw(rng, `verb ${frame} ${subject} ${object}`, fits, accept);
  }

  adjective(rng: Generator, query: AdjectiveQuery, accept?: (adjective: Adjective) => boolean): Adjective {
    const { category, domain, sign } = query;
    const fits = (a: Adjective) =>
      goesWith(a.applies, category) && (domain === undefined || a.domain === domain) && hasSign(a.polarity, sign);
    return this.#adjectives.draw(rng, `adjective ${category} ${domain} ${sign}`, fits, accept);
  }

  adverb(rng: Generator, use: AdverbKind, sign?: -1 | 1): Adverb {
    return this.#adverbs.draw(rng, `adverb ${use} ${sign}`, (a) => a.use === use && hasSign(a.polarity, sign));
  }

  synonyms<E extends Exclude<Entry, Name>>(entry: E): readonly E[] {
    return this.#related(entry, entry.synonyms);
  }

  antonym<E extends Verb | Adjective>(entry: E): E | undefined {
    return this.#related(entry, entry.antonym === undefined ? [] : [entry.antonym])[0];
  }

  hypernyms(noun: Noun): readonly Noun[] {
    return this.#above.get(noun.word) ?? [];
  }

  hyponyms(noun: Noun): readonly Noun[] {
    const below = this.#children.get(noun.word) ?? [];
    return below.flatMap((n) => [...(this.allows(n.word) ? [n] : []), ...this.hyponyms(n)]);
  }

  sisters(noun: Noun): readonly Noun[] {
    const siblings = noun.hypernym === undefined ? [] : this.#children.get(noun.hypernym) ?? [];
    return siblings.filter((n) => n.word !== noun.word && !noun.synonyms.includes(n.word) && this.allows(n.word));
  }

  /** Puts a noun into the tree; its hypernym has been there before it. */
  #hang(noun: Noun): void {
    const [above] = noun.hypernym === undefined ? [] : this.#lookUp(noun, noun.hypernym);
    if (!above) return;
    this.#above.set(noun.word, [above, ...this.hypernyms(above)]);
    const siblings = this.#children.get(above.word);
    if (siblings) siblings.push(noun);
    else this.#children.set(above.word, [noun]);
  }

  #related<E extends Exclude<Entry, Name>>(entry: E, words: readonly string[]): E[] {
    return words.length === 0 ? [] : words.filter((w) => this.allows(w)).flatMap((w) => this.#lookUp(entry, w));
  }

  #lookUp<E extends Exclude<Entry, Name>>(like: E, word: string): E[] {
    const found = this.#index.get(identity(like, word));
    return found !== undefined && isLike(found, like) ? [found] : [];
  }
}

function isLike<E extends Exclude<Entry, Name>>(entry: Exclude<Entry, Name>, like: E): entry is E {
  return entry.kind === like.kind;
}

/** Verbs of two frames share a citation form (forget that, forget to). */
function identity(like: Exclude<Entry, Name>, word: string): string {
  return `${like.kind} ${like.kind === 'verb' ? like.frame : ''} ${word}`;
}
