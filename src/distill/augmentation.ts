import { bits, integer, key, permutation, uniform } from '../random/counter.ts';
import type { Fidelity } from '../model/config.ts';
import type { TokenBatch } from '../model/batch.ts';

/** How often and how much is replaced; the reference's constants by default. */
export interface ReplacementOptions {
  readonly seed: number;
  readonly step: number;
  readonly vocabulary: number;
  /** Ids that are never replaced and never drawn ([CLS], [SEP], [PAD] …) in the corrected form. */
  readonly special: ReadonlySet<number>;
  readonly fidelity: Fidelity;
  /** Probability that a batch is changed at all; 0.5. */
  readonly probability?: number;
  /** Share of the positions of a text that get another token; 100 of 128. */
  readonly share?: number;
}

/**
 * Token replacement: with some probability, most tokens of a batch become random ones, so that student and teacher are
 * compared off the texts as well.
 *
 * ids, mask [B·T] → a batch of the same shape; a function of (seed, step). Source: `--aug` of the reference's
 * `run_pretraining.py`. Corrected: a share of the real tokens that are not special, by ids that are not special; the mask
 * stays. Released: a share of all positions, padding and special tokens too, by any id, and the mask becomes 1 there.
 */
export function replaceTokens(batch: TokenBatch, options: ReplacementOptions): TokenBatch {
  const { seed, step, probability = 0.5, share = 100 / 128 } = options;
  const stream = key(seed, 'augment', step);
  if (uniform(stream, 0) >= probability) return batch;
  const [ids, mask] = [batch.ids.slice(), batch.mask.slice()];
  const choices = options.fidelity === 'released' ? allIds(options) : allIds(options).filter((id) => !options.special.has(id));
  for (let row = 0; row < batch.size; row++) {
    const places = replaceable(batch, row, options);
    const k = bits(stream, row + 1);
    const order = permutation(k, places.length);
    for (let i = 0; i < Math.round(share * places.length); i++) {
      const at = places[order[i]!]!;
      ids[at] = choices[integer(bits(k, places.length), i, choices.length)]!;
      mask[at] = 1;
    }
  }
  return { ...batch, ids, mask };
}

const allIds = ({ vocabulary }: ReplacementOptions): number[] => Array.from({ length: vocabulary }, (_, id) => id);

/** Places of one text, as indices into the batch. */
function replaceable({ ids, mask, length }: TokenBatch, row: number, { fidelity, special }: ReplacementOptions): number[] {
  const places = Array.from({ length }, (_, t) => row * length + t);
  return fidelity === 'released' ? places : places.filter((at) => mask[at] === 1 && !special.has(ids[at]!));
}
