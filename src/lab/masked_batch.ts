import { replaceTokens } from '../distill/augmentation.ts';
import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Fidelity } from '../model/config.ts';
import { key } from '../random/counter.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { LabelledBatch } from '../train/batches.ts';
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
