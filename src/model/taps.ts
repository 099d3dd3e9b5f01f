import type * as tf from '../tensor/tf.ts';

/**
 * The intermediate tensors that an objective may ask for, one per layer.
 *
 *   hiddenStates            [B·T, d]; index 0 is the embedding output, index i the output of layer i−1
 *   attentionScores         [B, H, T, T] before softmax, scaled by 1/√dh, padded keys lowered by 10000
 *   attentionProbabilities  [B, H, T, T], without dropout
 *   queries, keys, values   [B, H, T, dh]
 */
export const TAP_NAMES = ['hiddenStates', 'attentionScores', 'attentionProbabilities', 'queries', 'keys', 'values'] as const;
export type TapName = (typeof TAP_NAMES)[number];

/** Collects the taps of one forward pass; a tap that nobody asked for is never computed. */
export class Taps {
  readonly #kept = new Map<TapName, tf.Tensor[]>();

  constructor(readonly wanted: ReadonlySet<TapName>) {
    for (const name of wanted) this.#kept.set(name, []);
  }

  /** Adds the next layer's tensor. */
  keep(name: TapName, tensor: () => tf.Tensor): void {
    this.#kept.get(name)?.push(tensor());
  }

  /** The tensors by layer; RangeError when the tap was not asked for. */
  get(name: TapName): readonly tf.Tensor[] {
    const kept = this.#kept.get(name);
    if (!kept) throw new RangeError(`the tap "${name}" was not asked for in this forward pass`);
    return kept;
  }
}
