/**
 * Learns a WordPiece vocabulary from above: it begins with every word, shared beginning and ending, and drops what
 * saves the fewest pieces, until few enough are left. In a small vocabulary that keeps whole words whole, where merging
 * from below spends most entries on fragments.
 */

const CONTINUATION = '##';
/** A beginning or ending is a candidate where at least this many different words have it. */
const SHARED_BEGINNING = 2;
const SHARED_ENDING = 3;
const LONGEST_ENDING = 5;
/** Share of the pieces in use that one round drops before the costs are counted again. */
const ROUND = 1 / 20;

/** Longest-match-first pieces of one word, as BERT's tokenizer cuts it; undefined where a character is unknown. */
export function cut(word: string, vocabulary: ReadonlySet<string>, without?: string): string[] | undefined {
  const pieces: string[] = [];
  let start = 0;
  while (start < word.length) {
    const piece = longest(word, start, vocabulary, without);
    if (piece === undefined) return undefined;
    pieces.push(piece);
    start += piece.length - (start > 0 ? CONTINUATION.length : 0);
  }
  return pieces;
}

function longest(word: string, start: number, vocabulary: ReadonlySet<string>, without?: string): string | undefined {
  const prefix = start > 0 ? CONTINUATION : '';
  for (let end = word.length; end > start; end--) {
    const piece = prefix + word.slice(start, end);
    if (piece !== without && vocabulary.has(piece)) return piece;
  }
  return undefined;
}

/** Words, and the beginnings and endings that several of them share. */
function candidates(words: Iterable<string>): string[] {
  const beginnings = new Map<string, number>();
  const endings = new Map<string, number>();
  const count = (counts: Map<string, number>, piece: string) => counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const whole: string[] = [];
  for (const word of words) {
    whole.push(word);
    for (let i = 2; i < word.length; i++) count(beginnings, word.slice(0, i));
    for (let i = Math.max(1, word.length - LONGEST_ENDING); i < word.length; i++) count(endings, CONTINUATION + word.slice(i));
  }
  const shared = (counts: ReadonlyMap<string, number>, least: number) => [...counts].filter(([, n]) => n >= least).map(([piece]) => piece);
  return [...whole, ...shared(beginnings, SHARED_BEGINNING), ...shared(endings, SHARED_ENDING)];
}

/** For each piece that some word is cut into, those words. */
function uses(words: Iterable<string>, vocabulary: ReadonlySet<string>): Map<string, string[]> {
  const used = new Map<string, string[]>();
  for (const word of words) {
    for (const piece of new Set(cut(word, vocabulary))) {
      const list = used.get(piece);
      if (list) list.push(word);
      else used.set(piece, [word]);
    }
  }
  return used;
}

/**
 * What dropping a piece costs: the further pieces of every word, times the root of its frequency. The root keeps rare
 * words in few pieces too, at the price of very few more in the running text.
 */
function costOf(piece: string, words: readonly string[], counts: ReadonlyMap<string, number>, vocabulary: ReadonlySet<string>): number {
  const lengthOf = (word: string, without?: string) => cut(word, vocabulary, without)?.length ?? 0;
  return words.reduce((sum, word) => sum + Math.sqrt(counts.get(word) ?? 0) * (lengthOf(word, piece) - lengthOf(word)), 0);
}

/**
 * A vocabulary of `size` pieces (without special tokens) from words and their frequencies: the alphabet first, then
 * pieces in alphabetical order. `characters` belong to the alphabet even if no word has them.
 */
export function trainWordPiece(counts: ReadonlyMap<string, number>, size: number, characters: string): string[] {
  const words = [...counts.keys()];
  const letters = [...new Set([...characters, ...words.flatMap((word) => [...word])])].sort();
  const alphabet = new Set(letters.flatMap((letter) => [letter, CONTINUATION + letter]));
  const vocabulary = new Set([...alphabet, ...candidates(words)]);
  for (;;) {
    const used = uses(words, vocabulary);
    const spare = [...used.keys()].filter((piece) => !alphabet.has(piece)).sort();
    const over = alphabet.size + spare.length - size;
    if (over <= 0) return [...alphabet, ...spare];
    const costs = new Map(spare.map((piece) => [piece, costOf(piece, used.get(piece) ?? [], counts, vocabulary)]));
    const cheapest = [...spare].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
    for (const piece of cheapest.slice(0, Math.min(over, Math.ceil(spare.length * ROUND)))) vocabulary.delete(piece);
  }
}
