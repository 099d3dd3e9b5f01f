/** What making samples needs of a tokenizer. */
import type { LayoutName } from '../tokenizer/layout.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { crc32, hex32 } from './crc32.ts';
import type { Marks } from './predictions.ts';

/** A vocabulary as samples name it: two with the same digest have the same tokens in the same order. */
export interface VocabularyDigest {
  readonly tokens: number;
  /** CRC-32 of the tokens in the order of their ids, each followed by a line feed: that of `vocab.txt`. */
  readonly crc32: string;
}

/** The digest of a tokenizer's vocabulary. */
export function vocabularyDigest(tokenizer: Tokenizer): VocabularyDigest {
  const tokens = Array.from({ length: tokenizer.vocabSize }, (_, id) => `${tokenizer.token(id) ?? ''}\n`);
  return { tokens: tokens.length, crc32: hex32(crc32(new TextEncoder().encode(tokens.join('')))) };
}

/** First and last id that may stand in for a word, as the reference draws them: RoBERTa's special tokens are left out. */
const REPLACEMENTS: Readonly<Record<LayoutName, (size: number) => readonly [number, number]>> = {
  bert: (size) => [0, size - 1],
  roberta: (size) => [3, size - 2],
};

/** The ids that instances are made with. */
export function marksOf({ layout, special: { cls, sep, mask }, vocabSize }: Tokenizer): Marks {
  return { cls, sep, mask, replacements: REPLACEMENTS[layout](vocabSize) };
}

/** How a token shows that it goes on with the word before it. */
const GOES_ON: Readonly<Record<LayoutName, (token: string) => boolean>> = {
  bert: (token) => token.startsWith('##'),
  roberta: (token) => /^[\p{L}\p{N}]/u.test(token) && !token.startsWith('Ġ'),
};

/**
 * Whether a token begins a word, by the one before it: WordPiece marks what goes on with `##`; byte-level pieces go on with
 * a letter or digit after another, and a blank (`Ġ`) or punctuation begins a word.
 */
export function wordBeginnings(tokenizer: Tokenizer): (before: number, id: number) => boolean {
  const { layout, vocabSize } = tokenizer;
  const goesOn = Uint8Array.from({ length: vocabSize }, (_, id) => Number(GOES_ON[layout](tokenizer.token(id) ?? '')));
  if (layout === 'bert') return (_, id) => goesOn[id] === 0;
  const isWord = Uint8Array.from({ length: vocabSize }, (_, id) => Number(/[\p{L}\p{N}]$/u.test(tokenizer.token(id) ?? '')));
  return (before, id) => goesOn[id] === 0 || isWord[before] === 0;
}

/** Pieces whose tokens are kept: the common ones come early. */
const KEPT = 100_000;
const LONGEST_KEPT = 30;

/** The pieces of a text of single blanks that each have the tokens that they have within it. */
const PIECES: Readonly<Record<LayoutName, (text: string) => readonly string[]>> = {
  // Each mark of ASCII is a word of its own, but special tokens are written in brackets.
  bert: (text) => (text.includes('[') ? text.split(' ') : (text.match(/[!-/:-@\\-`{-~]|[^ !-/:-@\\-`{-~]+/g) ?? [])),
  // A blank belongs to the word after it.
  roberta: (text) => text.match(/^[^ ]+| [^ ]+/g) ?? [],
};

/**
 * Token ids of one text after another, as the tokenizer gives them, with those of common words kept.
 *
 * Neither WordPiece nor byte-level pieces reach over a single blank; a text with other white space is given to the tokenizer
 * whole.
 */
export function tokenOf(tokenizer: Tokenizer): (text: string) => ArrayLike<number> {
  const kept = new Map<string, readonly number[]>();
  const piecesOf = PIECES[tokenizer.layout];
  const tokensOf = (piece: string): readonly number[] => {
    const known = kept.get(piece);
    if (known) return known;
    const ids = tokenizer.split(piece);
    if (kept.size < KEPT && piece.length <= LONGEST_KEPT) kept.set(piece, ids);
    return ids;
  };
  return (text) => {
    if (/[^\S ]|^ | $| {2}/.test(text)) return tokenizer.split(text);
    const ids: number[] = [];
    for (const piece of piecesOf(text)) for (const id of tokensOf(piece)) ids.push(id);
    return ids;
  };
}
