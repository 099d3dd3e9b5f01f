/** Learns a WordPiece vocabulary: the most frequent pairs are merged, and pieces that no word needs are dropped. */

const CONTINUATION = '##';

/** Longest-match-first pieces of one word, as BERT's tokenizer cuts it; undefined where a character is unknown. */
export function cut(word: string, vocabulary: ReadonlySet<string>): string[] | undefined {
  const pieces: string[] = [];
  let start = 0;
  while (start < word.length) {
    let end = word.length;
    const prefix = start > 0 ? CONTINUATION : '';
    while (end > start && !vocabulary.has(prefix + word.slice(start, end))) end--;
    if (end === start) return undefined;
    pieces.push(prefix + word.slice(start, end));
    start = end;
  }
  return pieces;
}

interface Word {
  readonly text: string;
  readonly count: number;
  pieces: string[];
}

function mergedPiece(left: string, right: string): string {
  return left + right.slice(CONTINUATION.length);
}

/** The most frequent neighbouring pair; the first in alphabetical order among equals. */
function bestPair(words: readonly Word[]): readonly [string, string] | undefined {
  const counts = new Map<string, number>();
  for (const { pieces, count } of words) {
    for (let i = 0; i + 1 < pieces.length; i++) {
      const pair = `${pieces[i]} ${pieces[i + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + count);
    }
  }
  let best: string | undefined;
  for (const [pair, count] of counts) {
    const known = best === undefined ? -1 : counts.get(best) ?? -1;
    if (count > known || (count === known && best !== undefined && pair < best)) best = pair;
  }
  const [left, right] = best?.split(' ') ?? [];
  return left !== undefined && right !== undefined ? [left, right] : undefined;
}

function merge(word: Word, left: string, right: string): void {
  if (!word.pieces.includes(right)) return;
  const out: string[] = [];
  for (let i = 0; i < word.pieces.length; i++) {
    const piece = word.pieces[i] ?? '';
    if (piece === left && word.pieces[i + 1] === right) {
      out.push(mergedPiece(left, right));
      i++;
    } else out.push(piece);
  }
  word.pieces = out;
}

/** The pieces that the words are cut into, with the alphabet, which every word can fall back on. */
function needed(words: readonly Word[], vocabulary: ReadonlySet<string>, alphabet: readonly string[]): Set<string> {
  const used = new Set(alphabet);
  for (const { text } of words) for (const piece of cut(text, vocabulary) ?? []) used.add(piece);
  return used;
}

/**
 * A vocabulary of `size` pieces (without special tokens) from words and their frequencies: the alphabet first, then
 * pieces in alphabetical order. `characters` belong to the alphabet even if no word has them.
 */
export function trainWordPiece(counts: ReadonlyMap<string, number>, size: number, characters: string): string[] {
  const words: Word[] = [...counts].map(([text, count]) => ({
    text, count, pieces: [...text].map((ch, i) => (i > 0 ? CONTINUATION + ch : ch)),
  }));
  const letters = new Set([...characters, ...words.flatMap((w) => [...w.text])]);
  const alphabet = [...letters].sort().flatMap((ch) => [ch, CONTINUATION + ch]);
  const vocabulary = new Set(alphabet);
  let kept = vocabulary;
  for (;;) {
    const pair = bestPair(words);
    if (!pair) return order(alphabet, kept);
    vocabulary.add(mergedPiece(...pair));
    for (const word of words) merge(word, ...pair);
    const used = needed(words, vocabulary, alphabet);
    if (used.size > size) return order(alphabet, kept);
    kept = used;
  }
}

function order(alphabet: readonly string[], vocabulary: ReadonlySet<string>): string[] {
  const letters = new Set(alphabet);
  return [...alphabet, ...[...vocabulary].filter((p) => !letters.has(p)).sort()];
}
