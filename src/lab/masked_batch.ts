import { replaceTokens } from '../distill/augmentation.ts';
import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Fidelity } from '../model/config.ts';
import { key } from '../random/counter.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { collate, evaluationBatches, type EncodedExample, type LabelledBatch } from '../train/batches.ts';
import { EVALUATION_BATCH } from '../train/evaluate.ts';
import { maskTokens, type MaskingIds } from '../train/masking.ts';

/** Share of the tokens that are predicted. */
export const MASK_PROBABILITY = 0.15;

/** A batch of texts with words masked. */
export interface MaskedBatch {
  readonly rows: LabelledBatch;
  /** [M] places of the masked words among all of the batch, and [M] the ids that stood there. */
  readonly positions: Int32Array;
  readonly words: Int32Array;
}

/** What masking needs to know of a tokenizer. */
export function maskingIds({ special, vocabSize }: Tokenizer): MaskingIds {
  return { mask: special.mask, untouchable: new Set([special.pad, special.cls, special.sep]), vocabSize };
}

/** Masks a batch under a key; one that was masked beforehand stays as it is. */
export function maskedUnder(maskKey: number, rows: LabelledBatch, ids: MaskingIds): MaskedBatch {
  if (rows.masked) return { rows, ...rows.masked };
  const { ids: masked, positions, labels } = maskTokens(rows.ids, MASK_PROBABILITY, ids, maskKey);
  return { rows: { ...rows, ids: masked }, positions, words: labels };
}

/**
 * Batch `number` of a training with words masked, and after that, where the arguments say `aug`, with tokens replaced: a
 * function of (seed, number). Replaced words are predicted no more than before; both models see the same tokens.
 */
export function maskedBatch(rows: LabelledBatch, ids: MaskingIds, { seed, aug }: Pick<TrainingArguments, 'seed' | 'aug'>, number: number, fidelity: Fidelity): MaskedBatch {
  const masked = maskedUnder(key(seed, 'mask', number), rows, ids);
  if (!aug) return masked;
  const special = new Set([...ids.untouchable, ids.mask]);
  return { ...masked, rows: { ...masked.rows, ...replaceTokens(masked.rows, { seed, step: number, vocabulary: ids.vocabSize, special, fidelity }) } };
}

/** How many words `maskedBatch` masks. */
export function maskedCount(rows: LabelledBatch, ids: MaskingIds, seed: number, number: number): number {
  return maskedUnder(key(seed, 'mask', number), rows, ids).words.length;
}

/** Key step of the masks that models are scored on: the same for every model. */
const SCORING = 0x5c02e;

/** Batches of held-out texts with the words masked that every model is scored on, and the number of texts before each. */
export function* scoredBatches(examples: readonly EncodedExample[], tokenizer: Tokenizer, maxLength: number): Generator<{ readonly masked: MaskedBatch; readonly done: number }> {
  let done = 0;
  for (const indices of evaluationBatches(examples, EVALUATION_BATCH)) {
    const masked = maskedUnder(key(0, 'mask', SCORING + done), collate(examples, indices, tokenizer.special.pad, maxLength), maskingIds(tokenizer));
    done += indices.length;
    yield { masked, done };
  }
}
