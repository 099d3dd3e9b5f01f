import { bits, integer, uniform } from '../random/counter.ts';

/** Ids that masking needs to know of a vocabulary. */
export interface MaskingIds {
  readonly mask: number;
  /** Ids that are never masked: padding, [CLS], [SEP]. */
  readonly untouchable: ReadonlySet<number>;
  readonly vocabSize: number;
}

/** A batch's ids after masking, with what was there before. */
export interface Masked {
  /** [N], the input of the model. */
  readonly ids: Int32Array;
  /** [M] positions to predict, ascending, and [M] the ids that stood there. */
  readonly positions: Int32Array;
  readonly labels: Int32Array;
}

/**
 * BERT's masking: each real token is chosen with the given probability; of the chosen, 80 % become [MASK], 10 % a random
 * id, 10 % stay. A function of the key alone; at least one token is always chosen.
 *
 * Source: Devlin et al. 2019, section 3.1.
 */
export function maskTokens(ids: Int32Array, probability: number, { mask, untouchable, vocabSize }: MaskingIds, key: number): Masked {
  const eligible = [...ids.keys()].filter((i) => !untouchable.has(ids[i]!));
  let chosen = eligible.filter((i) => uniform(key, 3 * i) < probability);
  if (chosen.length === 0) chosen = eligible.slice(0, 1);
  const out = ids.slice();
  for (const i of chosen) {
    const draw = uniform(key, 3 * i + 1);
    if (draw < 0.8) out[i] = mask;
    else if (draw < 0.9) out[i] = integer(bits(key, 3 * i + 2), 0, vocabSize);
  }
  return { ids: out, positions: Int32Array.from(chosen), labels: Int32Array.from(chosen, (i) => ids[i]!) };
}
