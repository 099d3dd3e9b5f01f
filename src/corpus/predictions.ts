/** Which words of a sample are predicted, and what the model sees in their place. */
import type { Draws } from './draws.ts';

/** The ids that a form of samples is made with. */
export interface Marks {
  readonly cls: number;
  readonly sep: number;
  readonly mask: number;
  /** First and last id that may stand in for a word. */
  readonly replacements: readonly [number, number];
}

export interface PredictionOptions {
  /** Share of a sample's tokens that is predicted. */
  readonly maskedShare: number;
  readonly maxPredictions: number;
  /** Whether a token begins a word, by the token before it and itself; without it every token is drawn by itself. */
  readonly beginsWord?: (before: number, id: number) => boolean;
}

export interface Predictions {
  /** [T] with the masks. */
  readonly ids: Uint32Array;
  /** [M] ascending, and [M] the ids that stood there. */
  readonly positions: Uint32Array;
  readonly labels: Uint32Array;
}

/**
 * Number of tokens to predict: min(most, max(1, length · share)), halves rounded to even numbers as Python does.
 *
 * `length` counts the special tokens too. Source: `create_masked_lm_predictions`.
 */
export function predictionCount(length: number, { maskedShare, maxPredictions }: PredictionOptions): number {
  return Math.min(maxPredictions, Math.max(1, roundHalfToEven(length * maskedShare)));
}

/**
 * Draws the words to predict and what stands in their place: [MASK] (80 %), the word itself (10 %), any word (10 %).
 *
 * ids: [T] with special tokens, which are never predicted. Whole words are taken as long as there is room for all of
 * their tokens, each of which is replaced by a draw of its own. Source: `create_masked_lm_predictions`; whole words as in
 * Google's BERT.
 */
export function predict(ids: Uint32Array, marks: Marks, options: PredictionOptions, draws: Draws): Predictions {
  const words = wordsOf(ids, marks, options.beginsWord);
  const order = draws.order(words.length);
  const most = predictionCount(ids.length, options);
  const seen = ids.slice();
  const chosen: number[] = [];
  for (let i = 0; i < order.length && chosen.length < most; i++) {
    const { from, to } = words[order[i]!]!;
    if (chosen.length + to - from > most) continue;
    for (let at = from; at < to; at++) {
      chosen.push(at);
      seen[at] = replacement(ids[at]!, marks, draws);
    }
  }
  const positions = Uint32Array.from(chosen).sort();
  return { ids: seen, positions, labels: positions.map((at) => ids[at]!) };
}

function replacement(id: number, { mask, replacements: [low, high] }: Marks, draws: Draws): number {
  if (draws.uniform() < 0.8) return mask;
  return draws.uniform() < 0.5 ? id : draws.between(low, high);
}

interface Word {
  readonly from: number;
  readonly to: number;
}

/** Runs of positions that are masked together; special tokens belong to none. */
function wordsOf(ids: Uint32Array, { cls, sep }: Marks, beginsWord: PredictionOptions['beginsWord']): Word[] {
  const words: Word[] = [];
  const isSpecial = (id: number | undefined) => id === cls || id === sep || id === undefined;
  for (let from = 0; from < ids.length; ) {
    let to = from + 1;
    if (!isSpecial(ids[from])) {
      while (beginsWord && !isSpecial(ids[to]) && !beginsWord(ids[to - 1]!, ids[to]!)) to++;
      words.push({ from, to });
    }
    from = to;
  }
  return words;
}

function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
