import type { Generator } from '../../random/generator.ts';

interface Split<E> {
  readonly seen: readonly E[];
  readonly held: readonly E[];
}

/** Draws that are tried against a condition before the condition is applied to all entries. */
const TRIES = 12;

/** The entries of one word class, seen and held out, by query. */
export class Pool<E extends { readonly word: string }> {
  readonly #entries: readonly E[];
  readonly #held: ReadonlySet<string>;
  readonly #heldShare: number;
  readonly #splits = new Map<string, Split<E>>();

  constructor(entries: readonly E[], held: ReadonlySet<string>, heldShare: number) {
    this.#entries = entries;
    this.#held = held;
    this.#heldShare = heldShare;
  }

  /**
   * One entry that fits the query (`name` identifies `fits`) and is accepted; it is a held-out one with probability
   * `heldShare` where one fits. RangeError when none is left.
   */
  draw(rng: Generator, name: string, fits: (entry: E) => boolean, accept?: (entry: E) => boolean): E {
    const { seen, held } = this.#split(name, fits);
    const [first, second] = rng.chance(this.#heldShare) ? [held, seen] : [seen, this.#heldShare > 0 ? held : []];
    const entry = drawFrom(rng, first, accept) ?? drawFrom(rng, second, accept);
    if (entry === undefined) throw new RangeError(`lexicon: no word for "${name}"`);
    return entry;
  }

  #split(name: string, fits: (entry: E) => boolean): Split<E> {
    const known = this.#splits.get(name);
    if (known) return known;
    const fitting = this.#entries.filter(fits);
    const split = {
      seen: fitting.filter((e) => !this.#held.has(e.word)),
      held: fitting.filter((e) => this.#held.has(e.word)),
    };
    this.#splits.set(name, split);
    return split;
  }
}

function drawFrom<E>(rng: Generator, entries: readonly E[], accept: (entry: E) => boolean = () => true): E | undefined {
  if (entries.length === 0) return undefined;
  for (let i = 0; i < TRIES; i++) {
    const entry = rng.pick(entries);
    if (accept(entry)) return entry;
  }
  const left = entries.filter(accept);
  return left.length > 0 ? rng.pick(left) : undefined;
}
