/** What the frequencies of words alone say of masked ones: the least that a model of a language must know more than. */
import type { Scores } from '../experiment/run.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample } from '../train/batches.ts';
import { maskingIds, scoredBatches } from './masked_batch.ts';

/**
 * Scores of always answering the commonest token of the training texts, on the masked words that models are scored on.
 *
 *   loss = −mean log p(word),  p(v) = (n_v + 1) / (Σn + V)
 *
 * The loss is the cross-entropy of a unigram model, in nats: the unigram entropy of the text as far as the training texts
 * tell it.
 */
export function frequencyScores(train: readonly EncodedExample[], dev: readonly EncodedExample[], tokenizer: Tokenizer, maxLength: number): Scores {
  const counts = countTokens(train, tokenizer);
  const total = counts.reduce((sum, n) => sum + n, 0) + counts.length;
  const commonest = counts.indexOf(Math.max(...counts));
  let [loss, right, words] = [0, 0, 0];
  for (const { masked } of scoredBatches(dev, tokenizer, maxLength)) {
    for (const word of masked.words) {
      loss -= Math.log((counts[word]! + 1) / total);
      if (word === commonest) right++;
      words++;
    }
  }
  const mean = loss / Math.max(1, words);
  return { metrics: { accuracy: right / Math.max(1, words), loss: mean }, byDepth: [], loss: mean, examples: words };
}

/** How often each token stands in the texts, special ones left out; words that were masked beforehand count as they were. */
function countTokens(examples: readonly EncodedExample[], tokenizer: Tokenizer): number[] {
  const { untouchable, mask } = maskingIds(tokenizer);
  const counts = new Array<number>(tokenizer.vocabSize).fill(0);
  for (const { ids, masked } of examples) {
    const replaced = new Map(Array.from(masked?.positions ?? [], (at, i) => [at, masked!.words[i]!]));
    for (let at = 0; at < ids.length; at++) {
      const id = replaced.get(at) ?? ids[at]!;
      if (id !== mask && !untouchable.has(id)) counts[id]!++;
    }
  }
  return counts;
}
