import { integer, key, uniform, type Stream } from './counter.ts';

/**
 * A cursor over one stream of `counter.ts`, for code that draws a number of values that is not known before: generators
 * of text, samplers. Its only state is the count of draws.
 */
export class Generator {
  readonly #key: number;
  #index = 0;

  constructor(seed: number, stream: Stream, step = 0) {
    this.#key = key(seed, stream, step);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniform(this.#key, this.#index++);
  }

  /** Integer in [0, n). */
  integer(n: number): number {
    return integer(this.#key, this.#index++, n);
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uniform() < p;
  }

  /** One element; RangeError when there is none. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Generator.pick(): the list is empty');
    return items[this.integer(items.length)] as T;
  }

  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }
}
