/** Where the random draws of data preparation come from: a counter in use, a recorded list in comparisons. */
import { Generator } from '../random/generator.ts';

export interface Draws {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** A permutation of 0 … n−1: what stands at place i of the shuffled list stood at place order[i] before. */
  order(n: number): ArrayLike<number>;
}

/** Draws of the stream `samples`, a function of (seed, step). */
export function counterDraws(seed: number, step = 0): Draws {
  const generator = new Generator(seed, 'samples', step);
  return {
    uniform: () => generator.uniform(),
    between: (low, high) => low + generator.integer(high - low + 1),
    order(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = generator.integer(i + 1);
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      return order;
    },
  };
}
