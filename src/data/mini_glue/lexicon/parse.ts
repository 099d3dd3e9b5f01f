/** Reads the compact tables: `a=b` synonyms, `x~y` antonyms, `word/irregular/forms`, groups apart by spaces. */
import { pastOf, progressiveOf, thirdPerson, withS } from '../morphology.ts';
import type {
  Adjective, Adverb, AdverbKind, Category, Domain, Frame, Gender, Noun, Polarity, Selector, Verb,
} from './types.ts';

export type NounRow =
  | { readonly category: Category; readonly root: string; readonly locative?: Noun['locative'] }
  | {
    readonly under: string; readonly members: string; readonly gender?: Gender; readonly polarity?: Polarity;
    readonly locative?: Noun['locative'];
  };

export interface VerbRow {
  readonly frame: Frame;
  readonly subject: Selector;
  readonly object?: Selector;
  readonly polarity?: Polarity;
  readonly veracity?: -1 | 0 | 1;
  readonly factive?: boolean;
  readonly members: string;
}

/** With `~` the polarity is that of the left side; the right side has the opposite sign. */
export interface AdjectiveRow {
  readonly domain: Domain;
  readonly applies: Selector;
  readonly polarity?: Polarity;
  readonly members: string;
}

export interface AdverbRow {
  readonly use: AdverbKind;
  readonly polarity?: Polarity;
  readonly members: string;
}

/** One word of a table with its sense relations; `side` is 1 to the right of `~`. */
interface Cell {
  readonly word: string;
  readonly forms: readonly string[];
  readonly synonyms: readonly string[];
  readonly antonym?: string;
  readonly side: 0 | 1;
}

function cells(members: string): Cell[] {
  return members.split(' ').flatMap((group) => {
    const sides = group.split('~').map((side) => side.split('=').map((item) => item.split('/')));
    return sides.flatMap((side, s) => side.map(([word = '', ...forms], i): Cell => {
      const other = sides[1 - s];
      const antonym = other && (other[i] ?? other[0])?.[0];
      const synonyms = side.map((item) => item[0] ?? '').filter((w) => w !== word);
      return { word, forms, synonyms, side: s === 0 ? 0 : 1, ...(antonym ? { antonym } : {}) };
    }));
  });
}

function opposite(polarity: Polarity): Polarity {
  const table: Readonly<Record<Polarity, Polarity>> = { [-2]: 2, [-1]: 1, 0: 0, 1: -1, 2: -2 };
  return table[polarity];
}

/** The nouns of the rows; a row's `under` must have come before it. */
export function parseNouns(rows: readonly NounRow[]): Noun[] {
  const nouns: Noun[] = [];
  const categories = new Map<string, Category>();
  for (const row of rows) {
    const category = 'category' in row ? row.category : categories.get(row.under);
    if (category === undefined) throw new RangeError(`lexicon: no noun above row ${JSON.stringify(row)}`);
    const extra = 'category' in row ? {} : { hypernym: row.under, ...(row.gender ? { gender: row.gender } : {}) };
    for (const { word, forms, synonyms } of cells('category' in row ? row.root : row.members)) {
      categories.set(word, category);
      nouns.push({
        kind: 'noun', word, plural: forms[0] ?? withS(word), category, synonyms, ...extra,
        polarity: ('polarity' in row && row.polarity) || 0, ...(row.locative ? { locative: row.locative } : {}),
      });
    }
  }
  return nouns;
}

/** The verbs of the rows. */
export function parseVerbs(rows: readonly VerbRow[]): Verb[] {
  return rows.flatMap(({ members, ...row }) => cells(members).map(({ word, forms, synonyms, antonym, side }): Verb => ({
    kind: 'verb', word, base: word, third: thirdPerson(word), past: forms[0] ?? pastOf(word),
    participle: forms[1] ?? pastOf(word), progressive: forms[2] ?? progressiveOf(word), ...row, synonyms,
    polarity: side === 0 ? row.polarity ?? 0 : opposite(row.polarity ?? 0), ...(antonym ? { antonym } : {}),
  })));
}

/** The adjectives of the rows. */
export function parseAdjectives(rows: readonly AdjectiveRow[]): Adjective[] {
  return rows.flatMap(({ members, ...row }) => cells(members).map(({ word, synonyms, antonym, side }): Adjective => ({
    kind: 'adjective', word, domain: row.domain, applies: row.applies, synonyms,
    polarity: side === 0 ? row.polarity ?? 0 : opposite(row.polarity ?? 0), ...(antonym ? { antonym } : {}),
  })));
}

/** The adverbs of the rows. */
export function parseAdverbs(rows: readonly AdverbRow[]): Adverb[] {
  return rows.flatMap((row) => cells(row.members).map(({ word, synonyms }): Adverb => ({
    kind: 'adverb', word, use: row.use, polarity: row.polarity ?? 0, synonyms,
  })));
}
